// What a choice needs to know, in one question: the item and its tries, who is well, who has seats. Health belongs to
// everybody and changes with every attempt anywhere, so a process keeps what it has read and asks for what changed since.
import { type Database, rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { Attempt, Item, Purpose } from "./item.ts";
import type { Kind } from "./provider.ts";
import type { Standing } from "./router.ts";

/** Numbers of milliseconds where the database has times. */
type HealthRow = [
  kind: Kind,
  provider: string,
  settled: boolean,
  state: Standing["state"],
  openUntil: number | null,
  restUntil: number | null,
  wins: number,
  losses: number,
  quality: number,
  seconds: number,
  at: number,
];
type Told = {
  item: Item;
  past: Attempt[] | null;
  /** Missing where nothing is to be chosen. */
  facts: {
    since: string;
    health: HealthRow[] | null;
    taken: Record<string, number> | null;
    less: Record<string, number> | null;
    switches: Record<string, boolean> | null;
  } | null;
};

export type Facts = {
  /** At what the item is. */
  health(provider: string): Standing | undefined;
  /** A key that was refused or has no money is refused for everything: it waits for a person. */
  shut(provider: string): boolean;
  taken: Readonly<Record<string, number>>;
  /** As many at once as it was found to bear, where that is less than its key says. */
  less: Readonly<Record<string, number>>;
  switches: Readonly<Record<string, boolean>>;
};

type Health = Map<string, Map<Kind, Standing>>;
/** `since`: every transaction before this one is in what was read. */
type Known = { since: bigint; health: Health };
const known = new WeakMap<Database, Known>();

/** Holds the item until the transaction ends: one step of an item at a time. */
export async function readFacts(
  act: Act,
  id: string,
  asked: { purpose: Purpose; kind?: Kind } = { purpose: "make" },
): Promise<{ item: Item; past: Attempt[]; facts: Facts | undefined } | undefined> {
  const mine = known.get(act.database) ?? { since: 0n, health: new Map() };
  known.set(act.database, mine);
  const [row] = await rawOf(act.db)<{ told: Told | null }[]>`
    select item_facts(${id}, ${act.now.toISOString()}, ${String(mine.since)}::text::xid8, ${asked.purpose}) as told`;
  if (!row?.told) return undefined;
  const { item, past, facts } = row.told;
  return { item, past: past ?? [], facts: facts ? together(mine, asked.kind ?? item.kind, facts) : undefined };
}

function together(
  mine: Known,
  kind: Kind,
  { since, health, taken, less, switches }: NonNullable<Told["facts"]>,
): Facts {
  const snapshot = BigInt(since);
  // Two of this process may have asked at once: the older answer teaches nothing, and is true for its own transaction.
  const learns = snapshot >= mine.since;
  const own: Health = new Map();
  for (const row of health ?? []) put(learns && row[2] ? mine.health : own, row);
  if (learns) mine.since = snapshot;
  return {
    health: (provider) => own.get(provider)?.get(kind) ?? mine.health.get(provider)?.get(kind),
    shut(provider) {
      const now = own.get(provider);
      const before = mine.health.get(provider);
      if (now) for (const one of now.values()) if (isShut(one)) return true;
      if (before) for (const [kind, one] of before) if (isShut(one) && !now?.has(kind)) return true;
      return false;
    },
    taken: taken ?? {},
    less: less ?? {},
    switches: switches ?? {},
  };
}

function put(
  all: Health,
  [kind, provider, , state, openUntil, restUntil, wins, losses, quality, seconds, at]: HealthRow,
) {
  let kinds = all.get(provider);
  if (!kinds) {
    kinds = new Map();
    all.set(provider, kinds);
  }
  kinds.set(kind, { state, openUntil, restUntil, wins, losses, quality, seconds, at });
}

const isShut = ({ state, openUntil }: Standing) => state === "open" && openUntil === null;
