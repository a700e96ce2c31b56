// Files by their addresses, over real sockets: those that come, and those that do not.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Envelope } from "../../core/inbox/index.ts";
import { fileStore } from "../discord/files.ts";
import { type Attached, fetchAttached } from "./attached.ts";

const asked: string[] = [];
const server = createServer((request, response) => {
  const url = request.url ?? "";
  asked.push(url);
  if (url === "/songs.csv") return void response.end("a,b\n1,2\n");
  if (url === "/away") return void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
  if (url === "/never") return;
  if (url === "/second" && asked.filter((u) => u === url).length > 1) return void response.end("late");
  if (url === "/second" || url === "/broken") return void response.writeHead(500).end();
  if (url === "/endless") {
    const timer = setInterval(() => response.write(Buffer.alloc(1024 * 1024)), 1);
    return void response.on("close", () => clearInterval(timer));
  }
  response.writeHead(404).end();
});
let origin = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const log = { debug() {}, info() {}, warn() {}, error() {} };
const FEW = 1_000;
const MOST = 10 * 1024 * 1024;
const message = (input: Record<string, unknown>, press = false): Envelope => ({
  surface: "discord",
  tenant: "1",
  place: "2",
  delivery: "3",
  account: { id: "4" },
  content: press ? { kind: "press", token: "t", input } : { kind: "command", name: "import", options: input },
});
const attached = (where: string, more: object = {}): Attached => ({
  attachment: { name: "songs.csv", type: "text/csv", where, size: 8, ...more },
});
async function fetched(where: string, more: object = {}, patience = 10_000): Promise<unknown> {
  const store = fileStore({ apiUrl: `${origin}/api` }, log);
  const whole = await fetchAttached(store, message({ note: "x", file: attached(where, more) }), patience);
  const { content } = whole!;
  if (content.kind !== "command") throw new Error("It was a command.");
  expect(content.options.note).toBe("x");
  return content.options.file;
}
const base64 = (text: string) => Buffer.from(text).toString("base64");
const found = (text: string) => ({ name: "songs.csv", type: "text/csv", base64: base64(text) });

test("an attached file comes with its bytes, in a command and in what was filled in", async () => {
  expect(await fetched(`${origin}/songs.csv`)).toEqual(found("a,b\n1,2\n"));
  const store = fileStore({ apiUrl: origin }, log);
  const pressed = await fetchAttached(store, message({ f: attached(`${origin}/songs.csv`) }, true));
  expect(pressed?.content).toMatchObject({ kind: "press", input: { f: found("a,b\n1,2\n") } });
});

test("a message without files has nothing to wait for", () => {
  expect(fetchAttached(fileStore({ apiUrl: origin }, log), message({ note: "x" }))).toBeUndefined();
});

test("a server that is out of breath is asked once more", async () => {
  expect(await fetched(`${origin}/second`)).toEqual(found("late"));
});

test.each([
  ["is not there", () => `${origin}/none`, 1],
  ["leads elsewhere", () => `${origin}/away`, 2],
  ["does not end", () => `${origin}/never`, 1],
  ["is never given", () => `${origin}/broken`, 2],
  ["is somewhere else", () => "http://169.254.169.254/latest", 0],
  ["is no address", () => "nothing", 0],
])("a file that %s has no bytes, and its option is refused in words", async (_what, url, times) => {
  asked.length = 0;
  expect(await fetched(url(), {}, FEW)).toEqual({ name: "songs.csv", type: "text/csv", size: 8, most: MOST });
  expect(asked).toHaveLength(times);
});

test("what is larger than it may be is not read to its end, whatever was said of it", async () => {
  const large = { name: "songs.csv", type: "text/csv", most: MOST };
  asked.length = 0;
  expect(await fetched(`${origin}/songs.csv`, { size: MOST + 7 })).toEqual({ ...large, size: MOST + 7 });
  expect(asked).toEqual([]);
  expect(await fetched(`${origin}/endless`)).toEqual({ ...large, size: MOST + 1 });
  expect(await fetched(`${origin}/songs.csv`, { size: 2, most: 7 })).toEqual({ ...large, most: 7, size: 8 });
});
