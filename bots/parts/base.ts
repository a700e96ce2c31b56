// What every part stands on: log, counters, databases, the house and its engine. Put together here and nowhere else.
import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { Sources } from "../../core/act.ts";
import { openWatchers } from "../../core/audience/index.ts";
import { houseCommands } from "../../core/commands.ts";
import { ffmpegOnce } from "../../core/ffmpeg/index.ts";
import type { House, Log } from "../../core/house.ts";
import { uuidv7 } from "../../core/ids.ts";
import { deriveKeys } from "../../core/keys.ts";
import { openSources } from "../../core/money/index.ts";
import { makeMetrics, makeTracing, type Scope } from "../../core/observe/index.ts";
import { openProviders } from "../../core/studio/index.ts";
import { openDatabases } from "../../db/open.ts";
import type { Registrars } from "../../jobs/index.ts";
import { reader, type Settings } from "../settings.ts";
import { bucketOf } from "./files.ts";
import type { Base } from "./part.ts";

export type Ground = Base & { registrars: Registrars; close(): Promise<void> };

export async function lay(settings: Settings, log: Log, scope: Scope, role: "worker" | "sender"): Promise<Ground> {
  const metrics = makeMetrics();
  const tracing = await makeTracing(scope, settings.otlpEndpoint);
  const { sources, moveClock } = makeSources(settings);
  const { databases, close } = await openDatabases({ ...settings, log });
  try {
    const { reactionsOf, startJobs } = await import("../../jobs/index.ts");
    const before: Omit<House, "queue"> = {
      databases,
      commands: houseCommands(),
      sources,
      reactions: reactionsOf(),
      log,
      meter: metrics.meter,
      inFlight: new Map(),
      keys: deriveKeys(Buffer.from(settings.secretKey)),
      files: join(settings.dataDir, "assets"),
      bucket: bucketOf(settings.env),
      providers: openProviders({ read: reader(settings.env).read }),
      money: openSources({ read: reader(settings.env).read }),
      watchers: openWatchers(settings.env),
      ffmpeg: ffmpegOnce({ env: settings.env, log }),
      address: settings.baseUrl,
      span: tracing.span,
    };
    const registrars: Registrars = new Map();
    const engine = await startJobs(before, { role, graceMs: GRACE, registrars });
    const house: House = Object.assign(before, { queue: engine.queue });
    const stop = async () => {
      await engine.stop();
      await tracing.stop().catch((err: unknown) => log.warn({ err }, "the last traces were not sent"));
      await close();
    };
    return { settings, house, engine, registrars, metrics, scope, tracing, moveClock, close: stop };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Work that is not done when we stop is given back and done elsewhere or later. */
const GRACE = 2_000;

/** The real clock, unless a test moved it: then it goes on from there. */
export function makeSources({ testClock }: Pick<Settings, "testClock">): {
  sources: Sources;
  moveClock: Base["moveClock"];
} {
  let offset = testClock?.start ? testClock.start.getTime() - Date.now() : 0;
  const now = () => new Date(Date.now() + offset);
  const sources: Sources = {
    now,
    newId: () => uuidv7(Date.now() + offset),
    random: () => randomInt(2 ** 47) / 2 ** 47,
  };
  if (!testClock) return { sources, moveClock: undefined };
  return {
    sources: { ...sources, ahead: () => offset },
    moveClock(move) {
      offset += move.now ? move.now.getTime() - now().getTime() : (move.advance ?? 0) * 1000;
      return now();
    },
  };
}
