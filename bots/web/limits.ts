// How often anybody may ask: token buckets in the memory of this process. They keep one caller from taking the
// house from the others; what may be spent is guarded in the database, not here.

export type Rate = { perSecond: number; burst: number };
export type LimitName = "address" | "token" | "person" | "command" | "effect" | "wrong";
export type Limits = Record<LimitName, Rate>;

/**
 * Chosen so that a script on one machine can work at full speed while a loop that runs away is noticed within
 * seconds: an embedded house answers about 2,000 small commands a second on two cores.
 */
export const DEFAULT_LIMITS: Limits = {
  /** Callers we do not know yet, and pages. */
  address: { perSecond: 100, burst: 600 },
  /** One bearer token: a machine. */
  token: { perSecond: 2_000, burst: 30_000 },
  /** One person at the console. */
  person: { perSecond: 50, burst: 400 },
  /** One caller and one command that changes something. */
  command: { perSecond: 500, burst: 6_000 },
  /** One caller and one command that spends, publishes, pays or deletes. */
  effect: { perSecond: 50, burst: 2_000 },
  /** Tokens and codes that were wrong, by address. */
  wrong: { perSecond: 1, burst: 60 },
};

/** "token=2000/20000,person=10/50" over the defaults; "off" for a load test. */
export function readLimits(text: string): Limits {
  const limits = { ...DEFAULT_LIMITS };
  if (text.toLowerCase() === "off") {
    for (const name of Object.keys(limits) as LimitName[]) limits[name] = { perSecond: Infinity, burst: Infinity };
    return limits;
  }
  for (const part of text.split(",")) {
    const [, name, rate, burst] = /^\s*([a-z]+)\s*=\s*(\d+(?:\.\d+)?)(?:\s*\/\s*(\d+))?\s*$/.exec(part) ?? [];
    if (!name || !rate || !Object.hasOwn(limits, name)) throw new Error(part);
    const perSecond = Number(rate);
    limits[name as LimitName] = { perSecond, burst: Math.max(1, burst ? Number(burst) : Math.ceil(perSecond)) };
  }
  return limits;
}

type Level = { left: number; at: number };
export type Buckets = {
  /** Takes one: 0 when it was there, else the seconds to wait. `now` in milliseconds of a clock that never goes back. */
  take(key: string, now: number): number;
  /** As `take`, without taking. */
  wait(key: string, now: number): number;
  size(): number;
};

/** At most `most` callers are remembered; the one not seen for the longest is forgotten, which only favours it. */
export function buckets({ perSecond, burst }: Rate, most = 20_000): Buckets {
  const levels = new Map<string, Level>();
  const levelOf = (key: string, now: number): Level => {
    const level = levels.get(key);
    if (!level) return { left: burst, at: now };
    return { left: Math.min(burst, level.left + ((now - level.at) / 1000) * perSecond), at: now };
  };
  const wait = ({ left }: Level) =>
    left >= 1 ? 0 : perSecond > 0 ? Math.max(1, Math.ceil((1 - left) / perSecond)) : 60;
  return {
    take(key, now) {
      if (burst === Infinity) return 0;
      const level = levelOf(key, now);
      const seconds = wait(level);
      if (seconds === 0) level.left -= 1;
      levels.delete(key);
      levels.set(key, level);
      if (levels.size > most) levels.delete(levels.keys().next().value!);
      return seconds;
    },
    wait: (key, now) => (burst === Infinity ? 0 : wait(levelOf(key, now))),
    size: () => levels.size,
  };
}

export type Guards = Record<LimitName, Buckets>;

export function guards(limits: Limits): Guards {
  const all = {} as Guards;
  for (const name of Object.keys(limits) as LimitName[]) all[name] = buckets(limits[name]);
  return all;
}
