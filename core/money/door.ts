// Orders as `post_transfers` takes them, and what it answers. What an order leaves out because another transfer says it
// (all of a hold, what is left to reverse) is read here; whether it may be done is decided there.
import { type Raw, rawOf, type Tx } from "../../db/connect.ts";
import { familyOf } from "./accounts.ts";
import { aboutText, checkOrder, hashOfOrder, type Leg, legsOf, modeOf, type Order, ofOf, turned } from "./order.ts";

export type Asked = {
  order: Order;
  id: string;
  at: Date;
  personId: string | null;
  runId: string | null;
};

export type Outcome = {
  outcome: "posted" | "repeated" | "clash" | "missing" | "unfit" | "closed" | "expired" | "too much" | "short";
  /** The transfer; of a clash the one that has the key, else the one that it was about. */
  id: string;
  number: bigint | null;
  /** Which account has too little, and what it has. */
  short?: { account: string; currency: string; available: bigint };
};

type Phase = "posted" | "held" | "freed";
type Side = Leg & { phase: Phase };
type Original = { id: string; mode: string; legs: Side[]; reversed: Map<string, bigint> };

type At = { now: Date; newId(): string };

/** In the order of `asked`. In the transaction's workspace. */
export async function putAll(tx: Tx, asked: readonly Asked[], when: At): Promise<Outcome[]> {
  for (const { order } of asked) checkOrder(order);
  const outcomes: Outcome[] = [];
  let round: { one: Asked; at: number }[] = [];
  const seen = new Set<string>();
  const flush = async () => {
    const some = await putRound(
      rawOf(tx),
      round.map(({ one }) => one),
      when,
    );
    for (const [n, { at }] of round.entries()) outcomes[at] = some[n]!;
    round = [];
    seen.clear();
  };
  for (const [at, one] of asked.entries()) {
    // The second with a key, or of a transfer, sees what became of the first; and so does what is of one in this round.
    const names = [`${one.order.scope}\n${one.order.key}`, ofOf(one.order) ?? `${at}`];
    if (names.some((name) => seen.has(name))) await flush();
    for (const name of [...names, one.id]) seen.add(name);
    round.push({ one, at });
  }
  if (round.length > 0) await flush();
  return outcomes;
}

async function putRound(sql: Raw, asked: readonly Asked[], when: At): Promise<Outcome[]> {
  const originals = await readOriginals(sql, asked);
  const outcomes: Outcome[] = [];
  const known: { one: Asked; sides: Side[]; at: number }[] = [];
  for (const [at, one] of asked.entries()) {
    const of = ofOf(one.order);
    const sides = sidesOf(one.order, of === null ? undefined : originals.get(of));
    if (!sides) outcomes[at] = { outcome: "missing", id: of!, number: null };
    else if (typeof sides === "string") outcomes[at] = { outcome: sides, id: of!, number: null };
    else known.push({ one, sides, at });
  }
  if (known.length === 0) return outcomes;
  const accounts = accountsOf(known.map(({ sides }) => sides));
  const rows = await call(sql, known, accounts, when);
  for (const [n, { at }] of known.entries()) {
    const { outcome, id, number, account, available } = rows[n]!;
    const short = accounts.all[account - 1];
    outcomes[at] = {
      outcome,
      id,
      number: number === null ? null : BigInt(number),
      ...(outcome === "short" && short ? { short: { ...short, available: BigInt(available) } } : {}),
    };
  }
  return outcomes;
}

/** Undefined: what it is about is not there. */
function sidesOf(order: Order, original: Original | undefined): Side[] | undefined | "unfit" | "too much" {
  const given = legsOf(order);
  const as = (phase: Phase) => (leg: Leg) => ({ ...leg, phase });
  const mode = modeOf(order);
  if (mode === "post") return given!.map(as("posted"));
  if (mode === "hold") return given!.map(as("held"));
  if (!original) return undefined;
  if (mode === "reverse") return given ? given.map(as("posted")) : rest(original);
  if (original.mode !== "hold") return "unfit";
  const freed = original.legs.map(turned).map(as("freed"));
  if (mode === "void") return freed;
  if (given && !within(given, original.legs)) return "too much";
  return [...freed, ...(given ?? original.legs).map(as("posted"))];
}

const keyOf = ({ account, currency }: Pick<Leg, "account" | "currency">) => `${account}\n${currency}`;

function sums(legs: readonly Leg[]): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const leg of legs) found.set(keyOf(leg), (found.get(keyOf(leg)) ?? 0n) + leg.amount);
  return found;
}

/** On each account in the same direction, and no further. */
function within(legs: readonly Leg[], most: readonly Leg[]): boolean {
  const bounds = sums(most);
  return [...sums(legs)].every(([key, sum]) => {
    const bound = bounds.get(key) ?? 0n;
    return bound < 0n ? sum <= 0n && sum >= bound : sum >= 0n && sum <= bound;
  });
}

