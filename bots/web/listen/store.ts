// What the page knows, and the one stream that keeps it so.

import type { Shown } from "../listen-files.ts";
import type { First as Sent } from "../live-room.ts";

export type First = Shown & { locale: string; words: Record<string, string> };
export type Known = Shown & { online: boolean; offset: number; bursts: { id: number; sign: string }[] };
type Remark = Sent["chat"][number];

const CHAT = 100;
const SHOUTS = 20;
const BURSTS = 24;
const BURST_MS = 2_400;

export type Store = { get(): Known; listen(look: () => void): () => void; start(): void; path: string };

const offsetOf = (time: string) => Date.parse(time) - Date.now();

export function openStore(first: First): Store {
  const path = `/live/${first.state.channel.slug}`;
  let known: Known = { ...first, online: true, offset: offsetOf(first.time), bursts: [] };
  let bursts = 0;
  const looks = new Set<() => void>();
  const set = (news: Partial<Known>) => {
    known = { ...known, ...news };
    for (const look of looks) look();
  };

  /** Each once, in the order of their ids, which is that of time. */
  const merged = (old: readonly Remark[], items: readonly Remark[], most: number) =>
    [...new Map([...old, ...items].map((one) => [one.id, one])).values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(-most);
  const say = (items: readonly Remark[]) =>
    set({
      chat: merged(
        known.chat,
        items.filter((one) => one.kind === "chat"),
        CHAT,
      ),
      shouts: merged(
        known.shouts,
        items.filter((one) => one.kind === "shout"),
        SHOUTS,
      ),
    });
  const hide = (ids: readonly string[]) =>
    set({
      chat: known.chat.filter((one) => !ids.includes(one.id)),
      shouts: known.shouts.filter((one) => !ids.includes(one.id)),
    });

  function burst(counts: Record<string, number>): void {
    const signs = Object.entries(counts).flatMap(([sign, n]) => Array.from({ length: Math.min(n, 6) }, () => sign));
    const fresh = signs.slice(0, BURSTS).map((sign) => ({ id: ++bursts, sign }));
    set({ bursts: [...known.bursts, ...fresh].slice(-BURSTS) });
    const gone = new Set(fresh.map((one) => one.id));
    setTimeout(() => set({ bursts: known.bursts.filter((one) => !gone.has(one.id)) }), BURST_MS);
  }

  const start = () =>
    follow(path, {
      online: (online) => set({ online }),
      hello({ missed, time, ...news }) {
        set({ ...news, online: true, ...(time ? { offset: offsetOf(time) } : {}) });
        if (!missed) return;
        say(missed.items);
        hide(missed.ids);
      },
      state: ({ time, ...parts }) => set({ state: { ...known.state, ...parts }, offset: offsetOf(time) }),
      said: ({ items }) => say(items),
      hidden: ({ ids }) => hide(ids),
      crowd: (crowd) => set({ crowd }),
      reactions: burst,
    });

  return {
    path,
    get: () => known,
    listen(look) {
      looks.add(look);
      return () => void looks.delete(look);
    },
    start,
  };
}

type Hears = {
  online(yes: boolean): void;
  hello(news: Partial<Sent> & { missed?: { items: Remark[]; ids: string[] } }): void;
  state(news: Partial<Sent["state"]> & { time: string }): void;
  said(news: { items: Remark[] }): void;
  hidden(news: { ids: string[] }): void;
  crowd(crowd: Known["crowd"]): void;
  reactions(counts: Record<string, number>): void;
};

/** The browser comes back by itself, with the id of the last it heard; refused, we ask again after a while. */
function follow(path: string, hears: Hears): void {
  const source = new EventSource(`${path}/events`);
  for (const name of ["hello", "state", "said", "hidden", "crowd", "reactions"] as const)
    source.addEventListener(name, (event) =>
      (hears[name] as (news: unknown) => void)(JSON.parse((event as MessageEvent<string>).data)),
    );
  source.addEventListener("open", () => hears.online(true));
  source.addEventListener("error", () => {
    hears.online(false);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => follow(path, hears), 3_000 + Math.random() * 4_000);
  });
}
