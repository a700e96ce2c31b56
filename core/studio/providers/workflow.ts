// A workflow of ComfyUI as it exports it ("API format"), with variables where ours go: "{prompt}", "{seed}", "{width}".
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { KINDS, type Kind, type Wish } from "../provider.ts";

type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
type Node = { class_type: string; inputs: Record<string, Value> };
export type Graph = Record<string, Node>;
export type Workflow = { kind: Kind; graph: Graph; variables: ReadonlySet<string>; files: readonly string[] };

/** Numbers where a whole string is one of these; the rest are words. */
const NUMBERS = ["seed", "width", "height", "seconds", "frames", "bpm"] as const;
const WORDS = ["prompt", "title", "lyrics", "model"] as const;
const KNOWN = new Set<string>([...NUMBERS, ...WORDS]);
const NAMED = /\{([a-z]+)\}/g;
/** A picture that lies beside the workflow, and is uploaded for it: a logo, a mask. */
const FILE = /^\{file:([\w.-]+)\}$/;

/** A workflow that cannot be used, with the reason. */
export class BadWorkflow extends Error {}

/** Every file that is named like a kind: cover.json, clip.json, song.json. */
export function readWorkflows(folder: string): Workflow[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const found = names.flatMap((name) => {
    const kind = KINDS.find((k) => k === basename(name, ".json"));
    return kind ? [readWorkflow(kind, name, readFileSync(join(folder, name), "utf8"))] : [];
  });
  if (found.length === 0) throw new BadWorkflow(`${folder} has no file such as cover.json.`);
  return found;
}

export function readWorkflow(kind: Kind, name: string, text: string): Workflow {
  let graph: unknown;
  try {
    graph = JSON.parse(text);
  } catch {
    throw new BadWorkflow(`${name} is no JSON.`);
  }
  if (!isGraph(graph)) throw new BadWorkflow(`${name} is not in API format: export it with "Save (API Format)".`);
  const variables = new Set<string>();
  const files: string[] = [];
  for (const text of textsOf(Object.values(graph).map((node) => node.inputs))) {
    const file = FILE.exec(text)?.[1];
    if (file) files.push(file);
    else for (const [, variable = ""] of text.matchAll(NAMED)) variables.add(variable);
  }
  const unknown = [...variables].find((v) => !KNOWN.has(v));
  if (unknown)
    throw new BadWorkflow(`${name} names {${unknown}}. There are: ${[...KNOWN].map((v) => `{${v}}`).join(" ")}.`);
  return { kind, graph, variables, files };
}

function isGraph(graph: unknown): graph is Graph {
  if (typeof graph !== "object" || graph === null || Array.isArray(graph)) return false;
  const nodes = Object.values(graph as Record<string, Partial<Node> | null>);
  return (
    nodes.length > 0 &&
    nodes.every((n) => typeof n?.class_type === "string" && typeof n.inputs === "object" && n.inputs !== null)
  );
}

function* textsOf(value: Value | Value[]): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) yield* textsOf(one);
}

/** Sides that are a multiple of 64, near a million points: what models of pictures were taught on. */
const SIZES = { "1:1": [1024, 1024], "16:9": [1344, 768], "9:16": [768, 1344] } as const;
const FRAMES_A_SECOND = 16;
const USUAL_SECONDS = 5;

export function valuesFor(wish: Wish, model: string): Record<string, string | number> {
  const [width, height] = SIZES[wish.ratio ?? "1:1"];
  const seconds = wish.seconds ?? USUAL_SECONDS;
  return {
    prompt: wish.prompt,
    title: wish.title,
    lyrics: wish.lyrics ?? "",
    model,
    seed: wish.seed,
    width,
    height,
    seconds,
    // As video models count: one, and then four at a time.
    frames: Math.round((seconds * FRAMES_A_SECOND) / 4) * 4 + 1,
    bpm: wish.bpm ?? 0,
  };
}

/** The graph as it is sent: values in their places, as numbers where numbers are wanted. What a value says is not read again. */
export function filled(
  { graph }: Workflow,
  values: Record<string, string | number>,
  files: Record<string, string>,
): Graph {
  const put = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(put);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, put(inner)]));
    if (typeof value !== "string") return value;
    const file = FILE.exec(value)?.[1];
    if (file) return files[file] ?? "";
    const whole = NUMBERS.find((name) => value === `{${name}}`);
    return whole ? (values[whole] ?? 0) : value.replace(NAMED, (_, name: string) => String(values[name] ?? ""));
  };
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => [id, { ...node, inputs: put(node.inputs) as Node["inputs"] }]),
  );
}
