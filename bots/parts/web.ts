// The web part: API, console, files, health, on one port.

import type { Painter } from "../../core/view/chart/index.ts";
import { keyFor } from "../settings.ts";
import { webApp } from "../web/app.ts";
import { hooks } from "../web/hooks.ts";
import { guards } from "../web/limits.ts";
import { readiness } from "../web/ready.ts";
import { serve } from "../web/serve.ts";
import { makeTails } from "../web/tail.ts";
import type { Web } from "../web/web.ts";
import type { Chat } from "./chat.ts";
import { type Base, cannotListen, type Part } from "./part.ts";

export type WebPart = Part & { origin: string };

export async function startWeb(
  { settings, house, engine, moveClock }: Base,
  { bots, door }: Chat,
  pictures: Painter,
): Promise<WebPart> {
  const tails = makeTails(house);
  house.stirred = tails.stirred;
  const web: Web = {
    house,
    baseUrl: settings.baseUrl,
    csrfKey: keyFor(settings.secretKey, "csrf"),
    trustProxy: settings.trustProxy,
    guards: guards(settings.limits),
    goodTokens: new Set(),
    tails,
    painter: pictures,
    elapsed: () => performance.now(),
    ready: readiness(house, engine),
    // What is due by the new time starts now, not at the engine's next look.
    moveClock:
      moveClock &&
      (async (move) => {
        const now = moveClock(move);
        await engine.nudge();
        return now;
      }),
  };
  const { port, host } = settings;
  const serving = await serve({ app: webApp(web, (app) => hooks(app, bots, door)), port, host, log: house.log }).catch(
    (error: unknown) => {
      throw cannotListen(error, "PORT", port);
    },
  );
  const shown = host === undefined || host === "0.0.0.0" || host === "::" ? "localhost" : host;
  const origin = settings.baseUrl?.origin ?? `http://${shown.includes(":") ? `[${shown}]` : shown}:${serving.port}`;
  return {
    origin,
    line: `web      ${origin}`,
    async stop(milliseconds) {
      // Streams never end by themselves; requests do.
      tails.stop();
      await serving.stop(milliseconds);
    },
  };
}
