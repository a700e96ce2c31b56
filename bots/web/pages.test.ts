import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { PAGE_POLICY, pageKeys, pages } from "./pages.ts";

const app = pages();
const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const shell = await (await get("/")).text();
const version = /\/page\/(\w+)\/main\.js/.exec(shell)?.[1] ?? "";
const addresses = [...shell.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map((m) => m[1]!);

test("the page is allowed nothing but files of ours, and has nothing inline", async () => {
  const answer = await get("/");
  expect(answer.headers.get("content-security-policy")).toBe(PAGE_POLICY);
  expect(PAGE_POLICY).not.toMatch(/unsafe|https?:|\*/);
  expect(shell).not.toMatch(/<style|<script(?![^>]*\bsrc=)[^>]*>|\son\w+=|style=/i);
  expect(shell.match(/(?:src|href)="(?!\/)[^"]*"/g)).toBeNull();
});

test("every module that another one imports is served, under the same version, without types", async () => {
  const seen = new Set(addresses.filter((a) => a.endsWith(".js")));
  expect(seen.size).toBeGreaterThan(20);
  for (const address of seen) {
    const answer = await get(address);
    expect(answer.status, address).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    const code = await answer.text();
    const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*"([^"]+)"/g)].map((m) => m[1]!);
    for (const spec of imports) {
      expect(spec, `${address} imports`).toMatch(/^\.\.?\//);
      const to = new URL(spec, `http://x${address}`).pathname;
      expect(seen.has(to), `${address} imports ${spec}, which is named in the page`).toBe(true);
    }
    // A type that was left would be a syntax error: parsing is the proof.
    expect(code).not.toMatch(/\bimport type\b|: string[;,)]|sourceMappingURL/);
  }
});

test("no test and no server's code is served", async () => {
  for (const name of ["parse.test.js", "../pages.js", "..%2fpages.ts", "index.html", "words.ts"])
    expect((await get(`/page/${version}/${name}`)).status, name).toBe(404);
});

test("what is under its version may be kept for ever, under an older one it is asked for again", async () => {
  const now = await get(`/page/${version}/main.js`);
  expect(now.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  const old = await get("/page/000000000000/main.js");
  expect(old.status).toBe(200);
  expect(old.headers.get("cache-control")).toBe("no-cache");
});

test("the same file again is a 304 without a body", async () => {
  for (const path of ["/", `/page/${version}/base.css`, "/words/de.json", "/manifest.webmanifest", "/icon.svg"]) {
    const first = await get(path, { "accept-encoding": "br" });
    const again = await get(path, { "accept-encoding": "br", "if-none-match": first.headers.get("etag")! });
    expect(again.status, path).toBe(304);
    expect(await again.text()).toBe("");
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
  }
});

test("packs text as the browser can unpack it, and says so", async () => {
  const path = `/page/${version}/main.js`;
  const plain = await (await get(path)).text();
  const br = await get(path, { "accept-encoding": "gzip, deflate, br;q=0.9" });
  expect(br.headers.get("content-encoding")).toBe("br");
  expect(brotliDecompressSync(Buffer.from(await br.arrayBuffer())).toString()).toBe(plain);
  const gz = await get(path, { "accept-encoding": "gzip, br;q=0" });
  expect(gz.headers.get("content-encoding")).toBe("gzip");
  expect(gunzipSync(Buffer.from(await gz.arrayBuffer())).toString()).toBe(plain);
  expect(br.headers.get("etag")).not.toBe(gz.headers.get("etag"));
  expect(br.headers.get("vary")).toBe("Accept-Encoding");
  const font = await get(`/page/${version}/inter-latin.woff2`, { "accept-encoding": "br" });
  expect(font.headers.get("content-encoding")).toBeNull();
});

test("gives a part of a file, and refuses one that it does not have", async () => {
  const path = `/page/${version}/inter-latin.woff2`;
  const whole = Buffer.from(await (await get(path)).arrayBuffer());
  const cases = { "bytes=0-3": [0, 4], "bytes=10-": [10, whole.length], "bytes=-5": [whole.length - 5, whole.length] };
  for (const [range, [from, to]] of Object.entries(cases)) {
    const part = await get(path, { range });
    expect(part.status, range).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes ${from}-${to! - 1}/${whole.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(from, to))).toBe(true);
  }
  const past = await get(path, { range: `bytes=${whole.length}-` });
  expect(past.status).toBe(416);
  expect(past.headers.get("content-range")).toBe(`bytes */${whole.length}`);
  // Nonsense, several parts at once, and a file that changed meanwhile: the whole.
  for (const headers of [{ range: "bytes=-" }, { range: "bytes=0-1,3-4" }, { range: "bytes=0-1", "if-range": '"old"' }])
    expect((await get(path, headers as Record<string, string>)).status).toBe(200);
});

test("the whole page weighs less than 150 kB packed, fonts apart", async () => {
  let weight = 0;
  for (const path of ["/", ...new Set(addresses.filter((a) => /\.(js|css)$/.test(a)))])
    weight += (await (await get(path, { "accept-encoding": "br" })).arrayBuffer()).byteLength;
  expect(weight).toBeLessThan(150_000);
  // Far less, in truth: growth past this wants a reason.
  expect(weight).toBeLessThan(60_000);
});

test("is installable: a manifest, and an icon drawn in every size that it names", async () => {
  const manifest = (await (await get("/manifest.webmanifest")).json()) as { icons: { src: string; sizes: string }[] };
  expect(manifest).toMatchObject({ display: "standalone", start_url: "/", name: "Impresario" });
  for (const { src, sizes } of manifest.icons) {
    const icon = Buffer.from(await (await get(src)).arrayBuffer());
    if (!src.endsWith(".png")) continue;
    expect(icon.subarray(1, 4).toString()).toBe("PNG");
    expect(`${icon.readUInt32BE(16)}x${icon.readUInt32BE(20)}`).toBe(sizes);
  }
});

test("gives the page's words of a language and no other's", async () => {
  const keys = pageKeys();
  expect(keys.length).toBeGreaterThan(80);
  const german = (await (await get("/words/de.json")).json()) as Record<string, string>;
  for (const key of Object.keys(german)) expect(keys).toContain(key);
  for (const path of ["/words/xx.json", "/words/de", "/words/..%2f..%2fpackage.json"])
    expect((await get(path)).status, path).toBe(404);
});
