import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { playlistText } from "../../core/streams/engines/index.ts";
import { channelId } from "../../test/streams.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";

let web: TestWeb;
let folder: string;
beforeAll(async () => {
  web = await testWeb();
  await web.house.ask("setup", { blueprint: "streams" });
  folder = join(dirname(web.house.files), "live", await channelId(web.house, "noir-jazz"));
  mkdirSync(folder, { recursive: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await web.close();
});

const TAG = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 2, 1, 1]);
const put = (numbers: number[], kind = "aac") => {
  const segments = numbers.map((number) => ({
    number,
    name: `s${number}.${kind}`,
    seconds: 4,
    at: number * 4000,
    broken: false,
  }));
  for (const { number, name } of segments)
    writeFileSync(join(folder, name), Buffer.concat([TAG, Buffer.from(`[${number}]`)]));
  writeFileSync(join(folder, "index.m3u8"), playlistText({ segments, discontinuities: 0 }));
};
const get = (path: string, init?: RequestInit) => fetch(`${web.url}${path}`, { redirect: "manual", ...init });

test("before anything plays, and when nothing has for a while, there is nothing", async () => {
  expect((await get("/live/noir-jazz/index.m3u8")).status).toBe(404);
  put([1, 2]);
  await expect.poll(async () => (await get("/live/noir-jazz/index.m3u8")).status).toBe(200);
  const long = new Date(Date.now() - 60_000);
  utimesSync(join(folder, "index.m3u8"), long, long);
  await expect.poll(async () => (await get("/live/noir-jazz/index.m3u8")).status).toBe(404);
});

test("whoever listens needs no account; lists are young, segments stay", async () => {
  put([5, 6, 7]);
  await expect.poll(async () => (await get("/live/noir-jazz/index.m3u8")).status).toBe(200);
  const list = await get("/live/noir-jazz/index.m3u8");
  expect(list.headers.get("content-type")).toBe("application/vnd.apple.mpegurl");
  expect(list.headers.get("cache-control")).toBe("public, max-age=1");
  expect(list.headers.get("access-control-allow-origin")).toBe("*");
  expect(await list.text()).toContain("s6.aac");
  const segment = await get("/live/noir-jazz/s6.aac");
  expect(segment.headers.get("content-type")).toBe("audio/aac");
  expect(segment.headers.get("cache-control")).toContain("immutable");
  expect(await segment.text()).toContain("[6]");
  expect((await get("/live/noir-jazz/s6.aac", { method: "HEAD" })).headers.get("content-length")).toBe("15");
  // What was not there yet is there when it is.
  expect((await get("/live/noir-jazz/s8.aac")).status).toBe(404);
  put([6, 7, 8]);
  expect((await get("/live/noir-jazz/s8.aac")).status).toBe(200);
});

test.each([
  "/live/noir-jazz/..%2f..%2fsecret.key",
  "/live/noir-jazz/%2e%2e/index.m3u8",
  "/live/..%2f..%2fassets/index.m3u8",
  "/live/noir-jazz/pictures.txt",
  "/live/noir-jazz/s6.aac.new",
  "/live/noir-jazz/s6.aac%00",
  "/live/nobody/index.m3u8",
  "/live/NOIR-JAZZ'--/index.m3u8",
  "/live/%F0%9F%98%80/index.m3u8",
])("nothing else can be named: %s", async (path) => {
  const answer = await get(path);
  expect([400, 404]).toContain(answer.status);
  expect(await answer.text()).not.toContain("EXTM3U");
});

test("one stream without end: every segment once, in order, without its tag", async () => {
  put([10, 11, 12, 13]);
  await expect.poll(async () => (await get("/live/noir-jazz/index.m3u8")).text()).toContain("s13.aac");
  const other = await get("/live/noir-jazz/stream.mp3");
  expect([other.status, other.headers.get("location")]).toEqual([302, "/live/noir-jazz/stream.aac"]);
  const stop = new AbortController();
  const answer = await get("/live/noir-jazz/stream.aac", { signal: stop.signal });
  expect(answer.headers.get("content-type")).toBe("audio/aac");
  const reader = answer.body!.getReader();
  let said = "";
  const until = async (end: string) => {
    while (!said.includes(end)) said += Buffer.from((await reader.read()).value!).toString();
  };
  await until("[13]");
  put([12, 13, 14]);
  await until("[14]");
  expect(said).toBe("[12][13][14]");
  stop.abort();
});
