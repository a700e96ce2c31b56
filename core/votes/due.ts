// What the clock does to ballots: those whose time is over are closed, whoever slept meanwhile.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { clockOf } from "./cast.ts";

/** Ballots whose time is over, or will be in so many milliseconds, by the database's clock; longest ago first. */
export async function dueBallots(act: Pick<Act, "db" | "ahead">, within = 0): Promise<string[]> {
  const sql = rawOf(act.db);
  const rows = await sql<{ id: string }[]>`
    select id from ballot where status <> 'closed' and closes_at <= ${clockOf(sql, act)} + ${`${within} milliseconds`}::interval order by closes_at, id limit 100`;
  return rows.map((r) => r.id);
}

/** Ballots whose cards show less than was counted. */
export async function staleBallots(act: Pick<Act, "db">): Promise<string[]> {
  const rows = await rawOf(act.db)<{ id: string }[]>`
    select b.id from ballot b join tally t on t.workspace_id = b.workspace_id and t.ballot_id = b.id
    where b.status <> 'closed' group by b.workspace_id, b.id having sum(t.changes) > max(b.shown) limit 100`;
  return rows.map((r) => r.id);
}

/** In milliseconds: until when a ballot is open. Zero or less: its time is over. */
export async function timeLeft(act: Pick<Act, "db" | "ahead">, id: string): Promise<number> {
  const sql = rawOf(act.db);
  const [row] = await sql<{ left: number }[]>`
    select (extract(epoch from closes_at - ${clockOf(sql, act)}) * 1000)::float8 as left from ballot where id = ${id}`;
  return row?.left ?? 0;
}
