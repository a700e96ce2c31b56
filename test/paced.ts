// A channel's keeper and engine whose clock the test turns: a minute of sound in a few seconds, with the real mixer, encoder
// and segments. Time stands still while they still have something to do, so a slow machine is only slower.
import { join } from "node:path";
import type { Ffmpeg } from "../core/ffmpeg/index.ts";
import { makeRig, type Rig } from "../core/streams/engines/mixer/rig.ts";
import { openSource } from "../core/streams/engines/mixer/source.ts";
import type { Heard, Playout } from "../core/streams/index.ts";
import { type Keeper, startKeeper } from "../jobs/playout/keeper.ts";
import { seeded, type TestHouse } from "./house.ts";

export type Paced = {
  keeper: Keeper;
  rig(): Rig | undefined;
  /** What was begun anew, and why. */
  warnings: object[];
  /** Turns the clock on, until it is so; throws when it never is. */
  until(fact: () => boolean | Promise<boolean>, seconds: number): Promise<void>;
  stop(): Promise<void>;
};

const TICK_MS = 100;
/** What the encoder may be behind, and how long the database may take. */
const BEHIND_MS = 2_500;
const PATIENCE_MS = 20_000;

type Timer = { at: number; work(): void };

export function paced(
  house: TestHouse,
  folder: string,
  ffmpeg: Ffmpeg | undefined,
  reported: () => Promise<Date | null>,
): Paced {
  const began = house.clock.now.getTime();
  const wall = () => house.clock.now.getTime();
  const elapsed = () => wall() - began;
  const timers = new Set<Timer>();
  const warnings: object[] = [];
  const random = seeded(3);
  let rig: Rig | undefined;
  let asked = false;

  const engineOf = (): Playout => {
    const ears = new Set<(event: Heard) => void>();
    const only = (rig_: Rig | undefined) => {
      if (!rig_) throw new Error("It was not started.");
      return rig_;
    };
    return {
      name: "paced",
      async start(plan) {
        rig ??= makeRig({
          plan,
          folder: join(folder, plan.channel),
          ffmpeg,
          clock: { wall, elapsed, random },
          open: (item, from) => openSource(item.file, { ffmpeg }, from),
          tell(event) {
            if (event.kind === "wants-next") asked = true;
            for (const ear of ears) ear(event);
          },
        });
        rig.drive();
      },
      async stop(how) {
        await rig?.stop(how);
        rig = undefined;
      },
      restart: async () => only(rig).restart("asked to"),
      change: async (plan) => only(rig).change(plan),
      republish: async (id) => only(rig).republish(id),
      async push(item) {
        asked = false;
        only(rig).push(item);
      },
      skip: async (item) => only(rig).mixer.skip(item),
      overlay: async (item) => only(rig).mixer.overlay(item),
      metadata: async (words) => only(rig).words(words),
      status: async () => only(rig).status(),
      on(ear) {
        ears.add(ear);
        return () => ears.delete(ear);
      },
    };
  };

  const keeper = startKeeper({
    house: { ...house, log: { ...house.log, warn: (about) => void warnings.push(about as object) } },
    host: "paced",
    elapsed,
    wall,
    later(ms, work) {
      const timer = { at: elapsed() + ms, work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    engineOf,
    warm() {},
    async cool() {},
    memory: () => 1,
    roll: async () => {},
  });

  async function patiently(done: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; !(await done()); ) {
      if (performance.now() > end)
        throw new Error(`The channel waits for ${what}: ${JSON.stringify(warnings.slice(-5))}`);
      await new Promise((go) => setTimeout(go, 5));
    }
  }

  async function tick(): Promise<void> {
    house.clock.pass(TICK_MS);
    for (const timer of [...timers].filter((t) => t.at <= elapsed())) {
      timers.delete(timer);
      timer.work();
    }
    rig?.drive();
    await rig?.settled();
    if (!rig) return;
    await patiently(() => !asked, "what comes next");
    const { state, outMs } = rig.status();
    const zero = rig.mixer.frames() / 48;
    if (state === "on")
      await patiently(
        () => zero - rig!.status().outMs < BEHIND_MS || rig!.status().state !== "on",
        `its encoder (${outMs} ms)`,
      );
    if (elapsed() % 1_000 === 0)
      await patiently(async () => {
        const at = await reported();
        return at === null || wall() - at.getTime() < 5_000;
      }, "its keeper's report");
  }

  return {
    keeper,
    rig: () => rig,
    warnings,
    async until(fact, seconds) {
      for (const end = elapsed() + seconds * 1000; !(await fact()); ) {
        if (elapsed() > end) throw new Error(`It never came to that: ${JSON.stringify(warnings.slice(-5))}`);
        await tick();
      }
    },
    stop: () => keeper.stop(),
  };
}
