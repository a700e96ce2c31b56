// Our own engine, as the house sees it: orders to the mixing thread, which is started with the first channel and ended
// after the last.
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import type { Heard, Plan, Playout, Status, Words } from "../../playout.ts";
import { paint } from "../out/picture.ts";
import { PICTURE, PICTURES, pictureList } from "../out/rtmp.ts";
import type { Order, ThreadData, Told } from "./thread.ts";

export type MixerHouse = {
  /** The folder of what is live: one within it for each channel. */
  live: string;
  ffmpegPath: string | undefined;
  ffmpeg(): Promise<Ffmpeg | undefined>;
  /** Milliseconds that never go back. */
  elapsed(): number;
  warn(about: object, words: string): void;
};

type Listener = (event: Heard) => void;
/** An order without what every order has. */
type Asked = Order extends infer O ? (O extends Order ? Omit<O, "id" | "channel"> : never) : never;

export type Mixing = {
  playout(channel: string): Playout;
  /** Starts the thread before there is anything to do: it takes a second, and finding ffmpeg another. */
  warm(): void;
  /** Ends a thread that was started for nothing. */
  cool(): Promise<void>;
  /** Of this process, with its thread. */
  memory(): number;
  /** When the thread last said anything. */
  heardAt(): number;
  threads(): number;
  /** The thread hangs: every channel of it says so and is started anew. */
  end(why: string): Promise<void>;
  stop(): Promise<void>;
};

const OFF: Status = {
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

type Thread = {
  channels: Set<string>;
  order(channel: string, asked: Asked): Promise<void>;
  /** Whoever waits for it hears why, and so does every channel of it. */
  end(why?: string): Promise<void>;
};

type Ears = { heard(channel: string, event: Heard): void; status(all: Record<string, Status>, memory: number): void };

function startThread(house: MixerHouse, told: Ears, gone: (mine: Thread) => void): Thread {
  const waiting = new Map<number, { done(): void; fail(error: Error): void }>();
  const channels = new Set<string>();
  const workerData: ThreadData = { mixes: true, ffmpegPath: house.ffmpegPath };
  const path = process.env.PATH;
  // No environment but the way to programs: who mixes needs no secret of ours.
  const env = path === undefined ? {} : { PATH: path };
  const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData, env, execArgv: [] });
  let [orders, over] = [0, false];

  function ended(why: string): void {
    if (over) return;
    over = true;
    gone(mine);
    for (const { fail } of waiting.values()) fail(new Error(why));
    waiting.clear();
    for (const channel of channels) told.heard(channel, { kind: "encoder", at: 0, why: `thread: ${why}` });
  }

  worker.on("message", (said: Told) => {
    if (said.what === "heard") return told.heard(said.channel, said.event);
    if (said.what === "status") return told.status(said.all, said.memory);
    const asked = waiting.get(said.id);
    waiting.delete(said.id);
    if (said.error === undefined) asked?.done();
    else asked?.fail(new Error(said.error));
  });
  worker.on("error", (err) => {
    house.warn({ err }, "the mixing thread has a fault");
    ended((err as Error).message);
  });
  worker.on("exit", () => ended("it ended"));
  const mine: Thread = {
    channels,
    order(channel, asked) {
      if (over) return Promise.reject(new Error("The mixing thread has ended."));
      const id = ++orders;
      return new Promise((done, fail) => {
        waiting.set(id, { done, fail });
        worker.postMessage({ ...asked, id, channel } satisfies Order);
      });
    },
    async end(why) {
      if (why !== undefined) ended(why);
      over = true;
      await worker.terminate();
    },
  };
  return mine;
}

