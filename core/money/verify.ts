// Are the books as they were written? Everything is made anew from the postings, a part at a time, and compared: the
// hashes of the blocks and their chain, the sums of transfers, every balance after every posting, counters and sums.
import { type Database, inWorkspace, type Raw, rawOf } from "../../db/connect.ts";
import type { House } from "../house.ts";
import { signed } from "../keys.ts";
import { type Cell, type Counters, cellOf, countersOf, dimensionsOf, readBooks } from "./books.ts";
import { contentOf } from "./seal.ts";

/** Postings that are looked at in one statement: some tenths of a second. */
const PART = 50_000;
/** How many findings are named. All are counted. */
const NAMED = 100;

export type Finding =
  /** Its rows are not those that were hashed, or it does not follow the one before. */
  | { kind: "block"; block: string }
  | { kind: "sum"; transfer: string }
  /** An account whose counters, or a balance after a posting, are not the sum of its postings. */
  | { kind: "balance"; account: string }
  | { kind: "rollup"; cell: string }
  /** It was sealed, and is gone or another. */
  | { kind: "seal"; block: string };

export type Report = {
  ok: boolean;
  postings: bigint;
  transfers: bigint;
  blocks: bigint;
  found: Finding[];
  count: number;
};

type At = { block: bigint; transfers: bigint; postings: bigint; hash: Buffer };
type Walk = {
  at: At;
  counters: Map<string, Counters>;
  cells: Map<string, Cell>;
  found: Finding[];
  count: number;
};

type How = { signal?: AbortSignal; tell?(done: bigint): void };

export async function verifyLedger(
  house: Pick<House, "keys">,
  database: Database,
  workspaceId: string,
  how: How = {},
): Promise<Report> {
  const inside = <T>(work: (sql: Raw) => Promise<T>) => inWorkspace(database, workspaceId, (tx) => work(rawOf(tx)));
  const walk: Walk = {
    at: { block: 0n, transfers: 0n, postings: 0n, hash: Buffer.alloc(32) },
    counters: new Map(),
    cells: new Map(),
    found: [],
    count: 0,
  };
  // First what is there now; then, in one glance, the counters; then what was written until that glance.
  await walkOn(inside, walk, undefined, how);
  const books = await inside(readBooks);
  await walkOn(inside, walk, books.head, how);
  compare(walk, books);
  await inside((sql) => compareSeals(house, sql, workspaceId, walk));
  const { at, found, count } = walk;
  return { ok: count === 0, postings: at.postings, transfers: at.transfers, blocks: at.block, found, count };
}

const note = (walk: Walk, finding: Finding) => {
  walk.count++;
  if (walk.found.length < NAMED) walk.found.push(finding);
};

type Inside = <T>(work: (sql: Raw) => Promise<T>) => Promise<T>;

async function walkOn(inside: Inside, walk: Walk, until: bigint | undefined, { signal, tell }: How): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const next = await inside((sql) => nextPart(sql, walk.at, until));
    if (!next) return;
    await lookAt(inside, walk, next);
    walk.at = next;
    tell?.(walk.at.postings);
  }
}

/** Whole blocks with about so many postings; one alone may have more. */
async function nextPart(sql: Raw, at: At, until: bigint | undefined): Promise<At | undefined> {
  type Row = { block: string; transfers: string; postings: string; hash: Buffer };
  const [row] = await sql<Row[]>`
    select number as block, transfers, postings, hash from (
      select * from ledger_block where number > ${String(at.block)} and ${until === undefined ? sql`true` : sql`number <= ${String(until)}`}
      order by number limit ${PART}) b
    where b.postings <= ${String(at.postings + BigInt(PART))} or b.number = ${String(at.block + 1n)}
    order by number desc limit 1`;
  return (
    row && {
      block: BigInt(row.block),
      transfers: BigInt(row.transfers),
      postings: BigInt(row.postings),
      hash: row.hash,
    }
  );
}

/** Each on a connection of its own: what was written does not change between them. */
async function lookAt(inside: Inside, walk: Walk, to: At): Promise<void> {
  const { at } = walk;
  const [blocks, sums, accounts, cells] = await Promise.all([
    inside((sql) => wrongBlocks(sql, at, to)),
    inside(
      (sql) => sql<{ transfer: string }[]>`
      select distinct transfer from (
        select transfer from ledger_posting where number > ${String(at.postings)} and number <= ${String(to.postings)}
        group by transfer, currency, phase having sum(amount) <> 0) s`,
    ),
    inside((sql) => countersOf(sql, at, to)),
    inside((sql) => dimensionsOf(sql, at, to)),
  ]);
  for (const { block } of blocks) note(walk, { kind: "block", block });
  for (const { transfer } of sums) note(walk, { kind: "sum", transfer });
  for (const { account, low, high, ...more } of accounts) {
    const had = walk.counters.get(account);
    if (low !== high || low !== (had?.balance ?? 0n)) note(walk, { kind: "balance", account });
    if (!had) walk.counters.set(account, more);
    else
      for (const name of ["debits", "credits", "debitsPending", "creditsPending", "postings"] as const)
        had[name] += more[name];
    walk.counters.get(account)!.balance = more.balance;
  }
  for (const cell of cells) {
    const had = walk.cells.get(cellOf(cell));
    if (!had) walk.cells.set(cellOf(cell), cell);
    else for (const name of ["debits", "credits", "postings"] as const) had[name] += cell[name];
  }
}

