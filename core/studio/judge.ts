// Words that a model wrote, or somebody typed, are judged by models before anybody else reads them. Asking is paid like
// everything else: a choice, a seat, money on hold, and an attempt that is settled; the same words are judged once.
import { createHash } from "node:crypto";
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { release, settle } from "../budgets/index.ts";
import { hashOf } from "../hash.ts";
import { asJson } from "../text.ts";
import { CHECKS, type Check, questionOf, questionOfPictures, readVerdict, type Verdict } from "../voice/index.ts";
import { fresh } from "./breaker.ts";
import { capabilitiesOf, choose } from "./desk.ts";
import { readFacts } from "./facts.ts";
import { noteOutcome } from "./health.ts";
import { type Attempt, attemptsOf, type Item, moveAttempt, OPEN } from "./item.ts";
import type { Step } from "./make.ts";
import { fill, prompts, versionAt } from "./prompts.ts";
import {
  type Answered,
  type Call,
  type Kind,
  type Picture,
  type Provider,
  ProviderError,
  type Wish,
  WORD_KINDS,
} from "./provider.ts";
import { leaveSeat } from "./seats.ts";

/** One more provider is asked when the first fails; a draft does not wait for a third. */
const TRIES = 2;
/** A verdict is as good as its prompt and model: both change. */
const KEPT_DAYS = 30;

/** Everything that somebody will read or hear in words. A title that is only the channel's name is nobody's words. */
export function wordsFor({ wish, partOf }: Pick<Item, "wish" | "partOf">, facts: Record<string, unknown>): string[] {
  // A film's words are its script: they are judged there, and not once more when they are spoken.
  if (partOf !== null && !WORD_KINDS.includes(wish.kind)) return [];
  const spoken = wish.kind === "voice" ? (wish.asked ?? wish.prompt) : undefined;
  return [facts.title, facts.text, wish.lyrics, spoken].filter(
    (w): w is string => typeof w === "string" && w.trim() !== "",
  );
}

/** Moderation by who does nothing else, where there is one; else a model that writes is asked. */
export function kindFor(providers: readonly Provider[], check: Check): Kind | undefined {
  const able = (kind: Kind) => capabilitiesOf(providers, kind).length > 0;
  if (check === "picture") return able("vision") ? "vision" : undefined;
  if (check === "moderation" && able("moderation")) return "moderation";
  return able("check") ? "check" : undefined;
}

export const checksFor = (providers: readonly Provider[]): Check[] =>
  CHECKS.filter((check) => kindFor(providers, check) !== undefined);

export type Asking = { check: Check; hash: Buffer; attempt: Attempt; provider: Provider; wish: Wish; kind: Kind };
/** What is judged: words; or pictures, and the words that asked for them. */
export type Judged = { words: readonly string[]; pictures?: readonly Picture[] };
export type Begun = { known: Verdict } | { go: Asking } | { over: true };

/** In a transaction. `over`: the thing is somebody else's by now. */
export async function beginCheck(act: Act, step: Step, check: Check, judged: Judged): Promise<Begun> {
  const { words, pictures } = judged;
  const kind = kindFor(act.providers, check)!;
  const found = await readFacts(act, step.item.id, { purpose: "check", kind });
  const [main] = (await attemptsOf(act, step.item.id)).filter((a) => a.id === step.attempt.id);
  if (!found?.facts || !main || !OPEN.includes(main.status)) return { over: true };
  const { item, facts } = found;
  // Of a worker that died while it asked.
  await closeChecks(act, item.id);
  const { instruction, version } = await instructionFor(act, item, check);
  const sums = pictures?.map(({ bytes }) => createHash("sha256").update(bytes).digest("hex"));
  const hash = hashOf({ check, kind, version, instruction, words, ...(sums ? { sums } : {}) });
  const known = await readKept(act, hash);
  if (known) return { known: { check, ...known } };
  const past = await attemptsOf(act, item.id, "check");
  if (past.filter((a) => a.failure !== null && a.task === hash.toString("hex")).length >= TRIES)
    return { known: { check, verdict: "away", reasons: [] } };
  const fence = hashOf({ hash: hash.toString("hex"), chance: act.random() })
    .toString("hex")
    .slice(0, 24);
  const prompt = pictures
    ? questionOfPictures(instruction, words.join("\n\n"), fence)
    : kind === "moderation"
      ? words.join("\n\n")
      : questionOf(instruction, words, fence);
  const wish: Wish = { kind, title: check, prompt, seed: 0, ...(pictures ? { pictures } : {}) };
  const asked: Item = { ...item, kind, wish, provider: null, profile: "balanced", purpose: "check" };
  const choice = await choose(act, asked, past, facts);
  if (choice.to !== "go") return { known: { check, verdict: "away", reasons: [] } };
  await moveAttempt(act, choice.attempt.id, { status: "submitting", task: hash.toString("hex") });
  return { go: { check, hash, kind, wish, attempt: choice.attempt, provider: choice.provider } };
}

