import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, file, fileText, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";

const say = command({
  name: "word say",
  says: "Say a word",
  role: "member",
  options: { word: text("Which", { max: 5_000 }) },
  run: ({ options }) => view(options.word),
});
const read = command({
  name: "word read",
  says: "Read a file",
  role: "member",
  options: { file: file("Which file"), note: text("A note").optional() },
  run: ({ options }) => ({
    view: view("Read."),
    data: {
      name: options.file.name,
      type: options.file.type,
      bytes: options.file.bytes.length,
      text: fileText(options.file),
    },
  }),
});

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({ commands: [say, read] });
});
afterAll(() => web.close());

const json = { "content-type": "application/json" };
const post = (body: string | Uint8Array, headers: Record<string, string> = json) =>
  web.ask("POST", "/api/v1/commands/word.say", { body, headers });

test.each([
  ["half of JSON", '{"word": ', 400],
  ["a list", "[1]", 400],
  ["a text", '"word"', 400],
  ["null", "null", 400],
  ["a zero byte in a value", '{"word": "a\\u0000b"}', 400],
  ["a zero byte in a name", '{"a\\u0000b": "x"}', 400],
  ["half a letter", '{"word": "\\ud800"}', 400],
  ["too deep", `{"word": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`, 400],
  ["too many values", `{"word": [${"1,".repeat(30_000)}1]}`, 400],
  ["a number where text is", '{"word": {"a": 1}}', 400],
  ["a name of objects", '{"__proto__": {"word": "x"}, "constructor": 1}', 400],
  ["a number without end", '{"word": 1e999}', 400],
])("%s is a problem", async (_, body, status) => {
  const answer = await post(body);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({ status });
  expect(String(answer.body.detail).length).toBeGreaterThan(10);
  expect(answer.text).not.toMatch(/at .*\.ts:|node_modules|postgres/i);
});

test("bytes that are not UTF-8 are a problem", async () => {
  const answer = await post(Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d));
  expect(answer.body).toMatchObject({ status: 400, detail: "The body is not valid UTF-8 text." });
});

test.each([
  ["text/plain", 415],
  ["application/x-www-form-urlencoded", 415],
  ["", 415],
  ["application/json; charset=utf-8", 200],
  ["application/vnd.api+json", 200],
])("a body as %j gets %i", async (type, status) => {
  expect((await post(new TextEncoder().encode('{"word": "hi"}'), { "content-type": type })).status).toBe(status);
});

test("a compressed body is not understood", async () => {
  expect((await post("{}", { ...json, "content-encoding": "gzip" })).status).toBe(415);
});

test("a body of more than a megabyte is refused, said or not", async () => {
  const large = JSON.stringify({ word: "x".repeat(1_100_000) });
  const answer = await post(large);
  expect(answer.body).toMatchObject({ status: 413 });
  const chunked = await fetch(`${web.url}/api/v1/commands/word.say`, {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${web.owner}` },
    body: new Blob([large]).stream(),
    duplex: "half",
  } as RequestInit);
  expect(chunked.status).toBe(413);
});

test("a body that comes in pieces is read", async () => {
  const answer = await fetch(`${web.url}/api/v1/commands/word.say`, {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${web.owner}` },
    body: new Blob(['{"word": ', '"pieces"}']).stream(),
    duplex: "half",
  } as RequestInit);
  expect(await answer.json()).toMatchObject({ view: { text: "pieces" } });
});

test("a form with a file", async () => {
  const form = new FormData();
  form.set("file", new File(["a,b\n1,2\n"], "../../etc/x.csv", { type: "text/csv" }));
  form.set("note", "monthly");
  const { body } = await web.ask("POST", "/api/v1/commands/word.read", { body: form });
  expect(body).toMatchObject({ data: { name: "x.csv", type: "text/csv", bytes: 8, text: "a,b\n1,2\n" } });
  const same = await web.ask("POST", "/api/v1/commands/word.read", {
    body: { file: { name: "x.csv", text: "a,b\n1,2\n" } },
  });
  expect(same.body.data).toEqual(body.data);
});

