import { Bot } from "grammy";
import { measure } from "./measure.ts";

await measure(
  {
    name: "grammY",
    async prepare(count) {
      let handled = 0;
      let replied = 0;
      const sent = JSON.stringify({
        ok: true,
        result: { message_id: 1, date: 1, chat: { id: 1, type: "private" }, text: "x" },
      });
      const bot = new Bot("1:token", {
        botInfo: { id: 1, is_bot: true, first_name: "b", username: "b", can_join_groups: true } as never,
        client: {
          fetch: (async () => {
            replied++;
            return new Response(sent, { headers: { "content-type": "application/json" } });
          }) as never,
        },
      });
      for (let n = 0; n < count; n++) {
        bot.command(`song_c${n}`, async (ctx) => {
          handled++;
          await ctx.reply(`Made ${ctx.match}.`);
        });
      }
      const name = `/song_c${count - 1}`;
      let id = 0;
      return {
        once: (title) =>
          bot.handleUpdate({
            update_id: ++id,
            message: {
              message_id: id,
              date: 1,
              chat: { id: 1, type: "private", first_name: "p" },
              from: { id: 2, is_bot: false, first_name: "p" },
              text: `${name} ${title}`,
              entities: [{ type: "bot_command", offset: 0, length: name.length }],
            },
          } as never),
        handled: () => Math.min(handled, replied),
      };
    },
  },
  [1, 20, 100, 500],
);
