// The live page's own files: one HTML with what it shows already in it, and the modules behind it.
import { readFileSync } from "node:fs";
import { type Locale, wordsOf } from "../../core/words/say.ts";
import type { First } from "./live-room.ts";
import { type Parts, readParts } from "./modules.ts";
import { ASK_AGAIN, fileServer } from "./page-files.ts";
import { PAGE_POLICY, wordsIn } from "./pages.ts";
import type { App, Ctx } from "./web.ts";

const FOLDER = new URL("./listen/", import.meta.url);
/** Of the console's page: the part of ICU that words need. */
const SHARED = ["say.ts"];
/** Icons of titles are ours; sound of a channel is loaded by the page itself. */
const POLICY = PAGE_POLICY.replace("media-src 'self'", "media-src 'self' blob:");

export type Shown = First & { me: { id: string; name: string; role: string; csrf?: string } | undefined };

export function listenPage() {
  const serve = fileServer();
  let parts: Parts | undefined;
  let shell: string | undefined;
  const all = (): Parts => {
    parts ??= readParts(FOLDER, SHARED);
    return parts;
  };
  const words = new Map<Locale, Record<string, string>>();
  const wordsFor = (locale: Locale): Record<string, string> => {
    let table = words.get(locale);
    if (!table) {
      const known = wordsOf(locale);
      const keys = wordsIn(new URL("words.ts", FOLDER));
      table = Object.fromEntries(keys.flatMap((key) => (known.has(key) ? [[key, known.get(key)!]] : [])));
      words.set(locale, table);
    }
    return table;
  };

  return {
    files(app: App): void {
      app.get("/listen/:version/:file{.+}", (c) => {
        const { version, files } = all();
        const part = files.get(c.req.param("file"));
        if (!part) return c.notFound();
        return serve(c, part, c.req.param("version") === version ? undefined : ASK_AGAIN);
      });
    },
    show(c: Ctx, shown: Shown): Response {
      shell ??= shellOf(all());
      const { channel, now } = shown.state;
      const { locale } = c.var;
      const first = { ...shown, locale, words: /^en(-|$)/.test(locale) ? {} : wordsFor(locale) };
      // Functions: a title may have "$&" in it.
      const page = shell
        .replace('lang="en"', () => `lang="${safe(locale)}"`)
        .replaceAll("<!-- title -->", () => safe(now ? `${now.title} · ${channel.name}` : channel.name))
        .replaceAll("<!-- tagline -->", () => safe(channel.tagline || channel.genre))
        .replace("__NAME__", () => safe(channel.name))
        .replace("<!-- track -->", () => safe(now?.title ?? ""))
        .replace('"__FIRST__"', () => jsonIn(first));
      return c.body(page, 200, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": POLICY,
        "cache-control": "private, no-store",
        vary: "cookie, accept-language",
      });
    },
  };
}

function shellOf({ version, files }: Parts): string {
  const at = (name: string) => `/listen/${version}/${name}`;
  const names = [...files.keys()];
  const head = [
    ...names.filter((n) => n.endsWith(".css")).map((n) => `<link rel="stylesheet" href="${at(n)}">`),
    ...names.filter((n) => n.endsWith(".js")).map((n) => `<link rel="modulepreload" href="${at(n)}">`),
    `<script type="module" src="${at("main.js")}"></script>`,
  ];
  return readFileSync(new URL("index.html", FOLDER), "utf8").replace("<!-- head -->", head.join("\n    "));
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const safe = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
/** Within a script element only "<" could end it; the two line ends are those that old parsers take for one. */
const jsonIn = (data: unknown): string =>
  JSON.stringify(data).replace(/[<\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
