import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { linkToken, openAsset, saveAsset } from "../../core/assets/index.ts";
import { command, text } from "../../core/command/index.ts";
import { signed } from "../../core/keys.ts";
import { view } from "../../core/view/index.ts";
import { createWorkspace } from "../../core/workspace/index.ts";
import { openS3 } from "../../test/emulators/s3/server.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";
import { bucketOf } from "../parts/files.ts";
import { readRange } from "./assets.ts";

const BYTES = Buffer.from(Array.from({ length: 1_000 }, (_, n) => n % 256));
const files: string[] = [];
const make = command({
  name: "file make",
  says: "Make a file",
  role: "member",
  options: { type: text("Its type"), name: text("Its name"), whose: text("Whose").optional() },
  async run({ act, options }) {
    const { id } = await saveAsset(act, {
      kind: "song",
      type: options.type,
      name: options.name,
      bytes: options.name === "empty" ? Buffer.alloc(0) : BYTES,
      ...(options.whose === "mine" ? { forPerson: act.person.id } : {}),
      ...(options.whose === "short" ? { expiresAt: new Date(act.now.getTime() + 1_000) } : {}),
    });
    const found = await openAsset(act, id);
    files.push(join(act.files, found.workspaceId, found.id));
    return { view: view("Made."), data: { item: { id } } };
  },
});

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({ commands: [make] });
});
afterAll(() => web.close());

async function made(type = "audio/mpeg", name = "song.mp3", whose?: string): Promise<string> {
  const { body } = await web.ask("POST", "/api/v1/commands/file.make", { body: { type, name, whose } });
  return `/api/v1/assets/${(body.data as { item: { id: string } }).item.id}`;
}
const get = async (path: string, headers: Record<string, string> = {}, token = web.owner) => {
  const response = await fetch(web.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};

test("a file comes whole, with its type, and without a right to run anything", async () => {
  const { status, headers, bytes } = await get(await made());
  expect(status).toBe(200);
  expect(bytes.equals(BYTES)).toBe(true);
  expect(headers.get("content-type")).toBe("audio/mpeg");
  expect(headers.get("content-length")).toBe("1000");
  expect(headers.get("accept-ranges")).toBe("bytes");
  expect(headers.get("content-disposition")).toBe(`inline; filename="song.mp3"; filename*=UTF-8''song.mp3`);
  expect(headers.get("content-security-policy")).toContain("sandbox");
  expect(headers.get("cache-control")).toContain("private");
});

test.each([
  ["bytes=0-99", 206, "bytes 0-99/1000", 0, 100],
  ["bytes=990-", 206, "bytes 990-999/1000", 990, 1_000],
  ["bytes=-10", 206, "bytes 990-999/1000", 990, 1_000],
  ["bytes=500-5000", 206, "bytes 500-999/1000", 500, 1_000],
  ["bytes=0-0", 206, "bytes 0-0/1000", 0, 1],
  ["bytes=0-1,5-6", 200, null, 0, 1_000],
  ["bytes=9-1", 200, null, 0, 1_000],
  ["lines=1-2", 200, null, 0, 1_000],
])("%s gives %i", async (range, status, said, start, end) => {
  const answer = await get(await made(), { range });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-range")).toBe(said);
  expect(answer.bytes.equals(BYTES.subarray(start, end))).toBe(true);
});

test.each(["bytes=1000-", "bytes=5000-6000", "bytes=-0"])("%s is outside", async (range) => {
  const answer = await get(await made(), { range });
  expect(answer.status).toBe(416);
  expect(answer.headers.get("content-range")).toBe("bytes */1000");
});

test("an unchanged file is not sent again, and a range only of the same", async () => {
  const path = await made();
  const etag = (await get(path)).headers.get("etag")!;
  expect((await get(path, { "if-none-match": etag })).status).toBe(304);
  expect((await get(path, { "if-none-match": `"x", W/${etag}` })).status).toBe(304);
  expect((await get(path, { "if-none-match": '"x"' })).status).toBe(200);
  expect((await get(path, { range: "bytes=0-9", "if-range": etag })).status).toBe(206);
  expect((await get(path, { range: "bytes=0-9", "if-range": '"x"' })).status).toBe(200);
  const head = await web.ask("HEAD", path);
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "1000"]);
});

