import { createHash } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openS3, type S3 } from "../../../test/emulators/s3/server.ts";
import { check } from "../../../test/emulators/s3/signature.ts";
import { type Bucket, openBucket } from "./bucket.ts";
import { signer, urlOf } from "./send.ts";
import { type BucketSettings, bucketSettings } from "./settings.ts";

/** Parts as small as this keep the tests quick; a real store wants five megabytes. */
const PART = 100_000;
let s3: S3;
let bucket: Bucket;
let waits: number[];
let settings: BucketSettings;
beforeAll(async () => {
  s3 = await openS3();
});
afterAll(() => s3.close());
beforeEach(() => {
  Object.assign(s3, { fault: undefined, pageSize: 1000, leastPart: PART, now: Date.now, seen: [] });
  s3.objects.clear();
  s3.uploads.clear();
  waits = [];
  settings = {
    name: s3.bucket,
    endpoint: new URL(s3.url),
    region: s3.keys.region,
    keyId: s3.keys.id,
    secret: s3.keys.secret,
    session: undefined,
    prefix: "radio/",
    address: "path",
    direct: false,
  };
  bucket = open();
});
const world = { now: Date.now, random: () => 0.5, wait: async (ms: number) => void waits.push(ms) };
const open = (more: Partial<BucketSettings> = {}) => openBucket({ ...settings, ...more }, world, { partBytes: PART });

const noise = (length: number) => {
  const bytes = Buffer.alloc(length);
  for (let n = 0; n < length; n++) bytes[n] = (n * 31 + (n >> 8)) & 255;
  return bytes;
};
const sumOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest();
/** In pieces whose memory is used again, as streams do. */
function* pieces(bytes: Buffer, size = 65_536) {
  const held = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) yield held.subarray(0, bytes.copy(held, 0, at, at + size));
}
async function all(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const got: Uint8Array[] = [];
  for await (const piece of body ?? []) got.push(piece);
  return Buffer.concat(got);
}
/** The first so many requests of a kind fail so. */
const first = (count: number, fault: NonNullable<ReturnType<NonNullable<S3["fault"]>>>, method = ""): void => {
  let left = count;
  s3.fault = (seen) => (seen.method.startsWith(method) && left-- > 0 ? fault : undefined);
};
const SLOW = { status: 503, code: "SlowDown", message: "Please reduce your request rate." };

// Worked examples of Amazon's own documents (Signature Calculations for the Authorization Header, and Query Parameters).
const AMAZON = {
  settings: { name: "examplebucket", endpoint: new URL("https://s3.amazonaws.com"), region: "us-east-1", prefix: "" },
  keyId: "AKIAIOSFODNN7EXAMPLE",
  secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  now: () => Date.UTC(2013, 4, 24),
};
test("a link is signed as in Amazon's own example, and our emulator agrees with it", async () => {
  const amazon = {
    ...settings,
    ...AMAZON.settings,
    keyId: AMAZON.keyId,
    secret: AMAZON.secret,
    address: "host",
  } as const;
  const url = urlOf(amazon, "test.txt");
  url.searchParams.set("X-Amz-Expires", "86400");
  const line = { settings: amazon, world: { ...world, now: AMAZON.now }, skew: 0 };
  const signed = (await signer(line, url, { method: "GET", signQuery: true }).sign()).url;
  expect(signed.searchParams.get("X-Amz-Signature")).toBe(
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
  const seen = { method: "GET", url: signed.pathname + signed.search, headers: { host: signed.host } };
  const keys = { id: AMAZON.keyId, secret: AMAZON.secret, region: "us-east-1" };
  expect(check(seen, keys, AMAZON.now())).toBeUndefined();
  expect(check({ ...seen, url: seen.url.replace("test", "best") }, keys, AMAZON.now())?.code).toBe(
    "SignatureDoesNotMatch",
  );
});

test("small goes up in one request, large in parts, and both come back whole", async () => {
  for (const size of [0, 1, PART, PART + 1, 5 * PART + 7]) {
    const bytes = noise(size);
    expect(await bucket.put("w/song", pieces(bytes))).toEqual({ bytes: size, sha256: sumOf(bytes) });
    const found = await bucket.get("w/song", { sha256: sumOf(bytes) });
    expect(found?.bytes).toBe(size);
    expect((await all(found?.body)).equals(bytes), `${size}`).toBe(true);
    expect(await bucket.size("w/song")).toBe(size);
  }
  expect(s3.objects.has("radio/w/song")).toBe(true);
  expect(s3.uploads.size).toBe(0);
  const range = await bucket.get("w/song", { range: { start: 2 * PART, end: 2 * PART + 9 } });
  expect((await all(range?.body)).equals(noise(5 * PART).subarray(2 * PART, 2 * PART + 10))).toBe(true);
  await bucket.remove("w/song");
  expect([await bucket.get("w/song"), await bucket.size("w/song")]).toEqual([undefined, undefined]);
});

test("a source that breaks leaves nothing, also in the middle of the parts", async () => {
  for (const after of [1, 5]) {
    const source = async function* () {
      for (let n = 0; n < after; n++) yield noise(PART / 2);
      throw new Error("the line went dead");
    };
    await expect(bucket.put("w/half", source())).rejects.toThrow("dead");
  }
  expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0]);
  expect(s3.seen.some((s) => s.query.has("partNumber"))).toBe(true);
});

