// What the browser is given: the page's own modules without their types, the few libraries they use, styles and fonts,
// all under one address that holds the hash of their content, so that a browser may keep them for ever.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";

export type Part = { name: string; type: string; body: Uint8Array<ArrayBuffer> };
export type Parts = { version: string; files: ReadonlyMap<string, Part> };

const JS = "text/javascript; charset=utf-8";
const PAGE = new URL("./page/", import.meta.url);

/** Bare imports of the page, the file each one is, and the name it is served by. Their own imports are among them. */
const LIBRARIES = {
  preact: { module: "preact", file: "dist/preact.mjs" },
  "preact/hooks": { module: "preact", file: "hooks/dist/hooks.mjs" },
  htm: { module: "htm", file: "dist/htm.module.js" },
  "htm/preact": { module: "htm", file: "preact/index.module.js" },
} as const;

/** Latin, and Latin Extended for names that need it: the browser fetches the second only when a letter of it appears. */
const FONTS = {
  "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  "mono-latin.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
} as const;

const find = createRequire(import.meta.url);
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "utf8"));
/** The folder of a package, found without asking its `exports`, which hide the files we serve. */
const folderOf = (name: string) => {
  for (const folder of find.resolve.paths(name) ?? []) {
    try {
      readFileSync(`${folder}/${name}/package.json`);
      return `${folder}/${name}`;
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
    }
  }
  throw new Error(`The package "${name}" is not installed: run npm ci.`);
};

const libraryName = (bare: string) => `lib/${bare.replace("/", "-")}.js`;

/** Imports of our own files and of libraries become addresses that a browser can fetch, seen from a file in `folder`. */
function address(code: string, folder: "" | "lib/"): string {
  return code.replace(/(\bfrom\s*|\bimport\s*)(["'])([^"'\n]+)\2/g, (whole, word: string, _quote, to: string) => {
    if (to.startsWith("../page/")) return `${word}"./${to.slice("../page/".length).replace(/\.ts$/, ".js")}"`;
    if (to.startsWith("./")) return `${word}"${to.replace(/\.ts$/, ".js")}"`;
    if (Object.hasOwn(LIBRARIES, to)) return `${word}"${folder === "" ? "./" : "../"}${libraryName(to)}"`;
    return whole;
  });
}

/** Node calls it experimental at its first use; whoever started us should not have to wonder about that. */
function withoutTypes(code: string): string {
  const warn = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(code);
  } finally {
    process.emitWarning = warn;
  }
}

/** Reads everything once, with what another page takes of the console's. The version is a hash over all names and contents. */
export function readParts(page: URL = PAGE, shared: readonly string[] = []): Parts {
  const files = new Map<string, Part>();
  const add = (name: string, type: string, body: Uint8Array<ArrayBuffer>) => files.set(name, { name, type, body });
  for (const file of readdirSync(page).sort()) {
    if (file.endsWith(".test.ts")) continue;
    const text = () => readFileSync(new URL(file, page), "utf8");
    if (file.endsWith(".css")) add(file, "text/css; charset=utf-8", bytes(text()));
    if (file.endsWith(".ts")) add(file.replace(/\.ts$/, ".js"), JS, bytes(address(withoutTypes(text()), "")));
  }
  for (const file of shared) {
    const code = readFileSync(new URL(file, PAGE), "utf8");
    add(file.replace(/\.ts$/, ".js"), JS, bytes(address(withoutTypes(code), "")));
  }
  for (const [bare, { module, file }] of Object.entries(LIBRARIES)) {
    const code = readFileSync(`${folderOf(module)}/${file}`, "utf8").replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
    add(libraryName(bare), JS, bytes(address(code, "lib/")));
  }
  for (const [name, path] of Object.entries(FONTS)) {
    const [scope, module, ...rest] = path.split("/");
    add(name, "font/woff2", new Uint8Array(readFileSync(`${folderOf(`${scope}/${module}`)}/${rest.join("/")}`)));
  }
  const hash = createHash("sha256");
  for (const part of files.values()) hash.update(part.name).update("\0").update(part.body).update("\0");
  return { version: hash.digest("hex").slice(0, 12), files };
}
