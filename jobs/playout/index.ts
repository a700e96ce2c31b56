// The part of a worker that keeps channels on the air.
import { join } from "node:path";
import type { House } from "../../core/house.ts";
import { openMixing } from "../../core/streams/engines/index.ts";
import { type EngineEnv, engineFor } from "./engine.ts";
import { type Keeper, startKeeper } from "./keeper.ts";

type Options = {
  /** The id of this process. */
  host: string;
  dataDir: string;
  /** FFMPEG_PATH, and where engines of others are. */
  env: EngineEnv;
};

export type Playing = Pick<Keeper, "playing" | "look" | "stop">;

export function startPlayout(house: House, { host, dataDir, env }: Options): Playing {
  const elapsed = () => performance.now();
  const wall = () => Date.now();
  const mixing = openMixing({
    live: join(dataDir, "live"),
    ffmpegPath: env.FFMPEG_PATH,
    ffmpeg: async () => house.ffmpeg?.(),
    elapsed,
    warn: (about, words) => house.log.warn(about, words),
  });
  const keeper = startKeeper({
    house,
    host,
    elapsed,
    wall,
    later(ms, work) {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    engineOf: (channel) => engineFor(channel, { env, mixing, wall, log: house.log }),
    warm: mixing.warm,
    cool: mixing.cool,
    memory: mixing.memory,
    roll: mixing.end,
  });
  return {
    playing: keeper.playing,
    look: keeper.look,
    async stop() {
      await keeper.stop();
      await mixing.stop();
    },
  };
}