test.each([
  ["SlowDown", SLOW],
  ["a server's fault", { status: 500, code: "InternalError", message: "We encountered an internal error." }],
  ["a cut in the middle of the way up", "cut up" as const],
  ["a cut before it was heard", "cut before" as const],
  ["a lost answer", "cut after" as const],
  ["damage on the way", { status: 400, code: "XAmzContentSHA256Mismatch", message: "does not match" }],
])("%s is tried again, later each time", async (_, fault) => {
  const bytes = noise(2 * PART + 7);
  first(3, fault, "PUT");
  expect(await bucket.put("w/song", pieces(bytes))).toEqual({ bytes: bytes.length, sha256: sumOf(bytes) });
  expect(s3.objects.get("radio/w/song")?.bytes.equals(bytes)).toBe(true);
  expect(waits.length).toBe(3);
  expect(waits.every((ms) => ms > 0 && ms <= 5_000)).toBe(true);
  // What an answer was lost of may be there twice; it is never half a file, and is dropped a day later.
  expect(await bucket.dropUnfinished("w/", new Date(Date.now() + 1_000))).toBeLessThanOrEqual(3);
});

test("what goes on failing is given up, and what is wrong is not tried twice", async () => {
  s3.fault = () => SLOW;
  await expect(bucket.put("w/x", [noise(9)])).rejects.toMatchObject({ code: "SlowDown", status: 503 });
  expect(waits).toEqual([100, 200, 400, 800, 1600]);
  s3.fault = undefined;
  s3.seen = [];
  await expect(open({ secret: "another-secret" }).put("w/x", [noise(9)])).rejects.toMatchObject({
    code: "SignatureDoesNotMatch",
  });
  await expect(open({ keyId: "NOBODYSKEY" }).size("w/x")).rejects.toMatchObject({ code: "AccessDenied" });
  await expect(open({ name: "another" }).put("w/x", [noise(9)])).rejects.toMatchObject({ code: "NoSuchBucket" });
  await expect(open({ region: "us-east-1" }).put("w/x", [noise(9)])).rejects.toMatchObject({ region: "eu-central-1" });
  expect(s3.seen.length).toBe(4);
  await expect(open({ endpoint: new URL("http://127.0.0.1:2") }).put("w/x", [noise(9)])).rejects.toMatchObject({
    code: "Unreachable",
    message: "Unreachable: ECONNREFUSED",
  });
});

test("parts that are too small for the store are its own words, and leave nothing", async () => {
  s3.leastPart = 5 * 1024 * 1024;
  await expect(bucket.put("w/song", pieces(noise(2 * PART)))).rejects.toMatchObject({ code: "EntityTooSmall" });
  expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0]);
});

