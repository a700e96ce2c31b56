// Finding a track by words that may be mistyped: by the groups of three letters that both have. It needs no extension of
// the database, and a few thousand titles are compared in a few milliseconds.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";

export type Findable = { id: string; title: string; artist: string | null };
export type Found = Findable & { score: number };

/** The newest so many of a channel are searched. */
const MOST = 5_000;
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
  const all = await rawOf(act.db)<Findable[]>`
    select w.id, w.title, w.facts->>'artist' as artist from work w
    join asset a on a.workspace_id = w.workspace_id and a.id = w.id
    where w.status = 'approved' and w.kind = 'song' and a.type like 'audio/%'
      and (${channel ?? null}::uuid is null or w.channel_id is null or w.channel_id = ${channel ?? null})
    order by w.id desc limit ${MOST}`;
  const wanted = triples(typed);
  if (wanted.size === 0) return all.slice(0, most).map((one) => ({ ...one, score: 1 }));
  return all
    .map((one) => ({
      ...one,
      score: Math.max(likeness(wanted, one.title), one.artist ? likeness(wanted, `${one.title} ${one.artist}`) : 0),
    }))
    .filter((one) => one.score >= LEAST)
    .sort((a, b) => b.score - a.score)
    .slice(0, most);
}

export const calledTrack = ({ title, artist }: Pick<Findable, "title" | "artist">): string =>
  artist ? `${title} — ${artist}` : title;
