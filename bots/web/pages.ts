// The console's page and all it needs: HTML, modules, styles, fonts, words, manifest and icon. Nothing comes from elsewhere.
import { readFileSync } from "node:fs";
import { Hono } from "hono";
import { LOCALES, wordsOf } from "../../core/words/say.ts";
import { type Parts, readParts } from "./modules.ts";
import { ASK_AGAIN, fileServer, type Servable } from "./page-files.ts";

/** No inline code or style, nothing from another origin, in nobody's frame. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const TINT = { light: "#fbfaf8", dark: "#0f1014" };
const DAY = "public, max-age=86400";
const file = (path: string) => new URL(path, import.meta.url);
const text = (type: string, body: string): Servable => ({ type, body: new Uint8Array(Buffer.from(body, "utf8")) });

export function pages(): Hono {
  const app = new Hono();
  const serve = fileServer();
  // Read at the first request: a process that serves no page pays nothing for it.
  let parts: Parts | undefined;
  let shell: Servable | undefined;
  const all = (): Parts => {
    parts ??= readParts();
    return parts;
  };
  const icons = new Map<number, Promise<Servable>>();
  const words = new Map<string, Servable>();

  app.get("/", (c) => {
    c.header("content-security-policy", PAGE_POLICY);
    c.header("referrer-policy", "no-referrer");
    c.header("x-content-type-options", "nosniff");
    shell ??= text("text/html; charset=utf-8", pageOf(all()));
    return serve(c, shell, ASK_AGAIN);
  });

  app.get("/page/:version/:file{.+}", (c) => {
    const { version, files } = all();
    const part = files.get(c.req.param("file"));
    if (!part) return c.notFound();
    c.header("x-content-type-options", "nosniff");
    // A page from before an update still gets its modules, but nobody keeps them under the old address.
    return serve(c, part, c.req.param("version") === version ? undefined : ASK_AGAIN);
  });

  app.get("/words/:file", (c) => {
    const locale = LOCALES.find((l) => `${l}.json` === c.req.param("file"));
    if (!locale) return c.notFound();
    let table = words.get(locale);
    if (!table) {
      const known = wordsOf(locale);
      const used = pageKeys().flatMap((key) => (known.has(key) ? [[key, known.get(key)]] : []));
      table = text("application/json", JSON.stringify(Object.fromEntries(used)));
      words.set(locale, table);
    }
    return serve(c, table, ASK_AGAIN);
  });

  app.get("/manifest.webmanifest", (c) => serve(c, text("application/manifest+json", JSON.stringify(MANIFEST)), DAY));
  app.get("/icon.svg", (c) => serve(c, text("image/svg+xml", mark()), DAY));
  for (const size of [180, 192, 512]) {
    app.get(`/icon-${size}.png`, async (c) => {
      let icon = icons.get(size);
      if (!icon) {
        icon = drawn(size);
        icons.set(size, icon);
      }
      return serve(c, await icon, DAY);
    });
  }
  app.get("/favicon.ico", (c) => c.redirect("/icon.svg", 301));
  return app;
}

const MANIFEST = {
  name: "Impresario",
  short_name: "Impresario",
  id: "/",
  start_url: "/",
  scope: "/",
  display: "standalone",
  background_color: TINT.light,
  theme_color: TINT.light,
  icons: [
    { src: "/icon.svg", sizes: "any", type: "image/svg+xml" },
    { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
    { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
    { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
};

/** The shell with the addresses of this version. Every module is named, so that they load side by side. */
function pageOf({ version, files }: Parts): string {
  const at = (name: string) => `/page/${version}/${name}`;
  const styles = [...files.keys()].filter((n) => n.endsWith(".css"));
  const modules = [...files.keys()].filter((n) => n.endsWith(".js") && n !== "first.js");
  const head = [
    ...styles.map((n) => `<link rel="stylesheet" href="${at(n)}">`),
    `<script src="${at("first.js")}"></script>`,
    `<link rel="preload" href="${at("inter-latin.woff2")}" as="font" type="font/woff2" crossorigin>`,
    ...modules.map((n) => `<link rel="modulepreload" href="${at(n)}">`),
    `<script type="module" src="${at("main.js")}"></script>`,
    ...(["light", "dark"] as const).map(
      (theme) => `<meta name="theme-color" content="${TINT[theme]}" media="(prefers-color-scheme: ${theme})">`,
    ),
  ];
  return readFileSync(file("./page/index.html"), "utf8").replace("<!-- head -->", head.join("\n    "));
}

const mark = () => readFileSync(file("./page/icon.svg"), "utf8");

async function drawn(size: number): Promise<Servable> {
  const { Resvg } = await import("@resvg/resvg-js");
  const png = new Resvg(mark(), { fitTo: { mode: "width", value: size } }).render().asPng();
  return { type: "image/png", body: new Uint8Array(png) };
}

/** The keys of everything the page says: the literals in its file of words. */
export const pageKeys = (): string[] => wordsIn(file("./page/words.ts"));

export function wordsIn(words: URL): string[] {
  const source = readFileSync(words, "utf8");
  return [...source.matchAll(/\bsay\(\s*("(?:[^"\\]|\\.)*")/g)].map((m) => JSON.parse(m[1]!) as string);
}
