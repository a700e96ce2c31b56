// A thing that passed the gate becomes an asset, under the id that was promised, with all that is known of its making.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Brought, bringBytes, nameBytes, saveAsset } from "../assets/index.ts";
import type { House } from "../house.ts";
import { addWork } from "../library/index.ts";
import { asJson } from "../text.ts";
import { check, needsPerson, readVoice, type Verdict } from "../voice/index.ts";
import { ruleFor } from "./approvals.ts";
import type { Passed } from "./gate.ts";
import { type Gathered, piecesOf } from "./gather.ts";
import { type Step, stillOpen } from "./make.ts";
import { type Rights, type Wish, WORD_KINDS } from "./provider.ts";

/** A part of a film, as it is kept with the film. */
export type PartMade = Pick<Wish, "prompt" | "promptName" | "promptVersion" | "seed"> & {
  asset: string;
  type: string;
  seconds: number | null;
  facts: Record<string, unknown>;
  quality: number;
  provider: string;
  model: string;
  /** In `USD/6`. */
  cost: string;
  rights: Rights;
  /** What was thought of its words. */
  verdicts: readonly Verdict[];
};

/** A gathered file whose bytes are in the store, before any transaction waits for them. */
export type Stored = Omit<Gathered, "file"> & { brought: Brought };

export async function storeMade(
  house: Pick<House, "files" | "bucket" | "sources" | "log">,
  workspaceId: string,
  files: readonly Gathered[],
): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (const { file, ...rest } of files)
    stored.push({ ...rest, brought: await bringBytes(house, workspaceId, () => piecesOf(file)) });
  return stored;
}

/** All that its row will be made of. */
export type Kept = { stored: Stored[]; passed: Passed; verdicts: readonly Verdict[]; cost: string | null };

/** A provider that cannot be asked for it again gives it once, and is paid for every time. */
export const givesOnce = ({ provider, attempt }: Pick<Step, "provider" | "attempt">): boolean =>
  !provider.query && !provider.local && BigInt(attempt.estimate) > 0n;

const written = ({ brought, ...rest }: Stored) => ({
  ...rest,
  brought: { ...brought, sha256: brought.sha256.toString("hex") },
});

/**
 * In the store, before the transaction that keeps it: whoever goes on keeps this, and orders nothing again. False: it is
 * somebody else's by now.
 */
export const keepStored = (act: Act, step: Step, { stored, ...rest }: Kept): Promise<boolean> =>
  stillOpen(act, step, async () => {
    const kept = asJson({ stored: stored.map(written), ...rest });
    await rawOf(act.db)`
      update attempt set status = 'fetching', kept = ${kept}::text::jsonb where id = ${step.attempt.id}`;
  });

export async function readStored(act: Act, { attempt }: Step): Promise<Kept> {
  const [row] = await rawOf(act.db)<{ kept: Omit<Kept, "stored"> & { stored: ReturnType<typeof written>[] } }[]>`
    select kept from attempt where id = ${attempt.id}`;
  const { stored, ...rest } = row!.kept;
  return {
    ...rest,
    stored: stored.map((s) => ({ ...s, brought: { ...s.brought, sha256: Buffer.from(s.brought.sha256, "hex") } })),
  };
}

/** Under its promised id, before the transaction: everybody who tries moves the same bytes. */
export async function nameStored(
  house: Pick<House, "files" | "bucket">,
  workspaceId: string,
  { item }: Step,
  { stored: [main, ...others], ...rest }: Kept,
): Promise<Kept> {
  return {
    ...rest,
    stored: [{ ...main!, brought: await nameBytes(house, workspaceId, main!.brought, item.id) }, ...others],
  };
}

