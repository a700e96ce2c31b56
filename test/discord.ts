// A house with its Discord surface, against the emulator: messages come in signed at the real web server, or over the
// gateway, and answers leave through the real outbox.
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIInteraction, APIInteractionResponse } from "discord-api-types/v10";
import { type Chat, openChat } from "../bots/parts/chat.ts";
import type { Base } from "../bots/parts/part.ts";
import { readSettings } from "../bots/settings.ts";
import type { Connection, Hook, HookAnswer } from "../bots/surface.ts";
import { hooks } from "../bots/web/hooks.ts";
import type { Command } from "../core/command/index.ts";
import { ensureOwnerToken } from "../core/workspace/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type Discord, openDiscord } from "./emulators/discord/server.ts";
import { type TestWeb, testWeb } from "./web.ts";

const TOKEN = "emulated-token-of-a-bot";

export type DiscordHouse = {
  web: TestWeb;
  discord: Discord;
  chat: Chat;
  connection: Connection | undefined;
  /** Sends an interaction as Discord does, over HTTP; answers its first response. */
  hear(
    interaction: APIInteraction,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: APIInteractionResponse }>;
  /** Stops everything and starts it again over the same database. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

export async function discordHouse({
  commands = [] as Command[],
  gateway = false,
  sends = true,
  env: more = {} as Record<string, string>,
} = {}): Promise<DiscordHouse> {
  let handler: ((request: Hook) => Promise<HookAnswer>) | undefined;
  const web = await testWeb({
    commands,
    limits: {},
    mount: (app) =>
      hooks(
        app,
        [{ name: "discord", bot: { sender: {} as never, hook: () => (request) => handler!(request) } }],
        {} as never,
      ),
  });
  const { house } = web;
  await ensureOwnerToken(house.database, house.sources, "owner-token");
  await inWorkspace(
    house.database,
    house.owner.workspaceId,
    (tx) =>
      rawOf(tx)`insert into place (workspace_id, id, surface, tenant, external, created_at)
      values (${house.owner.workspaceId}, ${house.sources.newId()}, 'discord', '500', '', now())`,
  );
  const discord = await openDiscord(() => house.clock.now, TOKEN);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const folder = mkdtempSync(join(tmpdir(), "impresario-discord-"));
  const key = Buffer.from(String(publicKey.export({ format: "jwk" }).x), "base64url").toString("hex");
  const env = {
    DATA_DIR: folder,
    SECRET_KEY: "0123456789abcdef0123",
    DISCORD_API_URL: discord.api,
    ...(gateway ? {} : { DISCORD_PUBLIC_KEY: key }),
    ...(sends ? { DISCORD_TOKEN: TOKEN } : {}),
    ...more,
  };
  const own: DiscordHouse = {
    web,
    discord,
    chat: {} as Chat,
    connection: undefined,
    async hear(interaction, headers) {
      const body = JSON.stringify(interaction);
      const timestamp = String(Math.floor(house.clock.now.getTime() / 1000));
      const signature = sign(null, Buffer.from(timestamp + body), privateKey).toString("hex");
      const response = await fetch(`${web.url}/hooks/discord`, {
        method: "POST",
        headers: {
          "x-signature-ed25519": signature,
          "x-signature-timestamp": timestamp,
          "content-type": "application/json",
          ...headers,
        },
        body,
      });
      const text = await response.text();
      if (response.status !== 200) return { status: response.status, body: text as never };
      const answer = JSON.parse(text) as APIInteractionResponse;
      if (interaction.type !== 1 && answer.type !== 8 && !seen.has(interaction.id)) {
        seen.add(interaction.id);
        discord.began(interaction, answer as { type: number });
      }
      return { status: 200, body: answer };
    },
    async restart() {
      await stop();
      await start();
    },
    async close() {
      await stop();
      await discord.close();
      await web.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const seen = new Set<string>();
  async function start(): Promise<void> {
    own.chat = await openChat({ settings: readSettings(env), house } as unknown as Base, web.web.painter, true);
    const { bot } = own.chat.bots[0]!;
    handler = bot.hook?.(own.chat.door);
    own.connection = gateway ? await bot.listen?.(own.chat.door) : undefined;
  }
  async function stop(): Promise<void> {
    await own.connection?.stop(1000);
    await own.chat.stop();
  }
  await start();
  return own;
}
