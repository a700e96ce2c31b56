// What a channel is like now: what is heard, by whom it was decided, what comes, and whether anybody keeps it.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { Channel } from "./channel.ts";
import { type QueueItem, queueOf, startsOf } from "./queue/queue.ts";

/** A keeper reports every few seconds; one that has not for so long is gone. */
export const REPORT_AGE_MS = 30_000;
/** A worker says that it lives every ten seconds. */
export const HOST_AGE_MS = 35_000;

export type Now = {
  state: "off" | "starting" | "on" | "stopping" | "failed" | "unkept";
  /** On the air; undefined: nothing is. */
  item: QueueItem | undefined;
  /** The next ones, nearest first. */
  next: QueueItem[];
  startsAt: Map<string, Date>;
  /** A picture of what is heard. */
  cover: { asset: string; type: string } | undefined;
  /** Milliseconds since its keeper reported; undefined: never. */
  age: number | undefined;
  host: string | undefined;
};

/** `unkept`: it is wanted on the air, and nobody has reported of it for too long. */
export function stateOf(channel: Channel, now: Date): Now["state"] {
  const fresh = channel.statusAt !== null && now.getTime() - channel.statusAt.getTime() <= REPORT_AGE_MS;
  if (fresh) return channel.wanted === "on" && channel.status === "off" ? "starting" : channel.status;
  if (channel.wanted === "off") return "off";
  const waiting = now.getTime() - channel.wantedAt!.getTime();
  return waiting <= REPORT_AGE_MS ? "starting" : "unkept";
}

export async function nowOn(act: Act, channel: Channel): Promise<Now> {
  const line = await queueOf(act, channel.id);
  const startsAt = await startsOf(act, channel.id, line);
  const state = stateOf(channel, act.now);
  // What was on the air when its keeper died is not heard any more.
  const item = state === "off" || state === "unkept" ? undefined : line.find((i) => i.state === "on_air");
  return {
    state,
    item,
    next: line.filter((i) => i.state !== "on_air"),
    startsAt,
    cover: item && (await coverOf(act, item.asset)),
    age: channel.statusAt === null ? undefined : act.now.getTime() - channel.statusAt.getTime(),
    host: await hostOf(act, channel.id),
  };
}

async function coverOf(act: Act, asset: string): Promise<Now["cover"]> {
  const [row] = await rawOf(act.db)<{ asset: string; type: string }[]>`
    select a.id as asset, a.type from work w join asset a on a.workspace_id = w.workspace_id and a.id = (w.parts->>'cover')::uuid
    where w.id = ${asset} and a.type like 'image/%'`;
  return row;
}

async function hostOf(act: Act, channel: string): Promise<string | undefined> {
  const [row] = await rawOf(act.db)<{ name: string }[]>`
    select coalesce(h.name, l.host_id) as name from channel_lease l left join host h on h.id = l.host_id
    where l.channel_id = ${channel} and l.until > clock_timestamp()`;
  return row?.name;
}

/** Whether any worker lives that could keep a channel. */
export async function anyHost(act: Act): Promise<boolean> {
  const since = new Date(act.now.getTime() - HOST_AGE_MS).toISOString();
  const rows = await rawOf(act.db)`select 1 from host where seen_at > ${since} limit 1`;
  return rows.length > 0;
}
