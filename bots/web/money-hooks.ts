// POST /hooks/{source}: a payment service says that something changed there. It is answered when that is kept, and not
// before: what it could not leave here, it sends again.
import { hearSource } from "../../core/money/index.ts";
import { readRaw } from "./body.ts";
import { HttpProblem } from "./problem.ts";
import { type App, route, type Web } from "./web.ts";

export function moneyHooks(app: App, { house }: Web): void {
  for (const source of house.money ?? [])
    route(app, `/hooks/${source.name}`, {
      POST: async (c) => {
        const body = Buffer.from(await readRaw(c));
        const heard = await hearSource(house, source, { headers: c.req.raw.headers, body });
        if ("refused" in heard) {
          house.log.warn({ source: source.name, why: heard.refused }, "a call was not believed");
          throw new HttpProblem(400, "request", { says: heard.refused });
        }
        return c.json({ received: true, fresh: heard.fresh }, 200, { "cache-control": "no-store" });
      },
    });
}
