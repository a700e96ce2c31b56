// The page on which a person clicks as a user on every platform, side by side: its screens as they change, and what is
// done on them. It is for one developer on their own machine: only loopback, only from its own page.

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Part, readParts } from "../../bots/web/modules.ts";
import { inPlainWords } from "./everywhere.ts";
import type { At, Client, Person, Room, Screen } from "./screen.ts";

export const PEOPLE: readonly Person[] = [
  { id: "4201", name: "Anna", locale: "en" },
  { id: "4202", name: "Ben", locale: "de" },
];
/** How often the screens are looked at while somebody watches. */
const LOOK_MS = 120;
const PAGE = new URL("./page/", import.meta.url);

export type Act = { platform: string; person: string; room: Room } & (
  | { what: "type"; line: string; thread?: string }
  | { what: "everywhere"; line: string }
  | { what: "offers"; line: string }
  | { what: "press"; message: string; key: string }
  | { what: "choose"; message: string; menu: string; values: string[] }
  | { what: "ask"; message?: string; menu: string; typed: string }
  | { what: "submit"; values: Record<string, string[]> }
  | { what: "dismiss" }
  | { what: "open" }
);

export type Play = { url: string; clients: readonly Client[]; close(): Promise<void> };

export async function openPlay(
  clients: readonly Client[],
  { port = 0, console: link = "" } = {},
): Promise<Play & { link: { console: string } }> {
  const files = new Map<string, Part>([...readParts().files, ...readParts(PAGE).files]);
  const about = { console: link };
  const watching = new Set<() => void>();

  const atOf = ({ person, room }: { person: string | null; room: string | null }): At => {
    const found = PEOPLE.find((p) => p.id === person) ?? PEOPLE[0]!;
    return { person: found, room: room === "direct" || room === "home" ? room : "group" };
  };
  const clientOf = (name: string): Client => {
    const found = clients.find((c) => c.name === name);
    if (!found) throw new Error(`There is no ${name} here.`);
    return found;
  };

  function watch(query: URLSearchParams, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const last = new Map<string, string>();
    const look = () => {
      for (const client of clients) {
        const at = atOf({ person: query.get("person"), room: query.get(client.name) });
        const screen: Screen = client.screen(at);
        const text = JSON.stringify({ platform: client.name, screen });
        if (last.get(client.name) === text) continue;
        last.set(client.name, text);
        response.write(`data: ${text}\n\n`);
      }
    };
    const timer = setInterval(look, LOOK_MS);
    const end = () => {
      clearInterval(timer);
      watching.delete(end);
      response.end();
    };
    watching.add(end);
    response.on("close", end);
    look();
  }

  async function act(body: Act): Promise<unknown> {
    if (body.what === "everywhere") {
      await Promise.all(clients.map((c) => c.type(atOf({ ...body, room: "group" }), inPlainWords(c.name, body.line))));
      return {};
    }
    const client = clientOf(body.platform);
    const at = atOf(body);
    switch (body.what) {
      case "type":
        return client.type(at, body.line, body.thread);
      case "offers":
        return client.offers(at, body.line);
      case "press":
        return client.press(at, body.message, body.key);
      case "choose":
        return client.choose(at, body.message, body.menu, body.values);
      case "ask":
        return client.ask(at, body.message, body.menu, body.typed);
      case "submit":
        return client.submit(at, body.values);
      case "dismiss":
        return client.dismiss(at);
      case "open":
        return client.open?.(at);
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", own);
    const send = (status: number, type: string, body: string | Uint8Array) =>
      void response
        .writeHead(status, { "content-type": type, "cache-control": "no-store", "content-security-policy": POLICY })
        .end(body);
    const json = (status: number, body: unknown) => send(status, "application/json", JSON.stringify(body ?? {}));
    // A page elsewhere that gets a browser to ask us comes with another name or another origin.
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ""))
      return json(421, { error: "not here" });
    if (request.method === "POST" && pathname === "/act") {
      const origin = request.headers.origin;
      const right =
        request.headers["content-type"] === "application/json" &&
        (!origin || new URL(origin).host === request.headers.host);
      if (!right) return json(403, { error: "only from this page" });
      try {
        return json(200, await act(JSON.parse(await textOf(request)) as Act));
      } catch (error) {
        return json(409, { error: (error as Error).message });
      }
    }
    if (pathname === "/") return send(200, "text/html; charset=utf-8", readFileSync(new URL("index.html", PAGE)));
    if (pathname === "/about") {
      const rooms = Object.fromEntries(clients.map((c) => [c.name, c.rooms]));
      return json(200, { people: PEOPLE, rooms, console: about.console });
    }
    if (pathname === "/events") return watch(searchParams, response);
    const [, kind, name = "", ...rest] = pathname.split("/");
    if (kind === "file") {
      const file = await clientOf(name).file(decodeURIComponent(rest.join("/")));
      return file ? send(200, file.type, file.bytes) : json(404, { error: "no such file" });
    }
    const part = files.get(pathname.replace(/^\/page\//, ""));
    return part ? send(200, part.type, part.body) : json(404, { error: "no such page" });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    clients,
    link: about,
    async close() {
      for (const end of [...watching]) end();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Pictures may lie anywhere: a bot sends addresses. Nothing else comes from elsewhere. */
const POLICY =
  "default-src 'self'; img-src * data:; media-src *; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
