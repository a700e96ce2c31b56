// The pace that a platform allows, learned from what its replies say. Pure: the time is handed in.

/** So many in so many milliseconds. */
export type Rule = { limit: number; per: number };

/** What a reply said: how many in a window, how many are left, and in how many milliseconds the window begins anew. */
export type Learned = { bucket?: string; limit?: number; remaining?: number; resetAfter?: number };

export type Buckets = {
  /** Milliseconds until a message of this bucket may leave. 0: it may now, and its turn is taken. `free`: not among all. */
  take(name: string, free?: boolean): number;
  /** From the reply to a message of this bucket. */
  learn(name: string, learned: Learned): void;
  /** Nothing leaves for so long: of this bucket, or (without a name) at all. */
  stop(name: string | undefined, milliseconds: number): void;
};

type Bucket = { limit: number; left: number; per: number; resetAt: number; stoppedUntil: number };

/** Places that were quiet for long are forgotten when there are more than this. */
const MOST = 10_000;

export function openBuckets(now: () => number, { all, each }: { all?: Rule; each?: Rule } = {}): Buckets {
  const buckets = new Map<string, Bucket>();
  /** The platform's name of a bucket, for ours: two of ours may turn out to be one. */
  const aliases = new Map<string, string>();
  const everything = fresh(all);

  function fresh(rule: Rule | undefined): Bucket {
    const limit = rule?.limit ?? Number.POSITIVE_INFINITY;
    return { limit, left: limit, per: rule?.per ?? 0, resetAt: 0, stoppedUntil: 0 };
  }

  function find(name: string): Bucket {
    const real = aliases.get(name) ?? name;
    let bucket = buckets.get(real);
    if (!bucket) {
      if (buckets.size >= MOST) forget();
      bucket = fresh(each);
      buckets.set(real, bucket);
    }
    return bucket;
  }

  function forget(): void {
    for (const [name, { resetAt, stoppedUntil }] of buckets) {
      if (resetAt < now() && stoppedUntil < now()) buckets.delete(name);
    }
    if (aliases.size >= MOST) aliases.clear();
  }

  function waitOf(bucket: Bucket): number {
    const at = now();
    if (at >= bucket.resetAt) {
      bucket.left = bucket.limit;
      bucket.resetAt = bucket.per > 0 ? at + bucket.per : Number.POSITIVE_INFINITY;
    }
    return Math.max(bucket.stoppedUntil - at, bucket.left >= 1 ? 0 : bucket.resetAt - at, 0);
  }

  return {
    take(name, free = false) {
      const bucket = find(name);
      const wait = Math.max(free ? 0 : waitOf(everything), waitOf(bucket));
      if (wait > 0) return wait;
      if (!free) everything.left--;
      bucket.left--;
      return 0;
    },
    learn(name, { bucket: real, limit, remaining, resetAfter }) {
      if (real && real !== name) aliases.set(name, real);
      const bucket = find(name);
      const at = now();
      if (limit !== undefined) bucket.limit = limit;
      if (resetAfter !== undefined) {
        // Replies overtake each other: a later end of the window means a new window.
        const begun = at + resetAfter > bucket.resetAt + bucket.per / 2 || !Number.isFinite(bucket.resetAt);
        bucket.per = Math.max(bucket.per, resetAfter);
        bucket.resetAt = at + resetAfter;
        if (begun && remaining !== undefined) bucket.left = remaining;
      }
      // What is on its way has not been counted by the platform yet: never more than we think.
      if (remaining !== undefined) bucket.left = Math.min(bucket.left, remaining);
    },
    stop(name, milliseconds) {
      const bucket = name === undefined ? everything : find(name);
      bucket.stoppedUntil = Math.max(bucket.stoppedUntil, now() + milliseconds);
    },
  };
}
