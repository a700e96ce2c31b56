import bolt from "@slack/bolt";
import { measure } from "./measure.ts";

await measure(
  {
    name: "Bolt",
    async prepare(count) {
      let handled = 0;
      let replied = 0;
      const app = new bolt.App({
        receiver: { init() {}, start: async () => undefined, stop: async () => undefined } as never,
        authorize: async () => ({ botToken: "xoxb-1", botId: "B1", botUserId: "U1" }),
        logLevel: bolt.LogLevel.ERROR,
      });
      for (let n = 0; n < count; n++) {
        app.command(`/song_c${n}`, async ({ command, ack }) => {
          handled++;
          await ack(`Made ${command.text}.`);
        });
      }
      const name = `/song_c${count - 1}`;
      return {
        once: (title) =>
          app.processEvent({
            body: {
              command: name,
              text: title,
              team_id: "T1",
              user_id: "U2",
              channel_id: "C1",
              trigger_id: "1",
              response_url: "http://127.0.0.1/",
            },
            ack: async () => {
              replied++;
            },
          } as never),
        handled: () => Math.min(handled, replied),
      };
    },
  },
  [1, 20, 100, 500],
);
