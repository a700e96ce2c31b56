// Updates come in by long polling: the next question confirms only what is kept.
import type { Update } from "@grammyjs/types";
import { pause } from "../../core/within.ts";
import type { Connection, Door } from "../surface.ts";
import { ALLOWED, type Ear, hear, nameOf } from "./hear.ts";
import { UPDATES } from "./limits.ts";
import { isRefused } from "./trouble.ts";

/** Telegram answers at the latest after so many seconds. */
const WAIT = 25;
/** Without a sign of life for this long we are deaf. */
const DEAF_MS = 60_000;
/** An update that broke us so often is left, and told. */
const MOST_TRIES = 3;
const LONGEST_PAUSE_MS = 30_000;

type Line = {
  ear: () => Promise<Ear>;
  door: Door;
  control: AbortController;
  /** The first update that is not kept yet. */
  offset: number;
  tries: Map<number, number>;
  heardAt: number;
  /** How long we wait before the next question. */
  pause: number;
  /** What was said about the trouble we have. */
  told: string;
  /** A webhook and polling exclude each other. */
  unhooked: boolean;
};

/** Who we are may be known only later: Telegram that is away at our start must not keep the rest from starting. */
export async function listen(ear: () => Promise<Ear>, door: Door): Promise<Connection> {
  const line: Line = {
    ear,
    door,
    control: new AbortController(),
    offset: 0,
    tries: new Map(),
    heardAt: performance.now(),
    pause: 0,
    told: "",
    unhooked: false,
  };
  const looping = loop(line);
  return {
    line: `${await nameOf(ear)}long polling`,
    alive: () => performance.now() - line.heardAt < DEAF_MS,
    async stop(milliseconds) {
      line.control.abort();
      await Promise.race([looping, pause(milliseconds)]);
    },
  };
}

async function loop(line: Line): Promise<void> {
  const { signal } = line.control;
  while (!signal.aborted) {
    await round(line).catch((error: unknown) => (signal.aborted ? undefined : trouble(line, error)));
    if (line.pause > 0 && !signal.aborted) await pause(line.pause, signal);
  }
}

async function round(line: Line): Promise<void> {
  const { control, offset } = line;
  const ear = await line.ear();
  const { raw } = ear.api;
  // What waits at Telegram stays there.
  if (!line.unhooked) await raw.deleteWebhook({ drop_pending_updates: false });
  line.unhooked = true;
  const signal = control.signal as unknown as Parameters<typeof raw.getMe>[0];
  const updates = await raw.getUpdates({ offset, limit: UPDATES, timeout: WAIT, allowed_updates: ALLOWED }, signal);
  Object.assign(line, { heardAt: performance.now(), pause: 0, told: "" });
  // Kept at once but in their order; what was not kept, and all after it, comes again.
  const kept = await Promise.all(updates.map((update) => hearOne(line, ear, update)));
  for (const [at, update] of updates.entries()) {
    if (!kept[at]) {
      line.pause = 1_000;
      break;
    }
    line.offset = update.update_id + 1;
    line.tries.delete(update.update_id);
  }
}

async function hearOne({ door, tries }: Line, ear: Ear, update: Update): Promise<boolean> {
  try {
    return await hear(ear, door, update);
  } catch (err) {
    const count = (tries.get(update.update_id) ?? 0) + 1;
    tries.set(update.update_id, count);
    door.house.log.error({ err, update: update.update_id, tries: count }, "an update could not be kept");
    return count >= MOST_TRIES;
  }
}

function trouble(line: Line, err: unknown): void {
  const code = isRefused(err) ? err.error_code : 0;
  line.pause = Math.min(LONGEST_PAUSE_MS, Math.max(500, line.pause * 2));
  const after = isRefused(err) ? err.parameters?.retry_after : undefined;
  if (after) line.pause = after * 1_000;
  // Whoever else polls gets its turn: two of us share what comes, and the inbox knows what came twice.
  if (code === 409) line.pause = Math.max(line.pause, 3_000);
  const words = wordsFor(code);
  if (words !== line.told) line.door.house.log.warn({ code, err }, words);
  line.told = words;
}

function wordsFor(code: number): string {
  if (code === 409) return "somebody else polls with this TELEGRAM_TOKEN, or it has a webhook: stop the other one";
  if (code === 401 || code === 404)
    return "Telegram does not know this TELEGRAM_TOKEN: ask @BotFather for the right one";
  return "Telegram cannot be heard";
}
