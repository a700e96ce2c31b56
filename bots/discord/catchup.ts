// What was said to us while nobody listened: after a start, and after a session that Discord would not go on with, the
// channels where people speak with us are read from where we left them. What was heard already is heard once.
import type { House } from "../../core/house.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import type { Api, Call } from "./api.ts";
import { HISTORY, idAt } from "./limits.ts";
import type { Said } from "./words.ts";

/** What is older is answered no more: whoever asked has asked again. */
const OLDEST_MS = 3600_000;
const MOST_CHANNELS = 200;
const MOST_PAGES = 5;
/** Of the inbox, newest first. */
const MOST_ROWS = 5_000;

/** A channel where somebody speaks with us, and the last message there that was for us. */
export type Corner = { channel: string; guild?: string; last: string };

/** The channels that are read, the ones of last not least. */
export function openCorners() {
  const all = new Map<string, Corner>();
  return {
    note(corner: Corner): void {
      const before = all.get(corner.channel);
      all.delete(corner.channel);
      all.set(corner.channel, before && BigInt(before.last) > BigInt(corner.last) ? before : corner);
      if (all.size > MOST_CHANNELS) all.delete(all.keys().next().value!);
    },
    list: (): Corner[] => [...all.values()],
  };
}
export type Corners = ReturnType<typeof openCorners>;

/** Those that the inbox knows from before our start. */
export async function remember({ databases, sources }: House, corners: Corners): Promise<void> {
  const since = new Date(sources.now().getTime() - OLDEST_MS).toISOString();
  for (const database of databases) {
    for (const workspaceId of await workspaceIds(database)) {
      const rows = await inWorkspace(
        database,
        workspaceId,
        (tx) => rawOf(tx)<{ tenant: string; place: string; delivery: string; whole: boolean }[]>`
          select tenant, delivery, envelope->>'place' as place, envelope->'whole' is not null as whole
          from (select * from inbox order by id desc limit ${MOST_ROWS}) latest
          where surface = 'discord' and received_at > ${since} and envelope->'hints'->>'message' is not null
          order by id`,
      );
      for (const { tenant, place, delivery, whole } of rows)
        corners.note({ channel: place, last: delivery, ...(whole ? { guild: tenant } : {}) });
    }
  }
}

export async function catchUp(
  api: Api,
  { corners, now, stopped }: { corners: Corners; now: () => Date; stopped: () => boolean },
  take: (said: Said) => Promise<void>,
): Promise<void> {
  for (const { channel, guild, last } of corners.list()) {
    let after = later(last, idAt(now().getTime() - OLDEST_MS));
    for (let page = 0; page < MOST_PAGES && !stopped(); page++) {
      const found = await read<Said[]>(api, `/channels/${channel}/messages?after=${after}&limit=${HISTORY}`);
      if (!found || found.length === 0) break;
      // Told newest first.
      for (const said of found.toReversed()) await take(await whole(api, guild, said));
      after = found.reduce((most, { id }) => later(most, id), after);
      if (found.length < HISTORY) break;
    }
  }
}

const later = (a: string, b: string): string => (BigInt(a) > BigInt(b) ? a : b);

/** A message of the history says neither in which server it was said, nor with which roles. */
async function whole(api: Api, guild: string | undefined, said: Said): Promise<Said> {
  if (guild === undefined || said.author.bot || said.mentions.length === 0) return { ...said, ...inGuild(guild) };
  const member = await read<Said["member"]>(api, `/guilds/${guild}/members/${said.author.id}`);
  return { ...said, ...inGuild(guild), ...(member ? { member } : {}) };
}
const inGuild = (guild: string | undefined) => (guild === undefined ? {} : { guild_id: guild });

/** Undefined: we may not, or there is nothing. The pace is Discord's. */
async function read<T>(api: Api, route: Call["route"]): Promise<T | undefined> {
  for (let tries = 0; ; tries++) {
    try {
      return (await api.call({ method: "GET", route, bot: true })).data as T;
    } catch (error) {
      const trouble = api.classify(error);
      if (trouble.kind !== "retry" || tries > 3) return undefined;
      await new Promise((done) => setTimeout(done, trouble.after ?? 500));
    }
  }
}