/** Blocks whose hash is not that of their rows, that do not follow each other, or whose rows have gaps. */
const wrongBlocks = (sql: Raw, at: At, to: At) => sql<{ block: string }[]>`
  with b as materialized (
    select number, before, hash, transfers - lag(transfers, 1, ${String(at.transfers)}::bigint) over w as t_count,
      postings - lag(postings, 1, ${String(at.postings)}::bigint) over w as p_count, lag(transfers, 1, ${String(at.transfers)}::bigint) over w + 1 as t_first,
      lag(postings, 1, ${String(at.postings)}::bigint) over w + 1 as p_first, lag(hash, 1, ${at.hash}::bytea) over w as hash_before,
      number - lag(number, 1, ${String(at.block)}::bigint) over w as step, row_number() over w as k
    from ledger_block where number > ${String(at.block)} and number <= ${String(to.block)} window w as (order by number)),
  t as (
    select width_bucket(t.number, (select array_agg(t_first order by k) from b)) as k, count(*) as count,
      string_agg(ledger_line(t), '' order by t.number) as lines
    from ledger_transfer t where t.number > ${String(at.transfers)} and t.number <= ${String(to.transfers)} group by 1),
  p as (
    select width_bucket(p.number, (select array_agg(p_first order by k) from b)) as k, count(*) as count,
      string_agg(ledger_line(p), '' order by p.number) as lines
    from ledger_posting p where p.number > ${String(at.postings)} and p.number <= ${String(to.postings)} group by 1)
  select b.number as block from b left join t on t.k = b.k left join p on p.k = b.k
  where b.step <> 1 or b.before <> b.hash_before or t.count is distinct from b.t_count or p.count is distinct from b.p_count
    or b.hash is distinct from sha256(b.before || convert_to(t.lines || p.lines, 'UTF8'))
  order by b.number`;

function compare(walk: Walk, books: Awaited<ReturnType<typeof readBooks>>): void {
  const differ = (a: Counters, b: Counters) =>
    (Object.keys(a) as (keyof Counters)[]).some((name) => a[name] !== b[name]);
  for (const [account, counters] of books.counters) {
    const made = walk.counters.get(account);
    // One that was opened for what was then refused has none.
    if (made ? differ(made, counters) : Object.values(counters).some((n) => n !== 0n))
      note(walk, { kind: "balance", account });
    walk.counters.delete(account);
  }
  for (const account of walk.counters.keys()) note(walk, { kind: "balance", account });
  for (const [key, { debits, credits, postings }] of books.cells) {
    const made = walk.cells.get(key);
    if (made?.debits !== debits || made.credits !== credits || made.postings !== postings)
      note(walk, { kind: "rollup", cell: key.replaceAll("\n", " ") });
    walk.cells.delete(key);
  }
  for (const key of walk.cells.keys()) note(walk, { kind: "rollup", cell: key.replaceAll("\n", " ") });
}

/** Every head that was sealed or announced is still a block, and the same one. */
async function compareSeals(house: Pick<House, "keys">, sql: Raw, workspaceId: string, walk: Walk): Promise<void> {
  const seals = await sql<{ block: string; hash: Buffer; seal: Buffer; there: Buffer | null }[]>`
    select s.block, s.hash, s.seal, b.hash as there from ledger_seal s left join ledger_block b on b.number = s.block order by s.block`;
  for (const { block, hash, seal, there } of seals) {
    const right = signed(house.keys.audit, contentOf(workspaceId, { number: BigInt(block), hash }));
    if (!there?.equals(hash) || !right.equals(seal)) note(walk, { kind: "seal", block });
  }
  const told = await sql<{ block: string }[]>`
    select e.payload->>'block' as block from event e
      left join ledger_seal s on s.block = (e.payload->>'block')::bigint
    where e.name = 'ledger.sealed' and encode(s.hash, 'hex') is distinct from e.payload->>'hash' order by 1`;
  for (const { block } of told) note(walk, { kind: "seal", block });
}
