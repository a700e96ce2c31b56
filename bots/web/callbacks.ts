// POST /hooks/jobs/{token}: a provider says that something changed. It is believed only so far that we ask it.
import { heardBack } from "../../core/studio/index.ts";
import { readRaw } from "./body.ts";
import { type App, route, type Web } from "./web.ts";

export function callbacks(app: App, { house }: Web): void {
  route(app, "/hooks/jobs/:token", {
    POST: async (c) => {
      const body = Buffer.from(await readRaw(c));
      const known = await heardBack(house, c.req.param("token") ?? "");
      if (!known) return c.body(null, 404);
      // Some ask first whether anybody is there, and want their word back within three seconds.
      const challenge = challengeIn(body);
      return challenge === undefined ? c.body(null, 204) : c.json({ challenge });
    },
  });
}

const MOST = 1000;

function challengeIn(body: Buffer): string | undefined {
  try {
    const { challenge } = JSON.parse(body.toString("utf8")) as { challenge?: unknown };
    return typeof challenge === "string" && challenge.length <= MOST ? challenge : undefined;
  } catch {
    return undefined;
  }
}
