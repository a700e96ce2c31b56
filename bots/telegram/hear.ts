// Updates come in: by long polling, where the next question confirms only what is kept, or by a webhook with a secret.
import { createHash, timingSafeEqual } from "node:crypto";
import type { Update } from "@grammyjs/types";
import type { Api } from "grammy";
import { localeOf, say } from "../../core/words/say.ts";
import type { Connection, Door, Hook, HookAnswer } from "../surface.ts";
import { ack } from "./ack.ts";
import { decode, type Me, SURFACE } from "./decode.ts";
import { UPDATES } from "./limits.ts";
import { isRefused } from "./trouble.ts";

export type Ear = { api: Api; me: Me };

/** Only what we understand is sent to us. */
export const ALLOWED = ["message", "callback_query"] as const;
/** Telegram answers at the latest after so many seconds. */
const WAIT = 25;
/** Without a sign of life for this long we are deaf. */
const DEAF = 60_000;
/** An update that broke us so often is left, and told. */
const MOST_TRIES = 3;

/** True: it is kept, or it is nothing to us. False: Telegram is to send it again. */
export async function take({ api, me }: Ear, door: Door, update: Update): Promise<boolean> {
  const started = performance.now();
  const heard = decode(update, me, door.house.commands);
  if (!heard) return true;
  let words: string | undefined;
  if ("envelope" in heard) {
    const received = await door.receive(heard.envelope, { repeats: true });
    if (received === "away") return false;
  } else {
    const locale = localeOf(update.callback_query?.from.language_code);
    words = say(locale, "This question is too old. Ask again, please.");
  }
  const answer = ack(update, words);
  if (answer) {
    // A press that is answered too late is refused by Telegram; what it did stands.
    await api.raw
      .answerCallbackQuery(answer)
      .catch((err: unknown) => door.house.log.debug({ err }, "a press spins on"));
  }
  door.house.meter.ack(SURFACE, (performance.now() - started) / 1000);
  return true;
}

/** Who we are may be known only later: Telegram that is away at our start must not keep the rest from starting. */
export async function poll(ear: () => Promise<Ear>, door: Door): Promise<Connection> {
  const { log } = door.house;
  let free = false;
  const control = new AbortController();
  const tries = new Map<number, number>();
  let offset = 0;
  let heardAt = performance.now();
  let pause = 0;
  let told = "";

  async function round(): Promise<void> {
    const mine = await ear();
    const { api } = mine;
    // The two ways exclude each other. What waits at Telegram stays there.
    if (!free) await api.raw.deleteWebhook({ drop_pending_updates: false });
    free = true;
    const asked = { offset, limit: UPDATES, timeout: WAIT, allowed_updates: ALLOWED };
    const updates = await api.raw.getUpdates(asked, control.signal as unknown as Parameters<typeof api.getMe>[0]);
    heardAt = performance.now();
    [pause, told] = [0, ""];
    // Kept at once but in their order; what was not kept, and all after it, comes again.
    const kept = await Promise.all(updates.map((update) => takeOne(mine, update)));
    for (const [at, update] of updates.entries()) {
      if (!kept[at]) {
        pause = 1_000;
        break;
      }
      offset = update.update_id + 1;
      tries.delete(update.update_id);
    }
  }

  async function takeOne(mine: Ear, update: Update): Promise<boolean> {
    try {
      return await take(mine, door, update);
    } catch (err) {
      const count = (tries.get(update.update_id) ?? 0) + 1;
      tries.set(update.update_id, count);
      log.error({ err, update: update.update_id, tries: count }, "an update could not be kept");
      return count >= MOST_TRIES;
    }
  }

  async function trouble(error: unknown): Promise<void> {
    const code = isRefused(error) ? error.error_code : 0;
    pause = Math.min(30_000, Math.max(500, pause * 2));
    if (isRefused(error) && error.parameters?.retry_after) pause = error.parameters.retry_after * 1_000;
    const words = wordsFor(code);
    if (code === 409) pause = Math.max(pause, 3_000);
    if (words !== told) log.warn({ code, err: error }, words);
    told = words;
  }

  async function loop(): Promise<void> {
    while (!control.signal.aborted) {
      await round().catch((error: unknown) => (control.signal.aborted ? undefined : trouble(error)));
      if (pause > 0 && !control.signal.aborted) await sleep(pause, control.signal);
    }
  }

  const looping = loop();
  return {
    line: `${await nameOf(ear)}long polling`,
    alive: () => performance.now() - heardAt < DEAF,
    async stop(milliseconds) {
      control.abort();
      await Promise.race([looping, sleep(milliseconds)]);
    },
  };
}

function wordsFor(code: number): string {
  if (code === 409) return "somebody else polls with this TELEGRAM_TOKEN, or it has a webhook: stop the other one";
  if (code === 401 || code === 404)
    return "Telegram does not know this TELEGRAM_TOKEN: ask @BotFather for the right one";
  return "Telegram cannot be heard";
}

const sleep = (milliseconds: number, signal?: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, milliseconds);
    timer.unref();
    signal?.addEventListener("abort", () => done(), { once: true });
  });

const HEADER = "x-telegram-bot-api-secret-token";
const digest = (text: string) => createHash("sha256").update(text).digest();

/** Everything but Telegram is turned away before its words are read. */
export function webhook(
  secret: string,
  ear: () => Promise<Ear>,
): (door: Door) => (request: Hook) => Promise<HookAnswer> {
  if (secret === "") throw new Error("A webhook without a secret would believe everybody.");
  const right = digest(secret);
  return (door) =>
    async ({ headers, body }) => {
      if (!timingSafeEqual(digest(headers.get(HEADER) ?? ""), right)) return { status: 401 };
      const update = updateOf(body);
      if (!update) return { status: 400 };
      // Telegram sends again what is not answered with 2xx.
      return { status: (await take(await ear(), door, update)) ? 200 : 503 };
    };
}

function updateOf(body: Buffer): Update | undefined {
  try {
    const update = JSON.parse(body.toString("utf8")) as Update | null;
    return typeof update === "object" && Number.isInteger(update?.update_id) ? update! : undefined;
  } catch {
    return undefined;
  }
}

/** Telegram may be away when we start: it is told as soon as it is back. */
export async function setWebhook(
  ear: () => Promise<Ear>,
  base: URL,
  secret: string,
  { house: { log } }: Door,
): Promise<Connection> {
  const url = new URL("/hooks/telegram", base).href;
  const control = new AbortController();
  let set = false;
  async function tell(): Promise<void> {
    while (!control.signal.aborted && !set) {
      try {
        const { api } = await ear();
        await api.raw.setWebhook({ url, secret_token: secret, allowed_updates: ALLOWED, max_connections: 40 });
        set = true;
      } catch (err) {
        log.warn({ err }, "the webhook could not be set at Telegram");
        await sleep(isRefused(err) ? 30_000 : 3_000, control.signal);
      }
    }
  }
  const telling = tell();
  await Promise.race([telling, sleep(NAMED)]);
  return {
    line: `${await nameOf(ear)}webhook ${url}`,
    alive: () => set,
    async stop() {
      control.abort();
    },
  };
}

/** The terminal does not wait long for a name. */
const NAMED = 2_000;

async function nameOf(ear: () => Promise<Ear>): Promise<string> {
  const name = ear().then(
    ({ me }) => `@${me.username}, `,
    () => "not connected yet, ",
  );
  return (await Promise.race([name, sleep(NAMED)])) ?? "not connected yet, ";
}