export function openMixing(house: MixerHouse): Mixing {
  const listeners = new Map<string, Set<Listener>>();
  const statuses = new Map<string, Status>();
  let thread: Thread | undefined;
  let [memory, heardAt] = [0, 0];

  const told: Ears = {
    heard(channel, event) {
      heardAt = house.elapsed();
      for (const listener of listeners.get(channel) ?? []) listener(event);
    },
    status(all, used) {
      heardAt = house.elapsed();
      memory = used;
      for (const [channel, status] of Object.entries(all)) statuses.set(channel, status);
    },
  };

  function begin(): Thread {
    heardAt = house.elapsed();
    return startThread(house, told, (mine) => {
      if (thread === mine) thread = undefined;
      for (const channel of mine.channels) statuses.set(channel, { ...OFF, state: "failed" });
    });
  }

  const order = async (channel: string, asked: Asked): Promise<void> => {
    if (!thread && asked.what !== "start") return;
    thread ??= begin();
    await thread.order(channel, asked);
  };

  return {
    playout: (channel) =>
      playoutOf(channel, { house, order, listeners, statuses, thread: () => thread, drop: () => (thread = undefined) }),
    warm() {
      thread ??= begin();
    },
    async cool() {
      const mine = thread;
      if (!mine || mine.channels.size > 0) return;
      thread = undefined;
      await mine.end();
    },
    memory: () => memory,
    heardAt: () => heardAt,
    threads: () => (thread ? 1 : 0),
    end: async (why) => thread?.end(why),
    async stop() {
      const mine = thread;
      if (!mine) return;
      await Promise.allSettled([...mine.channels].map((channel) => mine.order(channel, { what: "stop", how: "drop" })));
      thread = undefined;
      await mine.end();
    },
  };
}

type Hold = {
  house: MixerHouse;
  order(channel: string, asked: Asked): Promise<void>;
  listeners: Map<string, Set<Listener>>;
  statuses: Map<string, Status>;
  thread(): Thread | undefined;
  drop(): void;
};

function playoutOf(channel: string, { house, order, listeners, statuses, thread, drop }: Hold): Playout {
  let plan: Plan | undefined;
  let said: Words = { title: "" };
  let drawing: Promise<void> = Promise.resolve();
  let due = false;
  /** One picture after the other, each of what is so when its turn comes. */
  const redraw = () => {
    if (due) return drawing;
    due = true;
    drawing = drawing.then(async () => {
      due = false;
      if (plan) await draw(house, join(house.live, channel), plan, said);
    });
    return drawing;
  };
  return {
    name: "mixer",
    async start(wanted) {
      plan = wanted;
      said = { title: wanted.name };
      const folder = join(house.live, channel);
      if (wanted.destinations.some((d) => d.kind === "rtmp")) await redraw();
      await order(channel, { what: "start", plan: wanted, folder });
      thread()?.channels.add(channel);
    },
    async stop(how) {
      const mine = thread();
      await order(channel, { what: "stop", how });
      mine?.channels.delete(channel);
      statuses.delete(channel);
      if (mine && mine.channels.size === 0 && mine === thread()) {
        drop();
        await mine.end();
      }
    },
    restart: () => order(channel, { what: "restart" }),
    async change(wanted) {
      const before = plan;
      plan = wanted;
      const pictured = wanted.destinations.some((d) => d.kind === "rtmp");
      if (pictured && (before?.visual !== wanted.visual || !before.destinations.some((d) => d.kind === "rtmp")))
        await redraw();
      await order(channel, { what: "change", plan: wanted });
    },
    republish: (destination) => order(channel, { what: "republish", destination }),
    push: (item) => order(channel, { what: "push", item }),
    skip: (item) => order(channel, { what: "skip", item }),
    overlay: (item) => order(channel, { what: "overlay", item }),
    async metadata(words) {
      said = words;
      await order(channel, { what: "words", words });
      if (plan?.visual === "card" && plan.destinations.some((d) => d.kind === "rtmp")) await redraw();
    },
    status: async () => statuses.get(channel) ?? OFF,
    on(listener) {
      const own = listeners.get(channel) ?? new Set();
      listeners.set(channel, own.add(listener));
      return () => own.delete(listener);
    },
  };
}

/** The picture that goes with the sound, put in place of the one before while it is shown. */
async function draw(house: MixerHouse, folder: string, plan: Plan, words: Words): Promise<void> {
  const ffmpeg = await house.ffmpeg();
  if (!ffmpeg) return;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const made = join(folder, `new-${PICTURE}`);
    await paint(ffmpeg, plan, words, made);
    await rename(made, join(folder, PICTURE));
    await writeFile(join(folder, PICTURES), pictureList());
  } catch (err) {
    // What is heard matters more than what is seen: the picture before stays.
    house.warn({ err, channel: plan.slug }, "the picture of a channel could not be drawn");
    await rm(join(folder, `new-${PICTURE}`), { force: true });
  }
}
