// What listeners say on a channel: kept as long as it is read, taken back by staff.
import { rawOf, type Tx } from "../../db/connect.ts";
import type { Act, Place } from "../act.ts";
import { refuse } from "../problem.ts";
import { asJson } from "../text.ts";
import { mutedFor } from "../votes/index.ts";
import { remarkHidden, remarkSaid } from "./events.ts";
import { checkedWords } from "./words.ts";

export type RemarkKind = "shout" | "chat";
export type Remark = {
  id: string;
  kind: RemarkKind;
  channel: string;
  person: string;
  name: string;
  words: string;
  at: string;
};
export type Shown = Place & { subject: string };

/** So many in so many seconds; one who says the same again within a minute is not heard twice. */
const PACE: Record<RemarkKind, { most: number; seconds: number }> = {
  shout: { most: 1, seconds: 20 },
  chat: { most: 5, seconds: 10 },
};
const SAME_SECONDS = 60;

/** Says it, or refuses with the rule. One person's remarks take turns: the pace is counted under their own lock. */
export async function say(act: Act, channel: string, kind: RemarkKind, raw: string): Promise<Remark> {
  const words = await checkedWords(act, raw);
  const sql = rawOf(act.db);
  await sql`select pg_advisory_xact_lock(hashtextextended(${`remark ${act.person.id}`}, 0))`;
  await mayTalk(act, kind, words);
  const id = act.newId();
  const at = act.now.toISOString();
  await sql`
    insert into remark (workspace_id, id, channel_id, person_id, kind, words, at)
    values (${act.workspace.id}, ${id}, ${channel}, ${act.person.id}, ${kind}, ${words}, ${at})`;
  await act.emit(remarkSaid, { channel, remark: id, kind }, channel);
  return { id, kind, channel, person: act.person.id, name: act.person.name, words, at };
}

async function mayTalk(act: Act, kind: RemarkKind, words: string): Promise<void> {
  const sql = rawOf(act.db);
  const { most, seconds } = PACE[kind];
  const now = act.now.toISOString();
  const muted = await mutedFor(act, act.person.id);
  const [row] = await sql<{ pace: number | null; same: boolean }[]>`
    select (select extract(epoch from at - ${now}::timestamptz)::float8 + ${seconds} from remark
        where person_id = ${act.person.id} and kind = ${kind} order by at desc offset ${most - 1} limit 1) as pace,
      exists (select from remark where person_id = ${act.person.id} and words = ${words}
        and at > ${now}::timestamptz - make_interval(secs => ${SAME_SECONDS})) as same`;
  const wait = (left: number) => ({ retryAfter: Math.max(1, Math.ceil(left)) });
  if (muted > 0) throw refuse("rule", "You cannot write here for now. Staff decide until when.", {}, wait(muted));
  if ((row?.pace ?? 0) > 0)
    throw refuse(
      "rule",
      "Not so fast: write again in {seconds, plural, one {# second} other {# seconds}}.",
      { seconds: Math.max(1, Math.ceil(row!.pace!)) },
      wait(row!.pace!),
    );
  if (row?.same) throw refuse("rule", "You said that a moment ago.");
}

type Row = Omit<Remark, "at"> & { at: string };
const columns = (db: Tx) => rawOf(db)`
  r.id, r.kind, r.channel_id as channel, coalesce(o.id, p.id) as person, coalesce(o.name, p.name) as name, r.words, r.at
  from remark r join person p on p.workspace_id = r.workspace_id and p.id = r.person_id
  left join person o on o.workspace_id = p.workspace_id and o.id = p.merged_into`;
const asRemark = (row: Row): Remark => ({ ...row, at: new Date(row.at).toISOString() });

/** The latest, oldest first. */
export async function latest(db: Tx, channel: string, kind: RemarkKind, most: number): Promise<Remark[]> {
  const rows = await rawOf(db)<Row[]>`
    select ${columns(db)} where r.channel_id = ${channel} and r.kind = ${kind} and r.hidden_at is null
    order by r.id desc limit ${most}`;
  return rows.map(asRemark).reverse();
}

/** Those of these that may be shown. */
export async function remarksOf(db: Tx, ids: readonly string[]): Promise<Remark[]> {
  if (ids.length === 0) return [];
  const rows = await rawOf(db)<Row[]>`
    select ${columns(db)} where r.id = any(${[...ids]}::uuid[]) and r.hidden_at is null order by r.id`;
  return rows.map(asRemark);
}

/** Where its cards are. */
export const shownAt = (act: Act, id: string, places: readonly Shown[]) =>
  rawOf(act.db)`update remark set places = ${asJson(places)}::text::jsonb where id = ${id}`;

/** Hides it for everybody; answers where its cards are. Undefined: it is hidden or gone already. */
export async function hide(act: Act, id: string): Promise<Shown[] | undefined> {
  const [row] = await rawOf(act.db)<{ channel: string; places: string }[]>`
    update remark set hidden_at = ${act.now.toISOString()}, hidden_by = ${act.person.id}
    where id = ${id} and hidden_at is null returning channel_id as channel, places::text as places`;
  if (!row) return undefined;
  act.changed({ what: "remark", id, to: "hidden" });
  await act.emit(remarkHidden, { channel: row.channel, remark: id }, row.channel);
  return JSON.parse(row.places) as Shown[];
}

/** For so long, and so many of each channel and kind, remarks are kept. */
const KEPT_DAYS = 30;
const KEPT = 1_000;

export async function forgetRemarks(db: Tx, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_DAYS * 86_400_000).toISOString();
  await rawOf(db)`delete from remark where at < ${before}`;
  await rawOf(db)`
    delete from remark where id in (
      select id from (select id, row_number() over (partition by channel_id, kind order by id desc) as n from remark) r
      where n > ${KEPT})`;
}
