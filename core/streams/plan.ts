// What an engine is told of a channel and of its tracks, from what is known of both.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { fileOf } from "../assets/index.ts";
import type { Grid, Item, Plan } from "./playout.ts";
import type { Item as Handed } from "./queue/next.ts";
import { rotationsOf } from "./schedule/pool.ts";
import type { Wanted } from "./wanted.ts";

const EMERGENCIES = 5;
const BEATS = 4;

export type Destination = { id: string; kind: "rtmp" | "icecast" | "hls"; url: string | undefined };

export async function planOf(act: Act, channel: Wanted, destinations: readonly Destination[]): Promise<Plan> {
  const { id, slug, name, hue, crossfadeMs, beatMatch, visual } = channel;
  const film = visual === "loop" ? await loopOf(act, id) : undefined;
  return {
    channel: id,
    slug,
    name,
    hue,
    crossfadeMs,
    beatMatch,
    visual,
    ...(film === undefined ? {} : { loop: film }),
    destinations: destinations.flatMap(({ id, kind, url }) =>
      url === undefined || kind === "hls" ? [] : [{ id, kind, url }],
    ),
    emergency: await emergencyOf(act, id),
  };
}

/** The newest film that was made for the channel. */
async function loopOf(act: Act, channel: string): Promise<string | undefined> {
  const [row] = await rawOf(act.db)<{ id: string }[]>`
    select id from work where kind = 'video' and status = 'approved' and channel_id = ${channel} order by id desc limit 1`;
  return row && fileOf(act.files, act.workspace.id, row.id);
}

async function emergencyOf(act: Act, channel: string): Promise<Item[]> {
  const rotations = await rotationsOf(act, channel, ["emergency"]);
  const tracks = rotations.flatMap((r) => r.tracks).slice(0, EMERGENCIES);
  return tracks.map(({ id, title, seconds }) => ({
    id: `emergency ${id}`,
    asset: id,
    kind: "emergency",
    file: fileOf(act.files, act.workspace.id, id),
    title,
    ...(seconds ? { seconds } : {}),
  }));
}

type Section = { bar: number; bars: number };

/** Only our own songs say which bars they have: they begin with the first, and their beat is exact. */
export function gridOf({ bpm, sections }: Record<string, unknown>): Grid | undefined {
  if (typeof bpm !== "number" || !(bpm > 0) || !Array.isArray(sections)) return undefined;
  const bars = (sections as Section[]).reduce((most, s) => Math.max(most, Number(s.bar) + Number(s.bars)), 0);
  return bars > 0 ? { bpm, first: 0, end: (bars * BEATS * 60) / bpm, sure: true } : undefined;
}

export function itemOf({ id, asset, kind, file, title, artist, seconds, facts }: Handed): Item {
  const grid = gridOf(facts);
  return {
    id,
    asset,
    kind,
    file,
    title,
    ...(artist === undefined ? {} : { artist }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(typeof facts.lufs === "number" ? { lufs: facts.lufs } : {}),
    ...(grid ? { grid } : {}),
    // A maker that says nothing of it may have let somebody sing.
    vocals: !grid && facts.instrumental !== true,
  };
}
