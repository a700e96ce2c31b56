// The last step is done: the film becomes a work of the library with everything that belongs to it, and where each part of it
// came from.
import type { Act } from "../../act.ts";
import { addWork } from "../../library/index.ts";
import { check, needsPerson, readVoice } from "../../voice/index.ts";
import { ruleFor } from "../approvals.ts";
import type { Item } from "../item.ts";
import type { Rights } from "../provider.ts";
import type { PartMade } from "../save.ts";
import { scenesOf } from "./script.ts";
import type { StepRow } from "./steps.ts";
import { spokenText } from "./timeline.ts";
import { aboutOf } from "./trend.ts";

const LONGEST_TEXT = 10_000;

export async function finish(act: Act, item: Item, steps: readonly StepRow[]): Promise<void> {
  const { wish } = item;
  const made = steps.flatMap((s) => s.result?.parts ?? []);
  const master = steps.find((s) => s.kind === "render")!;
  const timeline = steps.find((s) => s.kind === "caption")!.result!.timeline!;
  const script = steps.find((s) => s.kind === "write")!.result!.parts![0]!;
  const text = spokenText(scenesOf(String(script.facts.text ?? ""), timeline.scenes.length, wish.spoken)).slice(
    0,
    LONGEST_TEXT,
  );
  const quality = Math.min(...steps.flatMap((s) => (s.result?.quality === undefined ? [] : [s.result.quality])));
  const provider = [...new Set(made.map((p) => p.provider))].sort().join(" + ");
  const checks = check(await readVoice(act), [wish.title, text]);
  const verdicts = made.flatMap((p) => p.verdicts);
  const rule =
    checks.length > 0 || needsPerson(verdicts)
      ? undefined
      : await ruleFor(act, { kind: item.kind, channel: item.channel, provider, quality });
  const facts = master.result!.facts!;
  const about = aboutOf(item, steps);
  await addWork(act, {
    id: item.id,
    kind: item.kind,
    title: wish.title,
    channel: item.channel,
    status: rule === undefined ? "draft" : "approved",
    ...(rule === undefined ? {} : { rule }),
    provider,
    model: `pipelines/${wish.pipeline}`,
    prompt: about?.words ?? wish.prompt,
    promptName: script.promptName,
    promptVersion: script.promptVersion,
    seed: wish.seed,
    cost: made.reduce((sum, p) => sum + BigInt(p.cost), 0n),
    rights: weakest(made.map((p) => p.rights)),
    seconds: timeline.seconds,
    facts: {
      text,
      quality,
      width: facts.width,
      height: facts.height,
      ...(about === undefined || about.by === "person" ? {} : { about }),
      lufs: facts.lufs,
      ...(wish.spoken === undefined ? {} : { language: wish.spoken }),
      ...(checks.length > 0 ? { checks } : {}),
      ...(verdicts.length > 0 ? { verdicts } : {}),
      renditions: steps.flatMap((s) => (s.kind === "render" ? [renditionOf(s)] : [])),
      // Where each part came from, and what was left out.
      made: steps.flatMap((s) => (s.result?.parts ?? []).map((p) => origin(s, p))),
      left: steps.flatMap((s) => (s.status === "skipped" ? [{ step: s.kind, why: s.error }] : [])),
    },
    parts: partsOf(steps, master),
    batch: item.batch,
  });
}

const renditionOf = ({ name, result }: StepRow) => {
  const { seen: _, ...facts } = result!.facts!;
  return { name, asset: result!.files!.film, ...facts };
};

const origin = ({ name }: StepRow, { asset, provider, model, cost, seed, promptName, promptVersion }: PartMade) => ({
  step: name,
  ...{ asset, provider, model, cost, seed, promptName, promptVersion },
});

function partsOf(steps: readonly StepRow[], master: StepRow): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const step of steps) {
    for (const [n, part] of (step.result?.parts ?? []).entries())
      parts[(step.result?.parts?.length ?? 0) > 1 ? `${step.name} ${n + 1}` : step.name] = part.asset;
    for (const [role, asset] of Object.entries(step.result?.files ?? {}))
      if (step !== master) parts[role === "film" ? step.name : role] = asset;
  }
  const poster = steps.find((s) => s.kind === "draw")?.result?.parts?.[0]?.asset;
  return { ...parts, ...(poster ? { cover: poster } : {}) };
}

const RANK = ["no", "unverified", "yes"] as const;

/** A film may be used as its least free part may. */
function weakest(all: readonly Rights[]): Rights {
  const least = (what: "commercial" | "stores") =>
    RANK[Math.min(...all.map((r) => RANK.indexOf(r[what])))] ?? "unverified";
  const labels = [...new Set(all.flatMap((r) => r.label ?? []))];
  return {
    commercial: least("commercial"),
    stores: least("stores"),
    terms: [...new Set(all.map((r) => r.terms))].join("; "),
    ...(labels.length > 0 ? { label: labels.join(", ") } : {}),
  };
}
