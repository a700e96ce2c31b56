// What people want on the air, for whoever keeps it there; and when what comes next is settled.
import { rawOf } from "../../db/connect.ts";
import type { VoteSettings } from "../../db/schema/index.ts";
import type { Act, Place } from "../act.ts";
import { placeMoved } from "../outbox/index.ts";
import { ASK_AHEAD_MS, HEARD_DELAY_MS } from "./playout.ts";
import { queueOf } from "./queue/queue.ts";

export type Wanted = {
  id: string;
  slug: string;
  name: string;
  hue: string;
  engine: "mixer" | "liquidsoap" | "obs" | "azuracast";
  crossfadeMs: number;
  beatMatch: boolean;
  visual: "none" | "loop" | "card";
  votes: VoteSettings;
  wantedAt: Date;
  /** An engine that was started before this is to be started anew. */
  restartAt: Date | undefined;
  /** Emergency content, now: what plays is cut short for it. */
  emergencyAt: Date | undefined;
  /** The item on the air that somebody wants cut short. */
  skip: string | undefined;
};

type Row = Omit<Wanted, "wantedAt" | "restartAt" | "emergencyAt" | "skip" | "votes"> & {
  votes: string;
  wantedAt: string;
  restartAt: string | null;
  emergencyAt: string | null;
  skip: string | null;
};

/** Heard by keepers at once (LISTEN): the workspace's id, when what is wanted of one of its channels changed. */
export const STREAMS_CHANNEL = "impresario_streams";

/** The channels of the workspace that should be on the air. */
export async function wanted(act: Pick<Act, "db">): Promise<Wanted[]> {
  const rows = await rawOf(act.db)<Row[]>`
    select c.id, c.slug, c.name, c.hue, c.engine, c.crossfade_ms as "crossfadeMs", c.beat_match as "beatMatch", c.visual,
      c.votes::text as votes, c.wanted_at as "wantedAt", c.restart_at as "restartAt", c.emergency_at as "emergencyAt",
      (select i.id from queue_item i where i.channel_id = c.id and i.state = 'on_air' and i.skip_at is not null) as skip
    from channel c where c.wanted = 'on' order by c.position, c.slug`;
  const date = (at: string | null) => (at === null ? undefined : new Date(at));
  return rows.map((r) => ({
    ...r,
    votes: JSON.parse(r.votes) as VoteSettings,
    wantedAt: new Date(r.wantedAt),
    restartAt: date(r.restartAt),
    emergencyAt: date(r.emergencyAt),
    skip: r.skip ?? undefined,
  }));
}

/** The chats where the channel is told of and voted on. Those that closed to us, or are another's by now, are left out. */
export async function placesOf(act: Act, channel: string): Promise<Place[]> {
  const sql = rawOf(act.db);
  const bound = () => sql<(Place & { ours: boolean })[]>`
    select p.surface, p.tenant, p.external, ${act.workspace.id}::uuid = (
      select f.workspace_id from (
        select workspace_id, 1 as rank from find_place(p.surface, p.tenant, p.external)
        union all select workspace_id, 2 from find_place(p.surface, p.tenant, '')) f order by rank limit 1) as ours
    from channel_place p where p.channel_id = ${channel} order by p.created_at, p.surface, p.external`;
  let places = await bound();
  if (places.some((p) => !p.ours) && (await followMoved(act, channel))) places = await bound();
  return places.filter((p) => p.ours).map(({ ours: _, ...place }) => place);
}

/** A platform may give a chat another id: Telegram does so when a group grows. The chat is the same to its people. */
async function followMoved(act: Act, channel: string): Promise<boolean> {
  const rows = await rawOf(act.db)`
    update channel_place p set external = e.payload->>'to'
    from event e
    where p.channel_id = ${channel} and e.name = ${placeMoved.name} and e.payload->>'surface' = p.surface
      and e.payload->>'tenant' = p.tenant and e.payload->>'from' = p.external
      and not exists (select from channel_place q where q.channel_id = p.channel_id and q.surface = p.surface
        and q.tenant = p.tenant and q.external = e.payload->>'to')
    returning 1`;
  return rows.length > 0;
}

/** An engine asks for the next item so long before it fades it in, and a listener hears so much later what leaves it. */
const HAND_OVER_MS = ASK_AHEAD_MS + HEARD_DELAY_MS;

/**
 * When the next item is handed over at the latest: until then the queue, or a vote, can change it. Behind an item that
 * was handed over already, it is the one after that. Undefined while nothing plays, or when nobody knows how long it
 * lasts.
 */
export async function mixPoint(act: Act, channel: string): Promise<Date | undefined> {
  const [row] = await rawOf(act.db)<{ ms: number }[]>`select crossfade_ms as ms from channel where id = ${channel}`;
  const line = (await queueOf(act, channel)).filter((i) => i.state !== "waiting");
  if (!row || line[0]?.state !== "on_air") return undefined;
  let at = line[0].heardAt!.getTime();
  for (const item of line) {
    if (item.seconds === null) return undefined;
    at += item.seconds * 1000 - row.ms;
  }
  return new Date(at - HAND_OVER_MS);
}
