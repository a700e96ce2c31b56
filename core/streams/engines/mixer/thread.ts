// The one thread of a process that mixes all its channels: the event loop of the house never waits for sound, and sound
// never waits for the house. It hears orders, and says what is heard and how every channel does.
import { randomInt } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { openFfmpeg } from "../../../ffmpeg/index.ts";
import type { Heard, Item, Plan, Status, Words } from "../../playout.ts";
import { makeRig, type Rig } from "./rig.ts";
import { openSource } from "./source.ts";

export type Order = { id: number; channel: string } & (
  | { what: "start"; plan: Plan; folder: string }
  | { what: "stop"; how: "end" | "drop" }
  | { what: "restart" }
  | { what: "change"; plan: Plan }
  | { what: "republish"; destination: string }
  | { what: "push"; item: Item }
  | { what: "skip"; item: string }
  | { what: "overlay"; item: Item }
  | { what: "words"; words: Words }
);
export type Told =
  | { what: "done"; id: number; error?: string }
  | { what: "heard"; channel: string; event: Heard }
  | { what: "status"; all: Record<string, Status>; memory: number };

export type ThreadData = { mixes: true; ffmpegPath: string | undefined };

const EVERY_MS = 100;
const STATUS_MS = 500;

const clock = { wall: () => Date.now(), elapsed: () => performance.now(), random: () => randomInt(2 ** 47) / 2 ** 47 };

function work(port: NonNullable<typeof parentPort>, { ffmpegPath }: ThreadData): void {
  const log = { info() {}, warn() {} };
  const finding = openFfmpeg({ env: { ...process.env, FFMPEG_PATH: ffmpegPath }, log });
  const rigs = new Map<string, Rig>();
  const say = (told: Told) => port.postMessage(told);

  async function start({ channel, plan, folder }: Extract<Order, { what: "start" }>): Promise<void> {
    if (rigs.has(channel)) return;
    const ffmpeg = await finding;
    const rig = makeRig({
      plan,
      folder,
      ffmpeg,
      clock,
      open: (item, from) => openSource(item.file, { ffmpeg }, from),
      tell: (event) => say({ what: "heard", channel, event }),
    });
    rigs.set(channel, rig);
    rig.drive();
  }

  async function obey(order: Order): Promise<void> {
    if (order.what === "start") return start(order);
    const rig = rigs.get(order.channel);
    // It was stopped just before: there is nothing to do it to.
    if (!rig) return;
    if (order.what === "stop") {
      rigs.delete(order.channel);
      await rig.stop(order.how);
    } else if (order.what === "restart") rig.restart("asked to");
    else if (order.what === "change") rig.change(order.plan);
    else if (order.what === "republish") rig.republish(order.destination);
    else if (order.what === "push") rig.push(order.item);
    else if (order.what === "skip") rig.mixer.skip(order.item);
    else if (order.what === "overlay") rig.mixer.overlay(order.item);
    else rig.words(order.words);
  }

  port.on("message", (order: Order) => {
    obey(order).then(
      () => say({ what: "done", id: order.id }),
      (error: Error) => say({ what: "done", id: order.id, error: error.message }),
    );
  });
  setInterval(() => {
    for (const rig of rigs.values()) rig.drive();
  }, EVERY_MS);
  setInterval(() => {
    const all = Object.fromEntries([...rigs].map(([channel, rig]) => [channel, rig.status()]));
    say({ what: "status", all, memory: process.memoryUsage().rss });
  }, STATUS_MS);
}

if (parentPort && (workerData as Partial<ThreadData> | undefined)?.mixes) work(parentPort, workerData as ThreadData);