async function instructionFor(act: Act, { wish, channel }: Item, check: Check) {
  const prompt = (await prompts.find(act, `checks/${check}`))!;
  // The newest that is in use: an experiment with the law is none.
  const version = versionAt(prompt.versions, 0);
  const [named] = channel
    ? await rawOf(act.db)<{ name: string }[]>`select name from channel where id = ${channel}`
    : [];
  const language = new Intl.DisplayNames("en", { type: "language", fallback: "code" }).of(
    wish.language ?? act.workspace.locale,
  );
  const instruction = fill(version.body, {
    kind: wish.kind.replaceAll("_", " "),
    channel: named?.name ?? act.workspace.name,
    genre: wish.genre ?? "this brand",
    language: language ?? "English",
  });
  return { instruction, version: version.version };
}

async function readKept(act: Act, hash: Buffer): Promise<Omit<Verdict, "check"> | undefined> {
  const since = new Date(act.now.getTime() - KEPT_DAYS * 86_400_000).toISOString();
  const [row] = await rawOf(act.db)<Omit<Verdict, "check">[]>`
    select verdict, reasons, provider || ' · ' || model as by from verdict where hash = ${hash} and at > ${since}`;
  return row;
}

export const callFor = ({ provider, attempt, wish, kind }: Asking, signal: AbortSignal): Call => ({
  wish,
  capability: capabilitiesOf([provider], kind).find((c) => c.capability.model === attempt.model)!.capability,
  attempt: attempt.id,
  signal,
  progress() {},
});

/** In a transaction. Undefined: it failed, and another may be asked. */
export async function endCheck(act: Act, asking: Asking, heard: Answered | Error): Promise<Verdict | undefined> {
  const { attempt, provider, check, hash, kind } = asking;
  const by = `${provider.slug} · ${attempt.model}`;
  const seconds = (act.now.getTime() - new Date(attempt.startedAt).getTime()) / 1000;
  const estimate = BigInt(attempt.estimate);
  const note = async (outcome: Parameters<typeof noteOutcome>[1]["outcome"]) => {
    await leaveSeat(act.db, attempt.id);
    const start = fresh({ quality: 0.8, seconds: 5 }, act.now.getTime());
    await noteOutcome(act.db, { provider: provider.slug, kind, fresh: start, outcome, now: act.now, draw: act.random });
  };
  if (heard instanceof Error) {
    // A line that broke after it was sent counts as paid; it is a few words.
    const failed =
      heard instanceof ProviderError ? heard : new ProviderError("broken", heard.message, { billed: true });
    const cost = failed.billed ? estimate : 0n;
    await moveAttempt(act, attempt.id, {
      status: "failed",
      failure: failed.failure,
      error: failed.message.slice(0, 200),
      cost,
    });
    await (failed.billed ? settle(act, attempt.id, cost, 0) : release(act, attempt.id));
    await note({ ok: false, failure: failed.failure, ...(failed.after === undefined ? {} : { after: failed.after }) });
    return undefined;
  }
  const cost = (heard.state === "done" ? heard.cost : undefined) ?? estimate;
  const text = heard.state === "done" ? textOf(heard) : "";
  const read = readVerdict(text);
  await settle(act, attempt.id, cost, 1);
  if (!read) {
    await moveAttempt(act, attempt.id, { status: "failed", failure: "media", error: "no verdict", cost });
    await note({ ok: false, failure: "media" });
    return { check, verdict: "unread", reasons: [], by };
  }
  await moveAttempt(act, attempt.id, { status: "done", cost });
  await rawOf(act.db)`
    insert into verdict (workspace_id, hash, "check", provider, model, verdict, reasons, at)
    values (${act.workspace.id}, ${hash}, ${check}, ${provider.slug}, ${attempt.model}, ${read.verdict},
      ${asJson(read.reasons)}::text::jsonb, ${act.now.toISOString()})
    on conflict (workspace_id, hash) do update set provider = excluded.provider, model = excluded.model,
      verdict = excluded.verdict, reasons = excluded.reasons, at = excluded.at`;
  await note({ ok: true, seconds });
  return { check, by, ...read };
}

function textOf({ made }: Extract<Answered, { state: "done" }>): string {
  const [one] = made;
  return one && "text" in one.from ? one.from.text : "";
}

/** Asked by somebody who died: it counts as paid. */
export async function closeChecks(act: Act, item: string): Promise<void> {
  for (const open of (await attemptsOf(act, item, "check")).filter((a) => OPEN.includes(a.status))) {
    const cost = BigInt(open.estimate);
    await moveAttempt(act, open.id, { status: "lost", cost, failure: "broken" });
    await settle(act, open.id, cost, 1);
    await leaveSeat(act.db, open.id);
  }
}