/** What is left to reverse on each account; when nothing is, all of it, so that the ledger says why not. */
function rest({ legs, reversed }: Original): Side[] {
  const posted = legs.filter(({ phase }) => phase === "posted");
  const first = new Map(posted.toReversed().map((leg) => [keyOf(leg), leg]));
  const left = [...sums(posted)].flatMap(([key, sum]) => {
    const amount = -sum - (reversed.get(key) ?? 0n);
    return amount === 0n ? [] : [{ ...first.get(key)!, amount }];
  });
  return left.length > 0 ? left : posted.map(turned);
}

/** The transfers that these settle, void or reverse, with their postings: facts that do not change. */
async function readOriginals(sql: Raw, asked: readonly Asked[]): Promise<Map<string, Original>> {
  const ids = asked.flatMap(({ order }) => ofOf(order) ?? []);
  const found = new Map<string, Original>();
  if (ids.length === 0) return found;
  type Row = {
    id: string;
    mode: string;
    own: boolean;
    account: string;
    currency: string;
    amount: string;
    phase: Phase;
  };
  const rows = await sql<Row[]>`
    select o.id, o.mode, r.id = o.id as own, a.code as account, p.currency, p.amount, p.phase
    from ledger_transfer o join ledger_transfer r on r.id = o.id or (r.of_id = o.id and r.mode = 'reverse')
      join ledger_posting p on p.number >= r.first_posting and p.number < r.first_posting + r.postings
      join ledger_account a on a.id = p.account_id
    where o.id = any(${ids}::uuid[]) order by p.number`;
  for (const { id, mode, own, amount, ...side } of rows) {
    const one: Original = found.get(id) ?? { id, mode, legs: [], reversed: new Map() };
    found.set(id, one);
    if (own) one.legs.push({ ...side, amount: BigInt(amount) });
    else one.reversed.set(keyOf(side), (one.reversed.get(keyOf(side)) ?? 0n) + BigInt(amount));
  }
  return found;
}

type Account = { account: string; currency: string };
type Accounts = { all: Account[]; number: Map<string, number> };

function accountsOf(all: readonly Side[][]): Accounts {
  const accounts: Accounts = { all: [], number: new Map() };
  for (const { account, currency } of all.flat()) {
    const key = keyOf({ account, currency });
    if (accounts.number.has(key)) continue;
    accounts.all.push({ account, currency });
    accounts.number.set(key, accounts.all.length);
  }
  return accounts;
}

type Row = {
  outcome: Outcome["outcome"];
  id: string;
  number: string | null;
  account: number;
  available: string;
};
type Known = { one: Asked; sides: Side[] };

function call(sql: Raw, known: readonly Known[], accounts: Accounts, { now, newId }: At): Promise<readonly Row[]> {
  const of = <T>(what: (one: Asked) => T) => known.map(({ one }) => what(one));
  const order = <T>(what: (order: Order) => T) => known.map(({ one }) => what(one.order));
  const legs = known.flatMap(({ sides }, at) => sides.map((side) => ({ side, at: at + 1 })));
  const families = accounts.all.map(({ account }) => familyOf(account));
  const until = (o: Order) => (o.mode === "hold" ? (o.until?.toISOString() ?? null) : null);
  return sql<Row[]>`
    select * from post_transfers(${now.toISOString()}::text::timestamptz, ${of((o) => o.id)}::uuid[], ${order((o) => o.scope)}::text[],
      ${order((o) => o.key)}::text[], ${order((o) => hashOfOrder(o).toString("hex"))}::text[], ${order(modeOf)}::text[],
      ${order((o) => o.kind)}::text[], ${order(ofOf)}::uuid[], ${of((o) => (o.order.at ?? o.at).toISOString())}::text[]::timestamptz[],
      ${order(until)}::text[]::timestamptz[], ${order(aboutText)}::text[], ${of((o) => o.personId)}::uuid[], ${of((o) => o.runId)}::uuid[],
      ${known.map(({ sides }) => sides.length)}::int[], ${legs.map((l) => l.at)}::int[],
      ${legs.map(({ side }) => accounts.number.get(keyOf(side))!)}::int[], ${legs.map(({ side }) => String(side.amount))}::bigint[],
      ${legs.map(({ side }) => side.phase)}::text[], ${legs.map(({ side }) => side.least?.toString() ?? null)}::bigint[],
      ${accounts.all.map(() => newId())}::uuid[], ${accounts.all.map(({ account }) => account)}::text[], ${accounts.all.map(({ currency }) => currency)}::text[],
      ${families.map(({ side }) => side)}::text[], ${families.map(({ floor }) => floor?.toString() ?? null)}::bigint[],
      ${families.map(({ tracked }) => String(tracked ?? false))}::text[]::boolean[])`;
}
