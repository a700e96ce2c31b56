// One message: sent at its pace, and what its failure means. The decisions, apart from who runs them and when.
import type { House } from "../house.ts";
import { pause, within } from "../within.ts";
import type { Buckets } from "./buckets.ts";
import type { Ending } from "./rows.ts";
import { Half, type Outgoing, type Sender, type Sent, type Trouble } from "./sender.ts";

/** A platform that is away for longer than this: the message is too old to be of use. */
const MOST_AGE = 24 * 3600_000;
/** An error that nobody can name. */
const MOST_UNKNOWN = 8;
const LONGEST_PAUSE = 60_000;
/** Waits up to this long are waited for with the message in hand; for longer ones it goes back to the queue. */
export const SHORT_WAIT = 1_000;
/** A sender that was told to give up says within this what had arrived until then. */
const GRACE = 2_000;

export type Outcome = Ending | { id: string; kind: "gone" } | { id: string; kind: "moved"; to: string };

export type Delivery = {
  house: House;
  sender: Sender;
  buckets: Buckets;
  /** Milliseconds until a send is given up. With the grace after it, less than a lease. */
  patience: number;
};

export async function deliver(delivery: Delivery, message: Outgoing, since: Date): Promise<Outcome> {
  const { house, sender } = delivery;
  const { id } = message;
  if ((message.kind === "edit" || message.kind === "delete") && !message.target)
    return { id, kind: "failed", error: "There is no message to change: it was never sent." };
  const bucket = sender.bucketOf?.(message) ?? `${message.tenant}\n${message.place}`;
  const wait = await turnOf(delivery.buckets, bucket, sender.free?.(message) ?? false);
  if (wait > 0) return { id, kind: "again", after: wait, counts: false, error: "It waits for its turn." };
  const giveUp = new AbortController();
  try {
    const { external, lost, learned } = await sendIn(delivery, message, giveUp);
    if (learned) delivery.buckets.learn(bucket, learned);
    if (lost?.length) house.log.info({ message: id, lost }, "a message did not fit and was cut");
    const known = external ?? (message.kind === "edit" ? message.target?.external : undefined) ?? null;
    const now = house.sources.now();
    return { ...knownAs(message, known), kind: "sent", lost: lost?.length ? lost : null, now };
  } catch (error) {
    const age = house.sources.now().getTime() - since.getTime();
    return judge(delivery, message, { age, bucket, error, slow: giveUp.signal.aborted });
  }
}

/** What an edit added or took away is known to the edits after it, also when this one is replaced or never ends. */
function knownAs({ id, kind, target }: Outgoing, external: string | null) {
  const changed = kind === "edit" && target && external !== target.external;
  return { id, external, ...(changed ? { edited: target.id } : {}) };
}

/** Waits a little for the bucket; answers how long is left when that is not enough. */
async function turnOf(buckets: Buckets, bucket: string, free: boolean): Promise<number> {
  const until = performance.now() + SHORT_WAIT;
  for (;;) {
    const wait = buckets.take(bucket, free);
    if (wait === 0 || performance.now() + wait > until) return wait;
    await pause(Math.ceil(wait));
  }
}

class TooSlow extends Error {
  override readonly name = "TimeoutError";
}

/** A sender that overhears the signal is left alone after a moment, and the message may arrive twice. */
async function sendIn({ sender, patience }: Delivery, message: Outgoing, giveUp: AbortController): Promise<Sent> {
  const slow = new TooSlow(`No answer in ${patience} ms.`);
  const timer = setTimeout(() => giveUp.abort(slow), patience);
  try {
    return await within(patience + Math.min(GRACE, patience), sender.send(message, giveUp.signal), () => {
      throw slow;
    });
  } finally {
    clearTimeout(timer);
  }
}

/** `slow`: we gave it up ourselves. */
type Failure = { age: number; bucket: string; error: unknown; slow: boolean };

function judge({ house, sender, buckets }: Delivery, message: Outgoing, { age, bucket, error, slow }: Failure) {
  const { id } = message;
  const why = error instanceof Error ? error.message.slice(0, 500) : String(error).slice(0, 500);
  const trouble = understood(sender, error, slow);
  const sofar = trouble.external === undefined ? { id } : knownAs(message, trouble.external);
  const wait = backoff(message.attempts, house.sources.random());
  if (trouble.kind === "gone") return { id, kind: "gone" } as const;
  if (trouble.kind === "moved") return { id, kind: "moved", to: trouble.to } as const;
  if (trouble.kind === "refused") return { ...sofar, kind: "failed", error: trouble.why ?? why } as const;
  if (trouble.kind === "unknown") {
    house.log.warn({ message: id, attempts: message.attempts, err: error }, "a message could not be sent");
    if (message.attempts + 1 >= MOST_UNKNOWN) return { ...sofar, kind: "failed", error: why } as const;
    return { ...sofar, kind: "again", after: wait, counts: true, error: why } as const;
  }
  const { after, everywhere, learned } = trouble;
  if (learned) buckets.learn(bucket, learned);
  if (age > MOST_AGE) return { ...sofar, kind: "failed", error: why } as const;
  if (after === undefined) return { ...sofar, kind: "again", after: wait, counts: true, error: why } as const;
  buckets.stop(everywhere ? undefined : (trouble.bucket ?? bucket), after);
  // A little later than told, and not all at the same moment.
  return { ...sofar, kind: "again", after: after + house.sources.random() * 50, counts: false, error: why } as const;
}

/** A surface that stumbles over its own platform's error must not hold the place up for ever. */
function understood(sender: Delivery["sender"], error: unknown, slow: boolean): Trouble {
  if (error instanceof Half) {
    const trouble = understood(sender, error.cause, slow);
    return error.external === "" ? trouble : { ...trouble, external: error.external };
  }
  try {
    const trouble = sender.classify(error);
    // What it made of our giving up is no news; what had arrived until then is.
    return slow && trouble.kind === "unknown" ? { ...trouble, kind: "retry" } : trouble;
  } catch {
    return { kind: slow ? "retry" : "unknown" };
  }
}

/** Half a second, doubled each time, up to a minute; between half of it and all of it, so that not all come back at once. */
export const backoff = (attempts: number, random: number): number =>
  Math.min(LONGEST_PAUSE, 500 * 2 ** Math.min(attempts, 10)) * (0.5 + random / 2);
