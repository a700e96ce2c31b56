// What a pipeline is: steps with a type each, which need one another. Read from prompts/pipelines/*.md, and refused with
// the reason when a step could never have what it needs.
import type { Act } from "../../act.ts";
import type { Entity } from "../../command/index.ts";
import { promptFiles } from "../prompts.ts";

export const STEP_KINDS = [
  "trend",
  "choose",
  "write",
  "play",
  "speak",
  "draw",
  "caption",
  "mix",
  "render",
  "check",
] as const;
export type StepKind = (typeof STEP_KINDS)[number];
export type StepOptions = { shape?: "9:16" | "1:1" | "16:9"; captions?: boolean; lines?: number };
export type PlannedStep = { name: string; kind: StepKind; needs: string[]; optional: boolean; options: StepOptions };
export type Plan = {
  name: string;
  title: string;
  version: number;
  seconds: number;
  scenes: number;
  steps: PlannedStep[];
};

/** What must have come before, however far: a renderer without pictures could only fail. */
const WANTS: Record<StepKind, readonly StepKind[]> = {
  trend: [],
  choose: ["trend"],
  write: [],
  play: [],
  speak: ["write"],
  draw: ["write"],
  caption: ["write"],
  mix: ["play", "caption"],
  render: ["draw", "caption", "mix"],
  check: ["render"],
};
const SHAPES = ["9:16", "1:1", "16:9"] as const;
/** Of the shorter side: fewer are made sooner. */
const LINES = [240, 360, 540, 720, 1080] as const;
const OPTIONS: Partial<Record<StepKind, (name: string, value: string) => StepOptions | undefined>> = {
  render: (name, value) => {
    if (name === "shape")
      return SHAPES.some((s) => s === value) ? { shape: value as StepOptions["shape"] & string } : undefined;
    if (name === "lines") return LINES.some((l) => String(l) === value) ? { lines: Number(value) } : undefined;
    return name === "captions" && /^(yes|no)$/.test(value) ? { captions: value === "yes" } : undefined;
  },
};
const MOST_STEPS = 24;
const SECONDS = { least: 5, most: 180 };
const MOST_SCENES = 12;

export class WrongPlan extends Error {}

function stepOf(line: string): PlannedStep {
  const [, name, kind, rest = ""] = /^ {2}([a-z][a-z0-9-]{0,30}): *(\w+)(.*)$/.exec(line) ?? [];
  if (!name || !STEP_KINDS.some((k) => k === kind)) throw new WrongPlan(`"${line.trim()}" is no step.`);
  const step: PlannedStep = { name, kind: kind as StepKind, needs: [], optional: false, options: {} };
  for (const word of rest.trim().split(/\s+/).filter(Boolean)) {
    const [key = "", value = ""] = word.split("=", 2);
    if (word === "optional") step.optional = true;
    else if (key === "needs") step.needs = value.split(",").filter(Boolean);
    else {
      const option = OPTIONS[step.kind]?.(key, value);
      if (!option) throw new WrongPlan(`${name}: a step that can ${kind} has no "${word}".`);
      Object.assign(step.options, option);
    }
  }
  return step;
}

/** Everything that came before a step, itself not. Steps name only those above them, so there is no circle. */
export function before(steps: readonly Pick<PlannedStep, "name" | "needs">[], name: string): Set<string> {
  const all = new Set<string>();
  const visit = (one: string) => {
    for (const need of steps.find((s) => s.name === one)?.needs ?? []) {
      if (all.has(need)) continue;
      all.add(need);
      visit(need);
    }
  };
  visit(name);
  return all;
}

function numberIn(head: string, name: string, { least, most }: { least: number; most: number }): number {
  const value = Number(new RegExp(`^${name}: *(\\d+)$`, "m").exec(head)?.[1]);
  if (!(value >= least && value <= most)) throw new WrongPlan(`${name} must be from ${least} to ${most}.`);
  return value;
}

export function readPlan({ name, title, head }: { name: string; title: string; head: string }): Plan {
  const block = /^steps:\n((?: {2}.+\n?)+)/m.exec(head)?.[1];
  if (!block) throw new WrongPlan("There are no steps.");
  const steps = block.trimEnd().split("\n").map(stepOf);
  if (steps.length > MOST_STEPS) throw new WrongPlan(`There are more than ${MOST_STEPS} steps.`);
  for (const [n, step] of steps.entries()) {
    const above = steps.slice(0, n);
    if (above.some((s) => s.name === step.name)) throw new WrongPlan(`${step.name} is there twice.`);
    const unknown = step.needs.find((need) => !above.some((s) => s.name === need));
    if (unknown) throw new WrongPlan(`${step.name} needs ${unknown}, which is no step above it.`);
    const earlier = [...before(steps, step.name)].map((need) => above.find((s) => s.name === need)!);
    const missing = WANTS[step.kind].find((kind) => !earlier.some((s) => s.kind === kind && !s.optional));
    if (missing) throw new WrongPlan(`${step.name} needs a step that can ${missing}.`);
  }
  if (!steps.some((s) => s.kind === "render")) throw new WrongPlan("Nothing is rendered.");
  return {
    name,
    title,
    version: numberIn(head, "version", { least: 0, most: 1e6 }),
    seconds: numberIn(head, "seconds", SECONDS),
    scenes: numberIn(head, "scenes", { least: 1, most: MOST_SCENES }),
    steps,
  };
}

const FOLDER = "pipelines/";

export const plans = (): Plan[] =>
  promptFiles()
    .filter((f) => f.kind === "pipeline" && f.name.startsWith(FOLDER))
    .map((f) => readPlan({ ...f, name: f.name.slice(FOLDER.length) }));

export const planOf = (name: string): Plan | undefined => plans().find((p) => p.name === name);

export const pipelines: Entity<Plan> = {
  name: "pipeline",
  find: async (_act: Pick<Act, "db">, raw: string) => planOf(raw.trim().toLowerCase()),
  search: async () => plans().map((p) => ({ value: p.name, label: p.title })),
};
