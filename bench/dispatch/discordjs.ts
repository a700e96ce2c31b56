import { Client, Events } from "discord.js";
import { measure } from "./measure.ts";

await measure(
  {
    name: "discord.js + Map",
    async prepare(count) {
      let handled = 0;
      let replied = 0;
      const client = new Client({ intents: [] });
      client.rest.request = (async () => {
        replied++;
        return undefined;
      }) as never;
      const done = new Map<string, () => void>();
      const commands = new Map<string, (i: never) => Promise<unknown>>();
      for (let n = 0; n < count; n++) {
        commands.set(
          `song_c${n}`,
          async (i: { options: { getString(name: string): string }; reply(text: string): Promise<unknown> }) => {
            handled++;
            return i.reply(`Made ${i.options.getString("title")}.`);
          },
        );
      }
      client.on(Events.InteractionCreate, async (interaction) => {
        if (!interaction.isChatInputCommand()) return;
        await commands.get(interaction.commandName)?.(interaction as never);
        done.get(interaction.id)?.();
        done.delete(interaction.id);
      });
      let id = 1_000_000;
      return {
        once(title) {
          const one = String(++id);
          const finished = new Promise<void>((resolve) => done.set(one, resolve));
          (
            client as unknown as { actions: { InteractionCreate: { handle(raw: object): void } } }
          ).actions.InteractionCreate.handle({
            id: one,
            application_id: "1",
            type: 2,
            token: "t",
            version: 1,
            channel: { id: "3", type: 1 },
            channel_id: "3",
            user: { id: "2", username: "p", discriminator: "0", avatar: null },
            data: { id: "9", name: `song_c${count - 1}`, type: 1, options: [{ name: "title", type: 3, value: title }] },
            locale: "en-US",
            entitlements: [],
            authorizing_integration_owners: {},
            context: 1,
            attachment_size_limit: 1000,
          });
          return finished;
        },
        handled: () => Math.min(handled, replied),
      };
    },
  },
  [1, 20, 100, 500],
);
