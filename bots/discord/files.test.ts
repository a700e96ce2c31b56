import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Envelope } from "../../core/inbox/index.ts";
import { fetchFiles } from "./files.ts";

const server = createServer((request, response) => {
  if (request.url === "/songs.csv") return void response.end("a,b\n1,2\n");
  if (request.url === "/away") return void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
  if (request.url === "/never") return;
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

async function fetched(url: string, size = 8): Promise<unknown> {
  const attachment = { name: "songs.csv", type: "text/csv", url, size };
  const envelope: Envelope = {
    surface: "discord",
    tenant: "1",
    place: "2",
    delivery: "3",
    account: { id: "4" },
    content: { kind: "command", name: "import", options: { note: "x", file: { attachment } } },
  };
  const { content } = await fetchFiles(
    { token: undefined, appId: undefined, publicKey: undefined, apiUrl: `${origin}/api` },
    envelope,
  );
  if (content.kind !== "command") throw new Error("It was a command.");
  expect(content.options.note).toBe("x");
  return content.options.file;
}

test("an attached file comes with its bytes", async () => {
  const base64 = Buffer.from("a,b\n1,2\n").toString("base64");
  expect(await fetched(`${origin}/songs.csv`)).toEqual({ name: "songs.csv", type: "text/csv", base64 });
});

test.each([
  ["is not there", () => `${origin}/none`, 8],
  ["leads elsewhere", () => `${origin}/away`, 8],
  ["does not end", () => `${origin}/never`, 8],
  ["is too large", () => `${origin}/songs.csv`, 11 * 1024 * 1024],
  ["is somewhere else", () => "http://169.254.169.254/latest", 8],
  ["is no address", () => "nothing", 8],
])("a file that %s has no bytes, and its option is refused in words", async (_what, url, size) => {
  expect(await fetched(url(), size)).toEqual({ name: "songs.csv", type: "text/csv" });
});
