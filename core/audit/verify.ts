// Is the audit as it was written? Every row's seal, every block's list, the chain of blocks, and where it ends.
import { rawOf } from "../../db/connect.ts";
import { type Block, blockContent, type Head, type Odd, type Sealer, seal } from "./seal.ts";

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

/** Seals first, so that the rows of the last minutes are covered too. `head` is one that was kept outside. */
export async function verifyAudit(act: Sealer, kept?: Head): Promise<Report> {
  const odd = new Map<string, Odd>();
  const { head, rows } = await seal(act, {
    all: true,
    odd: (row) => {
      if (odd.size < 100 * NAMED) odd.set(row.id, row);
    },
  });
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
