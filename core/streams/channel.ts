// The channels of a workspace: found by slug, id or name, and searched while somebody types.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Entity, Wrong } from "../command/index.ts";

export type Channel = {
  id: string;
  slug: string;
  name: string;
  genre: string;
  status: "off" | "starting" | "on" | "stopping" | "failed";
  stage: number | null;
  hue: string;
  audience: string;
  brand: { tagline?: string; style?: string; words?: string[] };
  /** What people want; `status` is what its keeper reported, and when. */
  wanted: "off" | "on";
  wantedAt: Date | null;
  statusAt: Date | null;
  statusNote: string;
  emergencyAt: Date | null;
};

type Row = Omit<Channel, "brand" | Moment> & { brand: string } & Record<Moment, string | null>;
type Moment = "wantedAt" | "statusAt" | "emergencyAt";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What a page of a list, or a menu of a platform, can hold. */
const PAGE = 100;
const OFFERED = 25;

const date = (at: string | null) => (at === null ? null : new Date(at));
const asChannel = (row: Row): Channel => ({
  ...row,
  brand: JSON.parse(row.brand) as Channel["brand"],
  wantedAt: date(row.wantedAt),
  statusAt: date(row.statusAt),
  emergencyAt: date(row.emergencyAt),
});

const columns = (act: Act) => rawOf(act.db)`
  id, slug, name, genre, status, stage, hue, audience, brand::text as brand, wanted, wanted_at as "wantedAt",
  status_at as "statusAt", status_note as "statusNote", emergency_at as "emergencyAt"`;

/** In the order of the plan. `after` is the id of the last one seen. */
export async function listChannels(
  act: Act,
  { genre, after }: { genre?: string | undefined; after?: string | undefined } = {},
): Promise<{ items: Channel[]; next?: string }> {
  const sql = rawOf(act.db);
  const rows = await sql<Row[]>`
    select ${columns(act)} from channel
    where ${genre ?? null}::text is null or genre = ${genre ?? null}
    order by position, slug limit 1000`;
  const from = after === undefined ? 0 : rows.findIndex((r) => r.id === after) + 1;
  const items = rows.slice(from, from + PAGE).map(asChannel);
  return { items, ...(rows.length > from + PAGE ? { next: items.at(-1)!.id } : {}) };
}

export const channels: Entity<Channel> = {
  name: "channel",
  async find(act, raw) {
    const sql = rawOf(act.db);
    const wanted = raw.toLowerCase();
    const found = await sql<Row[]>`
      select ${columns(act)} from channel
      where ${UUID.test(raw) ? sql`id = ${raw}` : sql`slug = ${wanted} or lower(name) = ${wanted}`}
      order by slug = ${wanted} desc, position limit 2`;
    const [first, second] = found;
    // A slug is one channel's own; a name may be several's.
    if (first && second && first.slug !== wanted)
      throw new Wrong("Several channels are called {name}. Give the slug.", { name: raw });
    return first && asChannel(first);
  },
  async search(act, typed) {
    const rows = await rawOf(act.db)<{ slug: string; name: string }[]>`
      select slug, name from channel
      where strpos(lower(name), lower(${typed})) > 0 or strpos(slug, lower(${typed})) > 0
      order by strpos(lower(name), lower(${typed})) <> 1, position, slug limit ${OFFERED}`;
    return rows.map((c) => ({ value: c.slug, label: c.name }));
  },
};
