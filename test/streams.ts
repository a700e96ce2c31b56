// A channel with songs for tests of streams, and a keeper's hand on it without the keeper.
import type { Act } from "../core/act.ts";
import type { Caller } from "../core/inbox/index.ts";
import type { NewWork } from "../core/library/index.ts";
import { claimNext, heard, type Item } from "../core/streams/index.ts";
import { rawOf } from "../db/connect.ts";
import type { TestHouse } from "./house.ts";
import { actFor, makeWork } from "./works.ts";

export const inAct = <T>(house: TestHouse, work: (act: Act) => Promise<T>, who: Caller = house.owner): Promise<T> =>
  actFor(house, who, work);

/** The id of a channel of the blueprint. */
export const channelId = (house: TestHouse, slug: string): Promise<string> =>
  inAct(house, async (act) => {
    const [row] = await rawOf(act.db)<{ id: string }[]>`select id from channel where slug = ${slug}`;
    return row!.id;
  });

export const addSong = async (house: TestHouse, title: string, more: Partial<NewWork> = {}): Promise<string> =>
  (await makeWork(house, { title, status: "approved", seconds: 180, ...more })).id;

/** Gives the channel to a host, as a take-over does: the token is a new one. */
export const takeLease = (house: TestHouse, channel: string, hostId = "one"): Promise<number> =>
  inAct(house, async (act) => {
    const [row] = await rawOf(act.db)<{ token: string }[]>`
      insert into channel_lease (workspace_id, channel_id, host_id, token, until)
      values (${act.workspace.id}, ${channel}, ${hostId}, 1, now() + interval '10 seconds')
      on conflict (workspace_id, channel_id) do update set host_id = excluded.host_id, token = channel_lease.token + 1
      returning token`;
    return Number(row!.token);
  });

export const claim = (house: TestHouse, channel: string, token: number): Promise<Item | undefined> =>
  inAct(house, (act) => claimNext(act, { channel, token }));

/** Claims the next, and it is heard a second later. */
export async function play(house: TestHouse, channel: string, token: number): Promise<Item> {
  const item = await claim(house, channel, token);
  if (!item) throw new Error("The channel has nothing to play.");
  house.clock.pass(1000);
  await inAct(house, (act) => heard(act, { channel, item: item.id, token, at: house.clock.now }));
  return item;
}
