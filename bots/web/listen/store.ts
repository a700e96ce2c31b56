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

  function start(): void {
    const source = new EventSource(`${path}/events`);
    const on = <T>(name: string, take: (data: T) => void) =>
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
    source.addEventListener("open", () => set({ online: true }));
    source.addEventListener("error", () => {
      set({ online: false });
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      setTimeout(start, 3_000 + Math.random() * 4_000);
    });
    on<Partial<Sent> & { missed?: { items: Remark[]; ids: string[] } }>("hello", ({ missed, time, ...news }) => {
      set({ ...news, online: true, ...(time ? { offset: offsetOf(time) } : {}) });
      if (!missed) return;
      say(missed.items);
      hide(missed.ids);
    });
    on<Partial<Sent["state"]> & { time: string }>("state", ({ time, ...parts }) =>
      set({ state: { ...known.state, ...parts }, offset: offsetOf(time) }),
    );
    on<{ items: Remark[] }>("said", ({ items }) => say(items));
    on<{ ids: string[] }>("hidden", ({ ids }) => hide(ids));
    on<Known["crowd"]>("crowd", (crowd) => set({ crowd }));
    on<Record<string, number>>("reactions", burst);
  }

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
