// What engines outside of this process share: who listens to them, and how one is followed that can only be asked.
import { ASK_AHEAD_MS, type Heard, type Item, type Playout, type Status } from "../../playout.ts";

export const OFF: Status = {
  state: "off",
  position: 0,
  outBytes: 0,
  outMs: 0,
  speed: 1,
  lufs: Number.NEGATIVE_INFINITY,
  silenceMs: 0,
  starts: 0,
  destinations: {},
};

export type Listeners = { tell(event: Heard): void; on(listener: (event: Heard) => void): () => void };

export function listeners(): Listeners {
  const all = new Set<(event: Heard) => void>();
  return {
    tell(event) {
      for (const listener of all) listener(event);
    },
    on(listener) {
      all.add(listener);
      return () => all.delete(listener);
    },
  };
}

export type Asked = {
  name: string;
  everyMs: number;
  wall(): number;
  /** The id of the item that it plays, if it is one of ours, and since when. Throws when it cannot be asked. */
  playing(): Promise<{ id: string | undefined; sinceMs: number }>;
  /** Throws with the reason when it does not take it. */
  give(item: Item): Promise<void>;
  /** It was taken and will never play: its file could not be read. */
  lost?(item: Item): Promise<boolean>;
  skip(): Promise<void>;
  restart(): Promise<void>;
};

type State = {
  pushed: Map<string, Item>;
  current: { item: Item; at: number } | undefined;
  timer: NodeJS.Timeout | undefined;
  over: boolean;
  alive: boolean;
  asked: number;
  starts: number;
  reached: number | undefined;
};

/** Asks again and again what plays, and says what has become of it since. */
async function look({ playing, lost, wall, everyMs }: Asked, state: State, tell: Listeners["tell"]): Promise<void> {
  const { id, sinceMs } = await playing();
  const now = wall();
  state.alive = true;
  state.reached = now;
  const { current } = state;
  if (id !== current?.item.id) {
    if (current) tell({ kind: "ended", item: current.item.id, at: now, ms: now - current.at });
    const item = id === undefined ? undefined : state.pushed.get(id);
    state.current = item && { item, at: now - sinceMs };
    if (item) {
      state.pushed.delete(item.id);
      tell({ kind: "heard", item: item.id, at: now - sinceMs });
    }
  }
  for (const item of lost ? [...state.pushed.values()] : []) {
    if (!(await lost!(item)) || !state.pushed.delete(item.id)) continue;
    tell({ kind: "failed", item: item.id, at: wall(), why: "It could not be played there." });
  }
  const playingNow = state.current;
  const left = playingNow ? (playingNow.item.seconds ?? 0) * 1000 - (now - playingNow.at) : 0;
  if (state.pushed.size > 0 || left > ASK_AHEAD_MS + everyMs || now - state.asked < everyMs) return;
  state.asked = now;
  tell({ kind: "wants-next", at: now, ...(playingNow ? { item: playingNow.item.id } : {}) });
}

function statusOf({ over, alive, current, starts, reached }: State, wall: () => number): Status {
  return {
    ...OFF,
    state: over ? "off" : alive ? "on" : "failed",
    ...(current ? { item: current.item.id } : {}),
    position: current ? wall() - current.at : 0,
    starts,
    ...(reached === undefined ? {} : { lastFrameAt: reached }),
  };
}

/** An engine that is told by requests and followed by asking. */
export function askedPlayout(engine: Asked): Playout {
  const { tell, on } = listeners();
  const state: State = {
    pushed: new Map(),
    current: undefined,
    timer: undefined,
    over: true,
    alive: false,
    asked: 0,
    starts: 0,
    reached: undefined,
  };
  const again = () =>
    void look(engine, state, tell).catch((error: Error) => {
      if (state.alive) tell({ kind: "encoder", at: engine.wall(), why: error.message });
      state.alive = false;
    });
  return {
    name: engine.name,
    on,
    async start() {
      state.over = false;
      state.starts++;
      clearInterval(state.timer);
      state.timer = setInterval(again, engine.everyMs);
      await look(engine, state, tell);
    },
    async stop() {
      state.over = true;
      clearInterval(state.timer);
    },
    async restart() {
      state.starts++;
      await engine.restart();
    },
    async push(item) {
      if (state.pushed.has(item.id) || state.current?.item.id === item.id) return;
      state.pushed.set(item.id, item);
      try {
        await engine.give(item);
      } catch (error) {
        state.pushed.delete(item.id);
        tell({ kind: "failed", item: item.id, at: engine.wall(), why: (error as Error).message });
      }
    },
    async skip(item) {
      if (state.current?.item.id === item) await engine.skip();
    },
    // They have destinations, jingles and titles of their own.
    change: async () => {},
    republish: async () => {},
    overlay: async () => {},
    metadata: async () => {},
    status: async () => statusOf(state, engine.wall),
  };
}
