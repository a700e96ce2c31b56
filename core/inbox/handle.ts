// From an envelope to its answer. Inbox row, effects, audit and answer commit together, or not at all.
import { performance } from "node:perf_hooks";
import { type Database, inWorkspace } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { again, isAway } from "../away.ts";
import { refused } from "../command/index.ts";
import { canonical, hashOf } from "../hash.ts";
import { type House, span } from "../house.ts";
import { Refusal, refuse } from "../problem.ts";
import { storableDeep } from "../text.ts";
import { makeAct, type Room, readWho } from "./act.ts";
import { type Caller, type Envelope, placeOf, type Reply } from "./envelope.ts";
import { type Errand, perform, writeUndone } from "./perform.ts";
import { claim, findDelivery, replyOf } from "./store.ts";

type Work = Errand & {
  database: Database;
  caller: Caller;
  /** From then on nobody knows whether it is done until the database says so. */
  committing?: true;
};

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
      reply = await again(() => {
        delete work.committing;
        return transact(work);
      });
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
    work.committing = true;
    if (house.span) void house.span("commit", {}, () => new Promise<void>((done) => (committed = done)));
    return answer;
  });
  return reply.finally(() => committed());
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

/** `committing`: only the database knows whether it is done. */
function away({ committing, envelope: { delivery } }: Work): Refusal {
  if (!committing)
    return refuse("away", "The database cannot be reached. Nothing was changed; ask again in a moment.", {}, SOON);
  if (delivery !== "")
    return refuse(
      "away",
      "The database fell silent before it confirmed this. Send the very same again: it is done only once.",
      {},
      SOON,
    );
  return refuse(
    "away",
    "The database fell silent, and this may be done all the same. Look before you ask again.",
    {},
    SOON,
  );
}
const SOON = { retryAfter: 2 };

/** The work was undone: say so, keep the answer under the same delivery, and leave a trace where it matters. */
async function settle(work: Work, error: unknown): Promise<Reply> {
  const { house, database, caller, envelope, run } = work;
  if (isAway(error)) throw away(work);
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
