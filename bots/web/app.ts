// All routes of the web in one Hono app, and what every answer has: headers that keep a browser safe, problems
// instead of errors.
import { Hono } from "hono";
import { hashOf } from "../../core/hash.ts";
import { refuse } from "../../core/problem.ts";
import { localeOf } from "../../core/words/say.ts";
import { addressOf } from "./address.ts";
import { assets } from "./assets.ts";
import { callbacks } from "./callbacks.ts";
import { catalogue } from "./catalogue.ts";
import { charts } from "./charts.ts";
import { commands } from "./commands.ts";
import { events } from "./events.ts";
import { health } from "./health.ts";
import { live } from "./live.ts";
import { livePage, openStage } from "./live-page.ts";
import { moneyHooks } from "./money-hooks.ts";
import { openapi } from "./openapi.ts";
import { pages } from "./pages.ts";
import { problemOfError } from "./problem.ts";
import { signin } from "./signin.ts";
import { type App, type Ctx, type Handler, originOf, route, type Web, type WebEnv } from "./web.ts";

/** Nothing from elsewhere, nothing inline: what is not a file of ours does not run. Pictures may be made in the page. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export function webApp(web: Web, mount: (app: App) => void = () => {}): App {
  const app: App = new Hono<WebEnv>();
  const https = web.baseUrl?.protocol === "https:";
  app.use(async (c, next) => {
    c.set("address", addressOf(c, web.trustProxy));
    c.set("locale", localeOf(c.req.header("accept-language")?.split(/[,;]/)[0]?.trim()));
    c.set("arrived", performance.now());
    await traced(web.house, c, next);
    const { headers } = c.res;
    headers.set("x-content-type-options", "nosniff");
    if (!headers.has("referrer-policy")) headers.set("referrer-policy", "same-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("cross-origin-resource-policy", "same-origin");
    if (!headers.has("content-security-policy")) headers.set("content-security-policy", PAGE_POLICY);
    if (https) headers.set("strict-transport-security", "max-age=31536000");
  });
  // No CORS headers at all: other sites' pages have no business here, and servers do not ask for them.
  health(app, web);
  signin(app, web);
  commands(app, web);
  catalogue(app, web);
  events(app, web);
  charts(app, web);
  assets(app, web);
  callbacks(app, web);
  moneyHooks(app, web);
  livePage(app, web, openStage(web));
  live(app, web);
  route(app, "/api/v1/openapi.json", { GET: described(web) });
  app.route("/", pages());
  mount(app);
  app.notFound((c) =>
    failed(web, c, refuse("missing", "There is nothing at {path}.", { path: c.req.path.slice(0, 200) })),
  );
  app.onError((error, c) => failed(web, c as Ctx, error));
  return app;
}

/** A request is a span, within the trace of whoever asked. */
async function traced({ span, log }: Web["house"], c: Ctx, next: () => Promise<void>): Promise<void> {
  const about = { method: c.req.method, path: c.req.path.slice(0, 200) };
  await (span ? span("request", about, next, c.req.header("traceparent")) : next());
  log.debug(
    { status: c.res.status, milliseconds: Math.round(performance.now() - c.var.arrived), ...about },
    "answered",
  );
}

function failed(web: Web, c: Ctx, error: unknown): Response {
  return problemOfError(c.var.locale ?? "en", error, (err) =>
    web.house.log.error({ err, method: c.req.method, path: c.req.path.slice(0, 200) }, "a request failed"),
  );
}

/** Written once for each address that we are called by; what it says is no secret. */
function described(web: Web): Handler {
  let last: { origin: string; text: string; etag: string } | undefined;
  return (c) => {
    const origin = originOf(web, c);
    if (last?.origin !== origin) {
      const text = JSON.stringify(openapi(web.house.commands, origin));
      last = { origin, text, etag: `"${hashOf(text).toString("base64url").slice(0, 27)}"` };
    }
    const headers = { etag: last.etag, "cache-control": "public, max-age=300", vary: "host" };
    if (c.req.header("if-none-match")?.includes(last.etag)) return c.body(null, 304, headers);
    return c.body(last.text, 200, { ...headers, "content-type": "application/json" });
  };
}