test("an answer of 200 that says in its body that it failed is a failure", async () => {
  s3.fault = ({ method, query }) =>
    method === "POST" && query.has("uploadId") ? { late: "InternalError" } : undefined;
  await expect(bucket.put("w/song", pieces(noise(PART + 1)))).rejects.toMatchObject({ code: "InternalError" });
  expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0]);
  await bucket.put("w/a", [noise(9)]);
  s3.fault = () => ({ late: "InternalError" });
  await expect(bucket.move("w/a", "w/b")).rejects.toThrow("InternalError");
  s3.fault = undefined;
  await bucket.move("w/a", "w/b");
  expect([...s3.objects.keys()]).toEqual(["radio/w/b"]);
});

test("a download that breaks is taken up where it broke, of the same file only", async () => {
  const bytes = noise(3_000_000);
  await bucket.put("w/song", [bytes]);
  let cuts = 0;
  s3.fault = ({ method }) => (method === "GET" && cuts++ < 4 ? { cut: 300_000 } : undefined);
  const found = await bucket.get("w/song", { sha256: sumOf(bytes) });
  expect((await all(found?.body)).equals(bytes)).toBe(true);
  expect(cuts).toBe(5);
  // Another one under the name since: half of one and half of the other is nobody's song.
  s3.fault = ({ method }) => (method === "GET" ? { cut: 300_000 } : undefined);
  const begun = await bucket.get("w/song");
  s3.objects.set("radio/w/song", { bytes: noise(2_000_000), tag: '"other"', at: new Date() });
  await expect(all(begun?.body)).rejects.toMatchObject({ code: "PreconditionFailed" });
});

test("bytes that are not those that were kept are told at the end, and never taken for them", async () => {
  const bytes = noise(1000);
  await bucket.put("w/song", [bytes]);
  s3.fault = () => "damage";
  const found = await bucket.get("w/song", { sha256: sumOf(bytes) });
  await expect(all(found?.body)).rejects.toMatchObject({ code: "BadDigest" });
});

test("a clock that is wrong is set by theirs, once", async () => {
  s3.now = () => Date.now() + 3_600_000;
  await bucket.put("w/song", [noise(9)]);
  expect(s3.seen.length).toBe(2);
  await bucket.put("w/song", [noise(9)]);
  expect(s3.seen.length).toBe(3);
  const { url } = { url: await bucket.link("w/song", { seconds: 60, type: "audio/mpeg", disposition: "inline" }) };
  expect((await fetch(url)).status).toBe(200);
});

test("a link opens one file for a while, to anybody; nothing else is open", async () => {
  await bucket.put("w/sông (1).mp3", [noise(9)]);
  const url = await bucket.link("w/sông (1).mp3", {
    seconds: 60,
    type: "audio/mpeg",
    disposition: 'inline; filename="a b.mp3"',
  });
  expect(url).not.toContain(settings.secret);
  const answer = await fetch(url, { headers: { range: "bytes=2-4" } });
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("content-disposition")]).toEqual([
    206,
    "audio/mpeg",
    'inline; filename="a b.mp3"',
  ]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(noise(9).subarray(2, 5));
  for (const other of [url.split("?")[0]!, url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), `${url}&x=1`])
    expect((await fetch(other)).status, other).toBe(403);
  s3.now = () => Date.now() + 61_000;
  const late = await fetch(url);
  expect([late.status, await late.text()]).toEqual([403, expect.stringContaining("Request has expired")]);
});

test("a bucket as a host of its own", async () => {
  await bucket.put("w/song", [noise(9)]);
  const url = new URL(
    await open({ address: "host", endpoint: new URL(s3.url.replace("127.0.0.1", "localhost")) }).link("w/song", {
      seconds: 60,
      type: "audio/mpeg",
      disposition: "inline",
    }),
  );
  expect([url.hostname, url.pathname]).toEqual([`${s3.bucket}.localhost`, "/radio/w/song"]);
  const status = await new Promise((done) =>
    request(
      { host: "127.0.0.1", port: url.port, path: url.pathname + url.search, headers: { host: url.host } },
      (answer) => done(answer.resume().statusCode),
    ).end(),
  );
  expect(status).toBe(200);
});