test("a file of letters and zeros, as an archive of texts is, arrives as it was", async () => {
  const form = new FormData();
  form.set("file", new File(["a\0b"], "x.csv"));
  const { status, body } = await web.ask("POST", "/api/v1/commands/word.read", { body: form });
  expect([status, (body.data as { bytes?: number })?.bytes]).toEqual([200, 3]);
});

test("a form that is broken, or names an option twice", async () => {
  const broken = await web.ask("POST", "/api/v1/commands/word.read", {
    body: "--x\r\nnonsense",
    headers: { "content-type": "multipart/form-data; boundary=x" },
  });
  expect(broken.status).toBe(400);
  const form = new FormData();
  form.append("word", "a");
  form.append("word", "b");
  expect((await web.ask("POST", "/api/v1/commands/word.say", { body: form })).status).toBe(400);
});

test.each([
  ["GET", "/api/v1/nothing", 404],
  ["GET", "/api/v1/commands/whoami", 405],
  ["PUT", "/api/v1/commands/whoami", 405],
  ["PATCH", "/api/v1/session", 405],
  ["POST", "/api/v1/runs", 405],
  ["DELETE", "/api/v1/events", 405],
  ["GET", "/..%2f..%2fetc%2fpasswd", 404],
  ["GET", "/api/v1/runs/%E0%A4%A", 404],
  ["POST", "/api/v1/commands/%00", 404],
  ["POST", `/api/v1/commands/${"x".repeat(5_000)}`, 404],
  ["GET", "/hooks/slack", 404],
  ["POST", "/api/v1/test/clock", 404],
])("%s %s is %i", async (method, path, status) => {
  const answer = await web.ask(method, path);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  if (status === 405) expect(answer.headers.get("allow")).toMatch(/OPTIONS/);
});

test("what is allowed is told, and HEAD has no body", async () => {
  const options = await web.ask("OPTIONS", "/api/v1/session", { token: null });
  expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, POST, DELETE, HEAD, OPTIONS"]);
  const head = await web.ask("HEAD", "/api/v1/session");
  expect([head.status, head.text]).toEqual([200, ""]);
  expect((await web.ask("HEAD", "/api/v1/events")).headers.get("content-type")).toMatch("text/event-stream");
});

test("no other site's page may read us", async () => {
  const answer = await web.ask("OPTIONS", "/api/v1/commands/whoami", {
    token: null,
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  });
  expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("every answer carries what keeps a browser safe", async () => {
  for (const path of ["/healthz", "/api/v1/session", "/api/v1/nothing"]) {
    const { headers } = await web.ask("GET", path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  }
});

/** What a raw connection hears. */
const raw = (bytes: string, then?: (socket: Socket) => void) =>
  new Promise<string>((done, fail) => {
    let heard = "";
    const socket = connect(Number(new URL(web.url).port), "127.0.0.1", () => {
      socket.write(bytes);
      then?.(socket);
    });
    socket.setTimeout(5_000, () => fail(new Error(`no answer: ${heard}`)));
    socket.on("data", (part) => (heard += part));
    socket.on("close", () => done(heard));
    socket.on("error", fail);
  });

test("what is not HTTP is told so in the same shape", async () => {
  expect(await raw("NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*"status":400/s);
});

test("headers without end are refused", async () => {
  const heard = await raw(`GET /healthz HTTP/1.1\r\nhost: x\r\ncookie: ${"x".repeat(40_000)}\r\n\r\n`);
  expect(heard).toMatch(/^HTTP\/1\.1 431 .*"status":431/s);
});

test("a caller that leaves in the middle disturbs nobody", async () => {
  const head = `POST /api/v1/commands/word.say HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${web.owner}\r\n`;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      raw(`${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{"wo`, (socket) =>
        setTimeout(() => socket.destroy(), 20),
      ).catch(() => ""),
    ),
  );
  expect((await web.ask("GET", "/healthz")).status).toBe(200);
});