test("what a browser would run is handed over as a file", async () => {
  for (const [type, name] of [
    ["text/html", "page.html"],
    ["image/svg+xml", "x.svg"],
    ["application/pdf", "x.pdf"],
  ]) {
    const { headers } = await get(await made(type, name));
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("content-disposition")).toMatch(/^attachment/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
  expect((await get(`${await made()}?download`)).headers.get("content-disposition")).toMatch(/^attachment/);
});

test("a name in any letters stays within its header", async () => {
  const { headers } = await get(await made("audio/mpeg", '夜の歌" x.mp3'));
  expect(headers.get("content-disposition")).toBe(
    `inline; filename="____ x.mp3"; filename*=UTF-8''${encodeURIComponent("夜の歌")}_%20x.mp3`,
  );
});

test("an empty file is empty", async () => {
  const answer = await get(await made("audio/mpeg", "empty"));
  expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
});

test("who may not have it does not learn that it is there", async () => {
  const staff = await web.person("staff");
  const shared = await made();
  expect((await get(shared, {}, staff.token)).status).toBe(200);
  expect((await get(await made("audio/mpeg", "a.mp3", "mine"), {}, staff.token)).status).toBe(404);
  const other = await createWorkspace(web.house.database, web.house.sources, { name: "Other", slug: "other-radio" });
  const foreign = await web.person("owner", other.workspaceId);
  expect((await get(shared, {}, foreign.token)).status).toBe(404);
  expect((await web.ask("GET", shared, { token: null })).status).toBe(401);
  const short = await made("audio/mpeg", "b.mp3", "short");
  web.house.clock.pass(2_000);
  expect((await get(short)).status).toBe(404);
});

test.each(["x", "..%2f..%2fsecret.key", "%2e%2e/secret.key", "01a1fafe-0a8f-75e5-8ddf-56f5f2a59c65"])(
  "there is no file %j",
  async (id) => {
    expect((await get(`/api/v1/assets/${id}`)).status).toBe(404);
  },
);

test("a file whose bytes are gone is a problem, not a broken answer", async () => {
  const path = await made();
  await rm(files.at(-1)!);
  const answer = await web.ask("GET", path);
  expect(answer.status).toBe(404);
  expect(answer.body.detail).toContain("not on this machine");
});

test("from a bucket it comes just the same; links of outsiders may lead there themselves", async () => {
  const s3 = await openS3();
  const { url, bucket: name, keys } = s3;
  const S3_BUCKET = { S3_BUCKET: name, S3_ENDPOINT: url, S3_REGION: keys.region };
  const env = { ...S3_BUCKET, S3_ACCESS_KEY_ID: keys.id, S3_SECRET_ACCESS_KEY: keys.secret };
  web.house.bucket = bucketOf(env);
  const path = await made();
  expect(s3.objects.size).toBe(1);
  const whole = await get(path);
  expect([whole.status, whole.headers.get("content-length"), whole.bytes.equals(BYTES)]).toEqual([200, "1000", true]);
  const part = await get(path, { range: "bytes=500-" });
  expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 500-999/1000"]);
  expect(part.bytes.equals(BYTES.subarray(500))).toBe(true);
  const token = linkToken(
    { sign: (said) => signed(web.house.keys.audit, said) },
    {
      workspaceId: web.house.owner.workspaceId,
      asset: path.split("/").at(-1)!,
      until: new Date(web.house.clock.now.getTime() + 60_000),
    },
  );
  const link = () => fetch(`${web.url}/api/v1/links/${token}`, { redirect: "manual" });
  expect((await link()).status).toBe(200);
  web.house.bucket = bucketOf({ ...env, S3_LINKS: "direct" });
  const led = await link();
  expect([led.status, led.headers.get("referrer-policy")]).toEqual([302, "no-referrer"]);
  const direct = await fetch(led.headers.get("location")!);
  expect([direct.status, direct.headers.get("content-type")]).toEqual([200, "audio/mpeg"]);
  expect(Buffer.from(await direct.arrayBuffer()).equals(BYTES)).toBe(true);
  // Only the outsider's own link leads there: what is shown in the console is never read from another origin.
  expect((await get(path)).status).toBe(200);
  s3.objects.clear();
  expect((await web.ask("GET", path)).body.detail).toContain("not on this machine");
  s3.fault = () => ({ status: 403, code: "AccessDenied", message: "Access Denied" });
  expect((await web.ask("GET", path)).status).toBe(503);
  web.house.bucket = undefined;
  await s3.close();
});

test("ranges", () => {
  expect(readRange("bytes=-5000", 10)).toEqual({ start: 0, end: 9 });
  expect(readRange("bytes=0-", 0)).toBe("none");
  expect(readRange("bytes=-", 10)).toBeUndefined();
});
