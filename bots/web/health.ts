// Alive, and ready: for supervisors and load balancers. Neither says anything that a stranger may not know.
import { refuse } from "../../core/problem.ts";
import { readBody } from "./body.ts";
import { type App, route, type Web } from "./web.ts";

export function health(app: App, web: Web): void {
  route(app, "/healthz", { GET: (c) => c.json({ status: "ok" }, 200, FRESH) });
  route(app, "/readyz", {
    GET: async (c) => {
      const checks = await web.ready();
      const ok = checks.every((check) => check.ok);
      return c.json({ status: ok ? "ready" : "not ready", checks }, ok ? 200 : 503, {
        ...FRESH,
        ...(ok ? {} : { "retry-after": "2" }),
      });
    },
  });
  const { moveClock } = web;
  if (!moveClock) return;
  route(app, "/api/v1/test/clock", {
    GET: (c) => c.json({ now: web.house.sources.now().toISOString() }, 200, FRESH),
    POST: async (c) => {
      const { now, advance } = await readBody(c);
      const to = now === undefined ? undefined : new Date(String(now));
      const by = advance === undefined ? undefined : Number(advance);
      if ((to === undefined) === (by === undefined) || Number.isNaN(to?.getTime()) || !((by ?? 0) >= 0))
        throw refuse("options", "Send {example}.", { example: '{"now": "2026-11-20T12:00:00Z"} or {"advance": 60}' });
      return c.json({ now: (await moveClock(to ? { now: to } : { advance: by ?? 0 })).toISOString() }, 200, FRESH);
    },
  });
}

const FRESH = { "cache-control": "no-store" };
