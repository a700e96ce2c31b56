import { createDiscordAdapter } from "@chat-adapter/discord";
import { createMemoryState } from "@chat-adapter/state-memory";
import { Chat } from "chat";
import { measure } from "./measure.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

await measure(
  {
    name: "chat + Discord adapter",
    async prepare(count) {
      let handled = 0;
      let replied = 0;
      globalThis.fetch = (async () => {
        replied++;
        return new Response(
          JSON.stringify({
            id: "1",
            channel_id: "3",
            content: "x",
            author: { id: "1" },
            timestamp: "2026-01-01T00:00:00Z",
          }),
          {
            headers: { "content-type": "application/json" },
          },
        );
      }) as never;
      const bot = new Chat({
        userName: "b",
        adapters: {
          discord: createDiscordAdapter({
            botToken: "t",
            publicKey: "00".repeat(32),
            applicationId: "1",
            logger: quiet,
            webhookVerifier: () => true,
          } as never),
        },
        state: createMemoryState(),
        logger: quiet as never,
      } as never);
      const known = bot as unknown as {
        onSlashCommand(
          name: string,
          run: (e: { text: string; channel: { post(t: string): Promise<unknown> } }) => Promise<void>,
        ): void;
      };
      for (let n = 0; n < count; n++) {
        known.onSlashCommand(`/song_c${n}`, async (event) => {
          handled++;
          await event.channel.post(`Made ${event.text}.`);
        });
      }
      const hooks = (bot as unknown as { webhooks: { discord(r: Request, o: object): Promise<Response> } }).webhooks;
      let id = 1_000_000;
      return {
        async once(title) {
          const tasks: Promise<unknown>[] = [];
          const body = JSON.stringify({
            id: String(++id),
            application_id: "1",
            type: 2,
            token: "t",
            version: 1,
            channel_id: "3",
            guild_id: "4",
            channel: { id: "3", type: 0 },
            member: { user: { id: "2", username: "p" } },
            data: { id: "9", name: `song_c${count - 1}`, type: 1, options: [{ name: "title", type: 3, value: title }] },
          });
          await hooks.discord(
            new Request("http://127.0.0.1/hook", {
              method: "POST",
              body,
              headers: {
                "content-type": "application/json",
                "x-signature-ed25519": "00",
                "x-signature-timestamp": "1",
              },
            }),
            { waitUntil: (task: Promise<unknown>) => tasks.push(task) },
          );
          await Promise.all(tasks);
        },
        handled: () => Math.min(handled, replied),
      };
    },
  },
  [20, 100, 500],
);
