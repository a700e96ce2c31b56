// Blocks over the audit's rows: each names its rows and their hashes and the block before it, so that nothing can be
// taken away, put in between or put in another order unseen.
import { type Database, inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import { writeEvent } from "../event/index.ts";
import type { House } from "../house.ts";
import { signed } from "../keys.ts";
import { contentOf, type Stored } from "./record.ts";

/** Rows of a block, and of what is read at once: 48 kB of ids and hashes. */
const BLOCK = 1000;
/** A transaction that began before the last seal may commit this much later and is still sealed by the next. */
const TOLERANCE = 60 * 60_000;
export const FIRST = "00000000-0000-0000-0000-000000000000";
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** What sealing needs of an act. The house itself has it too. */
export type Sealer = Pick<Act, "db" | "now" | "newId" | "sign"> & { workspace: { id: string } };
/** The newest block: kept elsewhere, it proves that no end was cut off. */
export type Head = { number: number; hash: Buffer };
/** A row whose own hash is wrong. Not in any block: it was put there, or changed, by somebody without the key. */
export type Odd = { id: string; sealed: boolean };

export const auditSealed = eventKind<{ number: number; hash: string }>("audit.sealed");

/** The house itself, in one transaction. */
export const sealerOf = ({ sources, keys }: Pick<House, "sources" | "keys">, db: Tx, workspaceId: string): Sealer => ({
  db,
  workspace: { id: workspaceId },
  now: sources.now(),
  newId: sources.newId,
  sign: (content) => signed(keys.audit, content),
});

/** Seals what is new in a workspace. Cheap enough for every few minutes: it looks an hour back and no further. */
export async function sealAudit(
  house: Pick<House, "sources" | "keys" | "log">,
  database: Database,
  workspaceId: string,
): Promise<{ head: Head | undefined; sealed: number }> {
  const done = await inWorkspace(database, workspaceId, (db) => seal(sealerOf(house, db, workspaceId)));
  // The log is a second place: who cuts the end off the table must reach it too.
  if (done.head && done.sealed > 0)
    house.log.info(
      { workspace: workspaceId, block: done.head.number, hash: done.head.hash.toString("hex") },
      "audit sealed",
    );
  return { head: done.head, sealed: done.sealed };
}

/**
 * One sealer at a time in a workspace: the chain has no forks. `all` looks at every row, not only at the last hour's;
 * `after`: what is not sealed behind this row.
 */
export async function seal(
  act: Sealer,
  { all = false, after = LAST, odd }: { all?: boolean; after?: string; odd?(row: Odd): void } = {},
): Promise<{ head: Head | undefined; sealed: number; rows: number }> {
  const sql = rawOf(act.db);
  await sql`select pg_advisory_xact_lock(hashtextextended(${`audit:${act.workspace.id}`}, 0))`;
  const [last] = await sql<{ number: number; hash: Buffer; at: string }[]>`
    select number, hash, at from audit_block order by number desc limit 1`;
  let head: Head | undefined = last;
  const start = all || !last ? FIRST : idAt(Date.parse(last.at) - TOLERANCE);
  let fresh: Stored[] = [];
  let sealed = 0;
  let rows = 0;
  const close = async () => {
    head = await writeBlock(act, head, fresh);
    sealed += fresh.length;
    fresh = [];
  };
  for await (const batch of batches(act, after < start ? after : start, all)) {
    for (const row of batch) {
      if (!isWhole(act, row)) odd?.({ id: row.id, sealed: row.sealed });
      else if (!row.sealed && fresh.push(row) === BLOCK) await close();
    }
    rows += batch.length;
  }
  if (fresh.length > 0) await close();
  return { head, sealed, rows };
}

/** The least UUIDv7 of a moment. */
const idAt = (ms: number): string => {
  const hex = Math.max(0, ms).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
};

/** Whether the row is as it was written. */
export const isWhole = (act: Pick<Sealer, "sign">, row: Stored): boolean => row.hash.equals(act.sign(contentOf(row)));

/** Rows in their order, a thousand at a time. */
export async function* batches(act: Pick<Sealer, "db">, after: string, all: boolean): AsyncGenerator<Looked[]> {
  for (let last = after; ; ) {
    const batch = await readBatch(act, last, all);
    const end = batch.at(-1);
    if (!end) return;
    yield batch;
    last = end.id;
  }
}

type Looked = Stored & { sealed: boolean };

/** The next thousand rows; only the unsealed of them, and the last one to go on from, unless all are wanted. */
const readBatch = (act: Pick<Sealer, "db">, after: string, all: boolean) => rawOf(act.db)<Looked[]>`
  with batch as materialized (select * from audit where id > ${after} order by id limit ${BLOCK}),
  span as (select (select id from batch order by id limit 1) as low, (select id from batch order by id desc limit 1) as high),
  sealed as materialized (
    select unnest(b.rows) as id from audit_block b, span where b.high >= span.low and b.low <= span.high)
  select * from (select batch.*, batch.id in (select id from sealed) as sealed from batch) as looked, span
  where ${all} or not sealed or id = span.high order by id`;

/** What a block's hash covers. */
export type Block = { number: number; at: string; rows: string[]; hashes: Buffer[]; before: Buffer };
export const blockContent = (workspaceId: string, block: Block): unknown => ({
  ...block,
  workspaceId,
  hashes: block.hashes.map((h) => h.toString("hex")),
  before: block.before.toString("hex"),
});

async function writeBlock(act: Sealer, before: Head | undefined, fresh: Stored[]): Promise<Head> {
  const block: Block = {
    number: (before?.number ?? 0) + 1,
    at: act.now.toISOString(),
    rows: fresh.map((r) => r.id),
    hashes: fresh.map((r) => r.hash),
    before: before?.hash ?? Buffer.alloc(32),
  };
  const hash = act.sign(blockContent(act.workspace.id, block));
  const ids = `{${block.rows.join(",")}}`;
  const hashes = `{${block.hashes.map((h) => `"\\\\x${h.toString("hex")}"`).join(",")}}`;
  await rawOf(act.db)`
    insert into audit_block (workspace_id, number, at, rows, hashes, low, high, before, hash)
    values (${act.workspace.id}, ${block.number}, ${block.at}, ${ids}::text::uuid[], ${hashes}::text::bytea[],
      ${block.rows[0]!}, ${block.rows.at(-1)!}, ${block.before}, ${hash})`;
  const writer = { ...act, person: null, run: null };
  const payload = { number: block.number, hash: hash.toString("hex") };
  await writeEvent(writer, { name: auditSealed.name, payload, subject: "" });
  return { number: block.number, hash };
}
