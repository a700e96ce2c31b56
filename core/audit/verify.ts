// Is the audit as it was written? Every row's seal, every block's list, the chain of blocks, and where it ends.
import { type Database, inWorkspace, rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { House } from "../house.ts";
import {
  type Block,
  batches,
  blockContent,
  FIRST,
  type Head,
  isWhole,
  type Odd,
  type Sealer,
  seal,
  sealAudit,
  sealerOf,
} from "./seal.ts";

/** How many blocks are read at once: half a megabyte. */
const BLOCKS = 10;
/** How many findings are named. All are counted. */
const NAMED = 100;

export type Finding =
  | { kind: "edited" | "deleted"; row: string; block: number }
  | { kind: "inserted"; row: string }
  /** The block itself was changed: its list, its order, its place in the chain. */
  | { kind: "block"; block: number }
  | { kind: "missing"; block: number }
  /** Blocks after this one were announced, or are in the head that was given, and are gone. */
  | { kind: "cut"; block: number };

export type Report = {
  ok: boolean;
  rows: number;
  blocks: number;
  head: Head | undefined;
  found: Finding[];
  count: number;
};

/** A log that is longer than this is not verified while somebody waits: some seconds. */
const MOST_AT_ONCE = 20_000;

/** Asks at most for so many rows. */
export async function isLong(act: Pick<Act, "db">): Promise<boolean> {
  const rows = await rawOf(act.db)`select from audit offset ${MOST_AT_ONCE} limit 1`;
  return rows.length > 0;
}

/** In one transaction. Seals first, so that the rows of the last minutes are covered too. */
export async function verifyAudit(act: Sealer, kept?: Head): Promise<Report> {
  const odd: Odds = new Map();
  const { head, rows } = await seal(act, { all: true, odd: (row) => note(odd, row) });
  return judge(act, { odd, head, rows, kept });
}

type Long = { kept?: Head | undefined; signal: AbortSignal; tell(done: number, total: number): void };

/**
 * The same for a long log. Sealing has transactions of its own: one that writes and goes on for minutes would keep live
 * pages waiting for it.
 */
export async function verifyLongAudit(
  house: Pick<House, "sources" | "keys" | "log">,
  database: Database,
  workspaceId: string,
  { kept, signal, tell }: Long,
): Promise<Report> {
  await sealAudit(house, database, workspaceId);
  const { report, late } = await inWorkspace(database, workspaceId, async (db) => {
    const act = sealerOf(house, db, workspaceId);
    const { total, head } = await summary(act);
    const read = await readAll(act, (rows) => {
      signal.throwIfAborted();
      tell(Math.min(rows, total), total);
    });
    return { report: await judge(act, { ...read, head, kept }), late: read.late };
  });
  if (late !== undefined)
    await inWorkspace(database, workspaceId, (db) => seal(sealerOf(house, db, workspaceId), { after: late }));
  return report;
}

/** `late`: the row before the first of those that are whole and not sealed, as a long transaction leaves behind. */
async function readAll(act: Sealer, tell: (rows: number) => void) {
  const odd: Odds = new Map();
  let rows = 0;
  let last = FIRST;
  let late: string | undefined;
  for await (const batch of batches(act, FIRST, true)) {
    for (const row of batch) {
      if (!isWhole(act, row)) note(odd, row);
      else if (!row.sealed) late ??= last;
      last = row.id;
    }
    rows += batch.length;
    tell(rows);
  }
  return { odd, rows, late };
}

type Odds = Map<string, Odd>;
const note = (odd: Odds, { id, sealed }: Odd) => {
  if (odd.size < 100 * NAMED) odd.set(id, { id, sealed });
};

async function summary(act: Sealer): Promise<{ total: number; head: Head | undefined }> {
  const sql = rawOf(act.db);
  const [[counted], [head]] = await Promise.all([
    sql<{ total: number }[]>`select count(*)::int as total from audit`,
    sql<Head[]>`select number, hash from audit_block order by number desc limit 1`,
  ]);
  return { total: counted?.total ?? 0, head };
}

type Looked = { odd: Odds; head: Head | undefined; rows: number; kept: Head | undefined };

/** `kept` is a head that was kept outside. */
async function judge(act: Sealer, { odd, head, rows, kept }: Looked): Promise<Report> {
  const findings = new Map<string, Finding>();
  const add = (finding: Finding) =>
    findings.set("row" in finding ? finding.row : `${finding.kind} ${finding.block}`, finding);
  for (const { id, sealed } of odd.values()) if (!sealed) add({ kind: "inserted", row: id });
  const blocks = await walkChain(act, odd, add);
  await checkEnd(act, head, kept, add);
  const found = [...findings.values()];
  return { ok: found.length === 0, rows, blocks, head, found: found.slice(0, NAMED), count: found.length };
}

type Add = (finding: Finding) => void;
type Row = { number: number; at: string; rows: string[]; hashes: Buffer[]; before: Buffer; hash: Buffer } & Span;
type Span = { low: string; high: string };

async function walkChain(act: Sealer, odd: Map<string, Odd>, add: Add): Promise<number> {
  let before: Head = { number: 0, hash: Buffer.alloc(32) };
  let count = 0;
  for (;;) {
    const batch = await rawOf(act.db)<Row[]>`
      select number, at, rows, hashes, before, hash, low, high from audit_block
      where number > ${before.number} order by number limit ${BLOCKS}`;
    for (const row of batch) {
      for (let n = before.number + 1; n < row.number; n++) add({ kind: "missing", block: n });
      const block: Block = { ...row, at: new Date(row.at).toISOString() };
      const spans = row.low === row.rows[0] && row.high === row.rows.at(-1);
      if (!spans || !holds(act, block, row.hash, before)) add({ kind: "block", block: row.number });
      for (const id of row.rows) if (odd.has(id)) add({ kind: "edited", row: id, block: row.number });
      before = row;
    }
    if (batch.length > 0) await compareRows(act, batch, add);
    count += batch.length;
    if (batch.length < BLOCKS) return count;
  }
}

function holds(act: Sealer, { number, at, rows, hashes, before }: Block, hash: Buffer, last: Head): boolean {
  const follows = number !== last.number + 1 || before.equals(last.hash);
  return follows && hash.equals(act.sign(blockContent(act.workspace.id, { number, at, rows, hashes, before })));
}

/** Only what differs leaves the database. */
async function compareRows(act: Sealer, batch: Row[], add: Add): Promise<void> {
  const differ = await rawOf(act.db)<{ number: number; id: string; gone: boolean }[]>`
    select b.number, u.id, a.id is null as gone
    from audit_block b cross join lateral unnest(b.rows, b.hashes) as u(id, hash)
    left join audit a on a.workspace_id = b.workspace_id and a.id = u.id
    where b.number between ${batch[0]!.number} and ${batch.at(-1)!.number} and a.hash is distinct from u.hash
    limit ${NAMED * 100}`;
  for (const { number, id, gone } of differ) add({ kind: gone ? "deleted" : "edited", row: id, block: number });
}

/** Each sealing was announced, and its head may have been kept elsewhere: the chain must reach and match both. */
async function checkEnd(act: Sealer, head: Head | undefined, kept: Head | undefined, add: Add): Promise<void> {
  const sql = rawOf(act.db);
  const differ = await sql<{ number: number; gone: boolean }[]>`
    select (e.payload->>'number')::int as number, b.number is null as gone
    from event e left join audit_block b on b.workspace_id = e.workspace_id and b.number = (e.payload->>'number')::int
    where e.name = 'audit.sealed' and encode(b.hash, 'hex') is distinct from e.payload->>'hash'
    order by 1 limit ${NAMED}`;
  for (const { number, gone } of differ) {
    if (!gone) add({ kind: "block", block: number });
    else if (number > (head?.number ?? 0)) add({ kind: "cut", block: number });
  }
  if (!kept) return;
  const [there] = await sql<{ hash: Buffer }[]>`select hash from audit_block where number = ${kept.number}`;
  if (!there) add({ kind: "cut", block: kept.number });
  else if (!there.hash.equals(kept.hash)) add({ kind: "block", block: kept.number });
}
