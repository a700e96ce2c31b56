// Finding a track by words that may be mistyped: by the groups of three letters that both have. The database has them in
// an index of its own kind, which needs no extension; those that share the rarest are then compared letter by letter.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";

export type Findable = { id: string; title: string; artist: string | null };
export type Found = Findable & { score: number };

/** Of a group of letters that is in many titles only so many are looked at: the rare ones tell them apart. */
const MOST_ALIKE = 300;
/** So many are compared as a whole. */
const MOST_NEAR = 100;
/** As a title is kept that may be heard on every channel. */
const ANY_CHANNEL = "00000000-0000-0000-0000-000000000000";
/** Under this it is another title. */
export const LEAST = 0.3;

const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

function triples(text: string): Set<string> {
  const found = new Set<string>();
  for (const word of plain(text).slice(0, 120).split(" ")) {
    if (word === "") continue;
    const padded = `  ${word} `;
    for (let at = 0; at + 3 <= padded.length; at++) found.add(padded.slice(at, at + 3));
  }
  return found;
}

/** From 0 to 1: how much of what was typed is in it, and how much else is. All of it, and nothing else, is 1. */
export function likeness(typed: ReadonlySet<string>, text: string): number {
  const other = triples(text);
  let both = 0;
  for (const one of typed) if (other.has(one)) both++;
  if (both === 0) return 0;
  const inside = both / typed.size;
  return 0.7 * inside + 0.3 * (both / (typed.size + other.size - both));
}

/** Best first. Nothing typed: the newest. */
export async function findTracks(
  act: Pick<Act, "db">,
  channel: string | undefined,
  typed: string,
  most: number,
): Promise<Found[]> {
  const wanted = triples(typed);
  if (wanted.size === 0) {
    const newest = await tracks(act, channel, rawOf(act.db)`true order by w.id desc limit ${most}`);
    return newest.map((one) => ({ ...one, score: 1 }));
  }
  const near = await nearest(act, channel, typed);
  const all = await tracks(act, channel, rawOf(act.db)`w.id = any(${near}::uuid[])`);
  return all
    .map((one) => ({
      ...one,
      score: Math.max(likeness(wanted, one.title), one.artist ? likeness(wanted, `${one.title} ${one.artist}`) : 0),
    }))
    .filter((one) => one.score >= LEAST)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1))
    .slice(0, most);
}

export const findTrack = async (act: Pick<Act, "db">, channel: string, id: string): Promise<Findable | undefined> =>
  (await tracks(act, channel, rawOf(act.db)`w.id = ${id}`))[0];

/** What a group of letters that few have in common says is worth more than one that is everywhere. */
async function nearest(act: Pick<Act, "db">, channel: string | undefined, typed: string): Promise<string[]> {
  const sql = rawOf(act.db);
  const where = channel ? [channel, ANY_CHANNEL] : [];
  const rows = await sql<{ id: string }[]>`
    with hit as (
      select h.work_id, 1.0 / count(*) over (partition by g.gram) as worth
      from unnest(title_grams(${typed})) g (gram), lateral (
        ${
          channel
            ? sql`select t.work_id from unnest(${where}::uuid[]) c (id), lateral (
                select work_id from title_gram where gram = g.gram and channel_id = c.id order by work_id desc limit ${MOST_ALIKE}) t`
            : sql`select work_id from title_gram where gram = g.gram limit ${MOST_ALIKE}`
        }) h)
    select work_id as id from hit group by work_id order by sum(worth) desc, work_id desc limit ${MOST_NEAR}`;
  return rows.map((row) => row.id);
}

type Condition = ReturnType<ReturnType<typeof rawOf>>;
async function tracks(act: Pick<Act, "db">, channel: string | undefined, condition: Condition): Promise<Findable[]> {
  const rows = await rawOf(act.db)<Findable[]>`
    select w.id, w.title, w.facts->>'artist' as artist from work w
    join asset a on a.workspace_id = w.workspace_id and a.id = w.id
    where w.status = 'approved' and w.kind = 'song' and a.type like 'audio/%'
      and (${channel ?? null}::uuid is null or w.channel_id is null or w.channel_id = ${channel ?? null})
      and ${condition}`;
  return [...rows];
}

export const calledTrack = ({ title, artist }: Pick<Findable, "title" | "artist">): string =>
  artist ? `${title} — ${artist}` : title;
