// From an envelope to its answer. Inbox row, effects, audit and answer commit together, or not at all.
import { performance } from "node:perf_hooks";
import { type Database, inWorkspace } from "../../db/connect.ts";
import type { Act, Place } from "../act.ts";
import { record } from "../audit/index.ts";
import { hasCrossed, isAway } from "../away.ts";
import { type Call, dispatch, type Outcome, refused } from "../command/index.ts";
import { runChanged, writeEvent } from "../event/index.ts";
import { canonical, hashOf } from "../hash.ts";
import { type House, span } from "../house.ts";
import { announceRun } from "../outbox/index.ts";
import { Refusal, refuse } from "../problem.ts";
import { storableDeep } from "../text.ts";
import { view } from "../view/index.ts";
import { type Made, makeAct, type Room, readWho } from "./act.ts";
import { dropUsed, isOwnRun, releasePress, sealView, takePress } from "./actions.ts";
import type { Caller, Envelope, Reply } from "./envelope.ts";
import { claim, findDelivery, findRun, replyOf, writeAnswer } from "./store.ts";

type Work = { house: House; database: Database; caller: Caller; envelope: Envelope; run: string };

/**
 * Runs what a message asks for, once. The same delivery again, at once or later, gets the first one's answer.
 * For surfaces whose sender waits and repeats by itself (HTTP, console): nothing is stored before the effects are.
 */
export function handle(house: House, database: Database, caller: Caller, received: Envelope): Promise<Reply> {
  const envelope = storableDeep(received);
  if (envelope.delivery === "") return once(house, database, caller, envelope);
  const { surface, tenant, delivery, content } = envelope;
  const key = canonical([caller, surface, tenant, delivery, content]);
  const running = house.inFlight.get(key);
  if (running) {
    // A storm of repetitions must not take every connection of the pool only to wait for the first one.
    house.meter.duplicate();
    return running;
  }
  const reply = once(house, database, caller, envelope).finally(() => house.inFlight.delete(key));
  house.inFlight.set(key, reply);
  return reply;
}

function once(house: House, database: Database, caller: Caller, envelope: Envelope): Promise<Reply> {
  const work: Work = { house, database, caller, envelope, run: house.sources.newId() };
  return span(house, "command", { run: work.run, workspace: caller.workspaceId }, async () => {
    const started = performance.now();
    let reply: Reply;
    try {
      reply = await again(() => transact(work));
    } catch (error) {
      reply = await settle(work, error);
    }
    // The name is that of a command, never what somebody typed: a label has few values.
    const name = house.commands.find(reply.command)?.name ?? "unknown";
    house.meter.command(name, envelope.surface, reply.status, (performance.now() - started) / 1000);
    return reply;
  });
}

async function transact(work: Work): Promise<Reply> {
  const { house, database, caller } = work;
  let committed = () => {};
  const reply = inWorkspace(database, caller.workspaceId, async (tx) => {
    const answer = await span(house, "dispatch", {}, () => attempt(work, { database, tx }));
    if (house.span) void house.span("commit", {}, () => new Promise<void>((done) => (committed = done)));
    return answer;
  });
  return reply.finally(() => committed());
}

/** Two transactions that crossed: the database undid one, and it may simply run again. */
export async function again<T>(work: () => Promise<T>, tries = 4): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (n >= tries || !hasCrossed(error)) throw error;
    }
  }
}

async function attempt(work: Work, room: Room): Promise<Reply> {
  const { house, caller, envelope, run } = work;
  const asked = hashOf(envelope.content);
  const now = house.sources.now();
  const [fresh, who] = await Promise.all([
    claim(room.tx, caller.workspaceId, run, envelope, asked, now),
    readWho(room.tx, caller.personId, envelope),
  ]);
  const made = makeAct(house, room, caller, who[0], run, placeOf(envelope), envelope.account.locale);
  if (!fresh) return first(work, room, made.act, asked);
  return perform(work, made);
}

/** The answer that this delivery got before. */
async function first(work: Work, room: Room, act: Act, asked: Buffer): Promise<Reply> {
  work.house.meter.duplicate();
  const stored = await findDelivery(room.tx, work.envelope);
  if (!stored) throw refuse("clash", "That message is being handled. Ask again in a moment.");
  if (!stored.asked.equals(asked)) {
    const problem = refuse("clash", "This key was used before for something else. Use a new key.");
    return { ...refused(act, "", problem), run: stored.id };
  }
  return replyOf(stored);
}

