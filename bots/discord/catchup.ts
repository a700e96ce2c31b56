// What was said to us while nobody listened: after a start, and after a session that Discord would not go on with, the
// channels where people speak with us are read from where we left them. What was heard already is heard once.
import type { House } from "../../core/house.ts";
import { lastHeard } from "../../core/inbox/index.ts";
import type { Api, Call } from "./api.ts";
import { HISTORY, idAt } from "./limits.ts";
import type { Said } from "./words.ts";

/** What is older is answered no more: whoever asked has asked again. */
const OLDEST_MS = 3600_000;
const MOST_CHANNELS = 200;
const MOST_PAGES = 5;

/** A channel where somebody speaks with us, and the last message there that was for us. */
export type Corner = { channel: string; guild?: string; last: string };
/** Of a channel where something may have been said that we did not hear. */
type Reading = { from: Corner; after: Promise<boolean>; done?: Promise<boolean> };

export type Corners = {
  note(corner: Corner): void;
  /** A session began: what was said between the last one and now is to be read, from where we are now. */
  fellBehind(): void;
  /** Waits until nothing that was said before is left in a channel. False: it is not read to its end, for we end. */
  caughtUp(channel: string): Promise<boolean>;
  /** The same, everywhere. */
  catchUp(): Promise<void>;
};

/**
 * The channels that are read, the ones of last not least. What is said in one now waits for what was said there before:
 * were it kept first, nobody could tell afterwards that something before it is missing. `read` answers false when it was
 * kept from reading to the end.
 */
export function openCorners(read: (from: Corner) => Promise<boolean>): Corners {
  const all = new Map<string, Corner>();
  const behind = new Map<string, Reading>();

  async function begin(one: Reading): Promise<boolean> {
    const { channel } = one.from;
    if (!(await one.after) || !(await read(one.from))) return false;
    if (behind.get(channel) === one) behind.delete(channel);
    return true;
  }

  async function caughtUp(channel: string): Promise<boolean> {
    for (let one = behind.get(channel); one; one = behind.get(channel)) {
      one.done ??= begin(one);
      if (!(await one.done)) return false;
    }
    return true;
  }

  return {
    note(corner) {
      const before = all.get(corner.channel);
      all.delete(corner.channel);
      all.set(corner.channel, before && BigInt(before.last) > BigInt(corner.last) ? before : corner);
      if (all.size > MOST_CHANNELS) all.delete(all.keys().next().value!);
    },
    fellBehind() {
      for (const from of all.values()) {
        const before = behind.get(from.channel);
        // One that has not begun begins further back, and reads until now all the same.
        if (before && !before.done) continue;
        behind.set(from.channel, { from, after: before?.done ?? Promise.resolve(true) });
      }
    },
    caughtUp,
    async catchUp() {
      // Where people spoke last, they are likely to speak now.
      for (const channel of [...behind.keys()].toReversed()) await caughtUp(channel);
    },
  };
}

/** Those that the inbox knows from before our start. */
export async function remember(house: House, corners: Corners): Promise<void> {
  const since = new Date(house.sources.now().getTime() - OLDEST_MS);
  for (const { tenant, place, delivery, whole } of await lastHeard(house, {
    surface: "discord",
    hint: "message",
    since,
  }))
    corners.note({ channel: place, last: delivery, ...(whole ? { guild: tenant } : {}) });
}

export type History = {
  api: Api;
  now: () => Date;
  stopped: () => boolean;
  /** Hears one, as if it had been told just now. */
  hear(said: Said): Promise<void>;
};

/** What was said in a channel since, in its order. False: we end before its end. */
export async function readOn({ api, now, stopped, hear }: History, { channel, guild, last }: Corner): Promise<boolean> {
  let after = later(last, idAt(now().getTime() - OLDEST_MS));
  for (let page = 0; page < MOST_PAGES && !stopped(); page++) {
    const found = await read<Said[]>(api, `/channels/${channel}/messages?after=${after}&limit=${HISTORY}`);
    if (!found || found.length === 0) break;
    // Told newest first.
    for (const said of found.toReversed()) await hear(await whole(api, guild, said));
    after = found.reduce((most, { id }) => later(most, id), after);
    if (found.length < HISTORY) break;
  }
  return !stopped();
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
