// Updates come in by a webhook: believed only with its secret, answered only when they are kept.

import { isUtf8 } from "node:buffer";
import type { Update } from "@grammyjs/types";
import { pause } from "../../core/within.ts";
import type { Connection, Door, Hook, HookAnswer } from "../surface.ts";
import { ALLOWED, type Ear, hear, NAMED_MS, nameOf } from "./hear.ts";
import { isRefused } from "./trouble.ts";
import { knowing } from "./verify.ts";

/** Everything but Telegram is turned away before its words are read. A repetition is known by its update's number. */
export function webhook(
  secret: string,
  ear: () => Promise<Ear>,
): (door: Door) => (request: Hook) => Promise<HookAnswer> {
  const isGenuine = knowing(secret);
  return (door) =>
    async ({ method, headers, body }) => {
      if (!isGenuine(headers)) return { status: 401 };
      const update = method === "POST" ? updateOf(body) : undefined;
      if (!update) return { status: 400 };
      // Telegram sends again what is not answered with 2xx.
      return { status: (await hear(await ear(), door, update)) ? 200 : 503 };
    };
}

function updateOf(body: Buffer): Update | undefined {
  if (!isUtf8(body)) return undefined;
  try {
    const update = JSON.parse(body.toString("utf8")) as Update | null;
    return typeof update === "object" && Number.isSafeInteger(update?.update_id) ? update! : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
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
        const after = isRefused(err) ? (err.parameters?.retry_after ?? 30) * 1_000 : 3_000;
        await pause(after, control.signal);
      }
    }
  }
  const telling = tell();
  await Promise.race([telling, pause(NAMED_MS)]);
  return {
    line: `${await nameOf(ear)}webhook ${url}`,
    alive: () => set,
    async stop() {
      control.abort();
    },
  };
}