/** Runs what the envelope asks for and writes the answer. Also the way of a delivery that was stored before it was run. */
export async function perform(work: Pick<Work, "house" | "envelope" | "run">, made: Made): Promise<Reply> {
  const { house, envelope, run } = work;
  const { act, changes } = made;
  const resolved = await resolve(envelope, act);
  if ("before" in resolved) {
    const before = await findRun(act.db, resolved.before);
    const closed = before && house.commands.find(before.command)?.reply === "private";
    if (!before || (closed && !(await isOwnRun(act, before.run))))
      throw refuse("clash", "Somebody else pressed this button already.");
    await writeAnswer(act.db, run, act.person.id, before, act.now);
    return before;
  }
  const { once, ...outcome } = resolved.call ? await dispatch(house.commands, resolved.call, act) : dismissed(act);
  const sealed: Outcome = { ...outcome, view: await sealView(act, house.commands, outcome.view) };
  const command = house.commands.find(outcome.command);
  await writeAnswer(act.db, run, act.person.id, sealed, act.now);
  if (envelope.content.kind === "press" && outcome.status === "refused") await releasePress(act);
  else if (resolved.origin) await tidyOrigin(act, resolved.origin);
  if (matters(sealed, command?.reads)) await record(act, { command: sealed.command, outcome: sealed.status, changes });
  return {
    ...replyOf({ id: run, asked: Buffer.alloc(0), ...split(sealed) }),
    ...(once ? { ...once, shownOnce: true } : {}),
  };
}

/** The card that the button was on loses what was used up, wherever it is shown. */
async function tidyOrigin(act: Act, run: string): Promise<void> {
  const cut = await dropUsed(act, run);
  if (!cut) return;
  // Told as its own person's: others may not hear of it, and it is their page that shows it.
  const writer = { ...act, person: cut.person ? { id: cut.person } : null };
  await writeEvent(writer, { name: runChanged.name, payload: { run, status: cut.status }, subject: run });
  await announceRun(act, run);
}

/** The same shape, to the letter, as a later reader of the stored answer gets. */
const split = ({ status, ...answer }: Outcome) => ({ status, answer });

const matters = (outcome: Outcome, reads: boolean | undefined) =>
  outcome.status === "refused"
    ? outcome.problem?.kind === "role"
    : !reads && outcome.status !== "confirm" && outcome.command !== "";

type Resolved = { call: Call | null; origin?: string } | { before: string };

async function resolve({ content }: Envelope, act: Act): Promise<Resolved> {
  if (content.kind === "command") {
    return { call: { name: content.name, options: content.options, proposed: content.proposed ?? false } };
  }
  const taken = await takePress(act, content.token, content.input);
  if ("before" in taken) return taken;
  const { command, options, confirmed, runId } = taken.pressed;
  const origin = runId ? { origin: runId } : {};
  return { call: command === "" ? null : { name: command, options, confirmed }, ...origin };
}

const dismissed = (act: Act): Outcome => ({
  command: "",
  status: "cancelled",
  view: view(act.say("Cancelled. Nothing was changed.")),
});

export const placeOf = (e: Envelope): Place => ({
  surface: e.surface,
  tenant: e.tenant,
  external: e.place,
  ...(e.whole ? { whole: true } : {}),
});

/** The work was undone: say so, keep the answer under the same delivery, and leave a trace where it matters. */
async function settle(work: Work, error: unknown): Promise<Reply> {
  const { house, database, caller, envelope, run } = work;
  if (isAway(error))
    throw refuse(
      "away",
      "The database cannot be reached. Nothing was changed; ask again in a moment.",
      {},
      { retryAfter: 2 },
    );
  if (!(error instanceof Refusal)) house.log.error({ run, err: error }, "a command failed");
  return inWorkspace(database, caller.workspaceId, async (tx) => {
    const [who] = await readWho(tx, caller.personId, envelope);
    const { act } = makeAct(house, { database, tx }, caller, who, run, placeOf(envelope), envelope.account.locale);
    const asked = hashOf(envelope.content);
    if (!(await claim(tx, caller.workspaceId, run, envelope, asked, act.now)))
      return first(work, { database, tx }, act, asked);
    return writeUndone(work, act, error);
  });
}

/** Writes the answer of a run whose effects were undone. */
export async function writeUndone(
  { house, envelope, run }: Pick<Work, "house" | "envelope" | "run">,
  act: Act,
  error: unknown,
): Promise<Reply> {
  const outcome = undone(act, envelope, error);
  const sealed = { ...outcome, view: await sealView(act, house.commands, outcome.view) };
  await writeAnswer(act.db, run, act.person.id, sealed, act.now);
  if (matters(sealed, false)) await record(act, { command: sealed.command, outcome: sealed.status, changes: [] });
  return replyOf({ id: run, asked: Buffer.alloc(0), ...split(sealed) });
}

export function undone(act: Pick<Act, "say" | "run">, { content }: Envelope, error: unknown): Outcome {
  const name = content.kind === "command" ? content.name.replace(/[._]/g, " ") : "";
  if (error instanceof Refusal) return refused(act, name, error);
  const problem = refuse(
    "internal",
    "Something broke on our side, and nothing was changed. Ask again; if it stays, quote {run}.",
    { run: act.run },
  );
  return { ...refused(act, name, problem), status: "failed" };
}
