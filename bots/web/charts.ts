// Charts of a run as pictures, for whoever cannot draw them. The same chart in the same look is drawn once.
import { canonical, hashOf } from "../../core/hash.ts";
import { refuse } from "../../core/problem.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import type { Block, ChartSpec } from "../../core/view/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { findOwn } from "./commands.ts";
import { pace } from "./identify.ts";
import { type App, type Ctx, isHead, route, type Web } from "./web.ts";

/** A picture has 30 to 80 KB. */
const MOST_KEPT = 60;

export function charts(app: App, web: Web): void {
  const draw = keeper(web.painter);
  route(app, "/api/v1/charts/:run/:file", { GET: (c) => chart(web, c, draw) });
}

async function chart(web: Web, c: Ctx, draw: ReturnType<typeof keeper>): Promise<Response> {
  const reply = await findOwn(web, c);
  const [, index] = /^(\d{1,3})\.png$/.exec(c.req.param("file") ?? "") ?? [];
  const blocks = (reply.view.blocks as Block[]).flatMap((b) => (b.kind === "chart" ? [b.chart] : []));
  const spec = index === undefined ? undefined : blocks[Number(index)];
  if (!spec) throw refuse("missing", "This answer has no such chart.");
  const theme = c.req.query("theme") === "dark" ? "dark" : "light";
  const locale = localeOf(c.req.query("locale") ?? c.var.locale);
  const etag = `"${hashOf([canonical(spec), theme, locale])
    .toString("base64url")
    .slice(0, 27)}"`;
  const headers = { etag, "cache-control": "private, max-age=60", vary: "cookie, authorization, accept-language" };
  if (c.req.header("if-none-match")?.includes(etag)) return c.body(null, 304, headers);
  if (isHead(c)) return c.body(null, 200, { ...headers, "content-type": "image/png" });
  pace(web, "effect", `chart ${c.var.who?.personId}`);
  const png = await draw(etag, spec, { theme, locale });
  return c.body(new Uint8Array(png), 200, { ...headers, "content-type": "image/png" });
}

function keeper(painter: Painter) {
  const kept = new Map<string, Promise<Uint8Array>>();
  return (key: string, spec: ChartSpec, look: { theme: "light" | "dark"; locale: string }): Promise<Uint8Array> => {
    const before = kept.get(key);
    const picture = before ?? painter.render(spec, look);
    kept.delete(key);
    kept.set(key, picture);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    picture.catch(() => kept.delete(key));
    return picture;
  };
}