export async function saveMade(
  act: Act,
  { item, attempt, capability }: Step,
  main: Stored,
  others: readonly Stored[],
  { seconds, facts, quality }: Passed,
  verdicts: readonly Verdict[] = [],
): Promise<void> {
  if (item.partOf !== null)
    return savePart(act, { item, attempt, capability }, item.partOf, main, { seconds, facts, quality }, verdicts);
  const { wish } = item;
  const title = typeof facts.title === "string" ? facts.title : wish.title;
  const type = typeof facts.type === "string" ? facts.type : main.type;
  await saveAsset(act, { id: item.id, kind: item.kind, type, name: main.name, bytes: main.brought });
  const parts: Record<string, string> = {};
  for (const other of others) {
    const saved = await saveAsset(act, {
      kind: other.role,
      partOf: item.id,
      type: other.type,
      name: other.name,
      bytes: other.brought,
    });
    parts[other.role] = saved.id;
  }
  const { title: _, type: __, seconds: ___, ...rest } = facts;
  const checks = check(await readVoice(act), [title, typeof facts.text === "string" ? facts.text : ""]);
  const judged = { kind: item.kind, channel: item.channel, provider: attempt.provider, quality };
  // What a rule of the voice or a model found is for a person to look at, whatever the rules of approval say.
  const rule = checks.length > 0 || needsPerson(verdicts) ? undefined : await ruleFor(act, judged);
  await addWork(act, {
    id: item.id,
    kind: item.kind,
    title,
    channel: item.channel,
    status: rule === undefined ? "draft" : "approved",
    ...(rule === undefined ? {} : { rule }),
    provider: attempt.provider,
    model: attempt.model,
    prompt: wish.prompt,
    promptName: wish.promptName,
    promptVersion: wish.promptVersion,
    seed: wish.seed,
    cost: BigInt(attempt.cost ?? attempt.estimate),
    rights: capability.rights,
    seconds,
    facts: { ...rest, quality, ...(checks.length > 0 ? { checks } : {}), ...(verdicts.length > 0 ? { verdicts } : {}) },
    parts,
    batch: item.batch,
  });
}

/** What a film is made of: a file of the film's, and what is known of its making, for whoever makes the film. */
async function savePart(
  act: Act,
  { item, attempt, capability }: Pick<Step, "item" | "attempt" | "capability">,
  film: string,
  main: Stored,
  { seconds, facts, quality }: Passed,
  verdicts: readonly Verdict[],
): Promise<void> {
  const { wish } = item;
  const type = typeof facts.type === "string" ? facts.type : main.type;
  await saveAsset(act, {
    id: item.id,
    kind: item.kind,
    partOf: film,
    type,
    name: main.name,
    bytes: main.brought,
  });
  const made: PartMade = {
    asset: item.id,
    type,
    seconds,
    facts,
    quality,
    provider: attempt.provider,
    model: attempt.model,
    cost: attempt.cost ?? attempt.estimate,
    rights: capability.rights,
    prompt: wish.prompt,
    promptName: wish.promptName,
    promptVersion: wish.promptVersion,
    seed: wish.seed,
    verdicts,
  };
  await rawOf(act.db)`update item set made = ${asJson(made)}::text::jsonb where id = ${item.id}`;
}

/**
 * The words that the same model wrote for the very same prompt here before: they cost nothing. Undefined when they were
 * turned down since, when several were asked for at once, or when new ones were wanted.
 */
export async function writtenBefore(act: Act, { item, attempt, provider }: Step): Promise<string | undefined> {
  const { wish, kind, wanted } = item;
  if (!WORD_KINDS.includes(kind) || wanted > 1 || wish.fresh || provider.local) return undefined;
  const [row] = await rawOf(act.db)<{ text: string }[]>`
    select facts->>'text' as text from work
    where provider = ${attempt.provider} and model = ${attempt.model} and md5(prompt) = md5(${wish.prompt}::text)
      and prompt = ${wish.prompt} and kind = ${kind} and status <> 'rejected' and facts->>'text' is not null
    order by id desc limit 1`;
  return row?.text;
}
