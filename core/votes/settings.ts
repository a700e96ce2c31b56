// How this workspace votes: who may, what each role weighs, and what makes the house suspicious. Small, one value.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { asJson } from "../text.ts";

export type VoteSettings = {
  /** Hundredths of a vote, by role; what is not named weighs 100. */
  weights: Record<string, number>;
  /** An account must be known here for so long before its vote counts. */
  minMinutes: number;
  /** Known for less than so many hours, an account is young: it weighs `youngWeight`, and many at once are suspicious. */
  youngHours: number;
  youngWeight: number;
  /** Only people who linked a second account may vote. */
  linked: boolean;
  /** So many young accounts on one choice within so many seconds hold a ballot; 0: never. */
  burst: number;
  burstSeconds: number;
  /** Automatic ballots stop when so many in a row had no vote; 0: never. */
  idle: number;
};

export const DEFAULTS: VoteSettings = {
  weights: {},
  minMinutes: 0,
  youngHours: 24,
  youngWeight: 100,
  linked: false,
  burst: 20,
  burstSeconds: 10,
  idle: 20,
};

const KEY = "votes";

export async function readSettings(act: Pick<Act, "db">): Promise<VoteSettings> {
  const [row] = await rawOf(act.db)<{ value: string }[]>`select value::text as value from setting where key = ${KEY}`;
  return { ...DEFAULTS, ...(row ? (JSON.parse(row.value) as Partial<VoteSettings>) : {}) };
}

export async function changeSettings(act: Act, change: Partial<VoteSettings>): Promise<VoteSettings> {
  const before = await readSettings(act);
  const after = { ...before, ...change };
  await rawOf(act.db)`
    insert into setting (workspace_id, key, value, updated_at)
    values (${act.workspace.id}, ${KEY}, ${asJson(after)}::text::jsonb, ${act.now.toISOString()})
    on conflict (workspace_id, key) do update set value = excluded.value, updated_at = excluded.updated_at`;
  act.changed({ what: "vote settings", id: KEY, from: before, to: after });
  return after;
}
