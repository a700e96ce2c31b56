// POST /hooks/{surface}: bytes and headers go to the surface as they came; its signature is over them.
import type { Bot, Door } from "../surface.ts";
import { readRaw } from "./body.ts";
import { type App, type Handler, route } from "./web.ts";

export function hooks(app: App, bots: readonly { name: string; bot: Bot }[], door: Door): void {
  for (const { name, bot } of bots) {
    const handle = bot.hook?.(door);
    if (!handle) continue;
    const answer: Handler = async (c) => {
      const body = Buffer.from(await readRaw(c));
      const query = new URL(c.req.url).searchParams;
      const {
        status,
        headers = {},
        body: text = "",
      } = await handle({ method: c.req.method, headers: c.req.raw.headers, body, query });
      return new Response(status === 204 ? null : text, {
        status,
        headers: { "cache-control": "no-store", ...headers },
      });
    };
    route(app, `/hooks/${name}`, { POST: answer });
  }
}
