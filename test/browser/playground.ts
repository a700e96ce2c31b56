// The page of three platforms over a real house: emulators, the real libraries, the real outbox, and a browser before it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { startBots } from "../../bots/parts/bots.ts";
import { openChat } from "../../bots/parts/chat.ts";
import type { Base } from "../../bots/parts/part.ts";
import { readSettings } from "../../bots/settings.ts";
import { ensureOwnerToken } from "../../core/workspace/index.ts";
import { connectPlaces } from "../dev/connect.ts";
import { discordClient } from "../dev/discord.ts";
import { openPlay, PEOPLE } from "../dev/play.ts";
import type { Client } from "../dev/screen.ts";
import { slackClient } from "../dev/slack.ts";
import { telegramClient } from "../dev/telegram.ts";
import { type Console, openConsole } from "./browser.ts";

export type Playground = {
  console: Console;
  clients: readonly Client[];
  /** Which of them have a bot. */
  heard: readonly string[];
  url: string;
  /** The page, as the first person. */
  visit(): Promise<Page>;
  close(): Promise<void>;
};

export async function openPlayground(): Promise<Playground> {
  const console = await openConsole();
  const { house } = console;
  await ensureOwnerToken(house.database, house.sources, "owner-token");
  const clients = await Promise.all([discordClient(), slackClient(), telegramClient()]);
  const folder = mkdtempSync(join(tmpdir(), "impresario-play-"));
  const env = Object.assign({}, ...clients.map((c) => c.env)) as Record<string, string>;
  const settings = readSettings({ NODE_ENV: "test", DATA_DIR: folder, SECRET_KEY: "a key for tests only", ...env });
  const chat = await openChat({ settings, house } as unknown as Base, console.web.painter, true);
  const parts = await startBots(chat);
  for (const { bot } of chat.bots) await bot.register?.(house.commands, true);
  const there = clients.filter((c) => chat.bots.some((b) => b.name === c.name));
  const heard = await connectPlaces(there, { url: console.url, token: "owner-token" }, PEOPLE[0]!);
  const play = await openPlay(clients, { console: console.url });
  return {
    console,
    clients,
    heard,
    url: play.url,
    async visit() {
      const page = await console.visit({ viewport: { width: 1500, height: 900 } });
      await page.goto(play.url);
      return page;
    },
    async close() {
      await play.close();
      for (const part of parts) await part.stop(1_000);
      await chat.stop();
      for (const client of clients) await client.close();
      await console.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