test("lists go over pages, and forgotten uploads are dropped by their age", async () => {
  for (let n = 0; n < 5; n++) await bucket.put(`w/${n}`, [noise(n)]);
  s3.pageSize = 2;
  const listed = await Array.fromAsync(bucket.list("w/"));
  expect(listed).toEqual([0, 1, 2, 3, 4].map((n) => ({ key: `w/${n}`, bytes: n })));
  const at = new Date(Date.now() - 90_000);
  s3.uploads.set("old", { key: "radio/w/x", at, parts: new Map() });
  s3.uploads.set("young", { key: "radio/w/x", at: new Date(), parts: new Map() });
  expect(await bucket.dropUnfinished("w/", new Date(Date.now() - 60_000))).toBe(1);
  expect([...s3.uploads.keys()]).toEqual(["young"]);
});

const KEYS = { S3_ACCESS_KEY_ID: "AKIAEXAMPLE", S3_SECRET_ACCESS_KEY: "a-secret-of-a-key" };
function readFrom(env: Record<string, string>) {
  const problems: string[] = [];
  const read = <T>(name: string, parse: (value: string) => T, right: string): T | undefined => {
    try {
      return env[name] ? parse(env[name]) : undefined;
    } catch {
      problems.push(`${name} must be ${right}.`);
      return undefined;
    }
  };
  return { found: bucketSettings({ read, problems }), problems };
}

test("settings: what is not said follows from what is", () => {
  expect(readFrom({})).toEqual({ found: undefined, problems: [] });
  const amazon = readFrom({ S3_BUCKET: "radio", S3_REGION: "eu-west-1", ...KEYS }).found!;
  expect([amazon.endpoint.href, amazon.address]).toEqual(["https://s3.eu-west-1.amazonaws.com/", "host"]);
  expect(urlOf(amazon, "w/1").href).toBe("https://radio.s3.eu-west-1.amazonaws.com/w/1");
  const own = readFrom({
    S3_BUCKET: "radio",
    S3_ENDPOINT: "http://minio:9000",
    S3_PREFIX: "a/b",
    S3_LINKS: "direct",
    ...KEYS,
  });
  expect(own.found).toMatchObject({ address: "path", prefix: "a/b/", direct: true, region: "us-east-1" });
  expect(urlOf(own.found!, "w/1").href).toBe("http://minio:9000/radio/a/b/w/1");
  expect(readFrom({ S3_BUCKET: "my.radio", ...KEYS }).found?.address).toBe("path");
});

test.each([
  [{ S3_BUCKET: "Radio", ...KEYS }, "S3_BUCKET"],
  [{ S3_BUCKET: "radio" }, "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
  [{ S3_BUCKET: "radio", ...KEYS, S3_ENDPOINT: "s3.example" }, "S3_ENDPOINT"],
  [{ S3_BUCKET: "radio", ...KEYS, S3_ENDPOINT: "https://s3.example/radio" }, "S3_ENDPOINT"],
  [{ S3_BUCKET: "radio", ...KEYS, S3_SECRET_ACCESS_KEY: "with a space" }, "S3_SECRET_ACCESS_KEY"],
  [{ S3_BUCKET: "radio", ...KEYS, S3_PREFIX: "/x" }, "S3_PREFIX"],
  [{ S3_BUCKET: "radio", ...KEYS, S3_ADDRESS: "maybe" }, "S3_ADDRESS"],
  [{ S3_BUCKET: "radio", ...KEYS, S3_LINKS: "yes" }, "S3_LINKS"],
  [{ S3_REGION: "eu-west-1" }, "S3_BUCKET"],
] as [Record<string, string>, ...string[]][])("settings: %j", (env, ...names) => {
  const { found, problems } = readFrom(env);
  expect(problems.map((p) => p.split(" ")[0])).toEqual(names);
  expect(names[0] === "S3_BUCKET" || names.includes("S3_ACCESS_KEY_ID") ? found : undefined).toBeUndefined();
  expect(problems.join()).not.toContain("a-secret");
});
