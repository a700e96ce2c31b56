// A chat platform of a few lines, over real sockets: it keeps what it was sent, and misbehaves when told to.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Outgoing, Sender } from "../core/outbox/index.ts";

export type Fault =
  | { kind: "slow down"; after: number; everywhere?: boolean }
  | { kind: "broken" }
  | { kind: "hang" }
  | { kind: "reset" }
  /** It takes the message, and the answer is lost. */
  | { kind: "lost answer" }
  | { kind: "gone" }
  /** The place has another name now. */
  | { kind: "moved"; to: string }
  /** It takes a part of the message, and then is busy. */
  | { kind: "half" }
  /** The edit needs one message more than it changes. */
  | { kind: "grows" }
  | { kind: "refused" };

export type Call = {
  id: string;
  kind: string;
  place: string;
  subject: string;
  text: string;
  target: string | null;
  /** What the sender knows to have arrived of it. */
  sent: string | null;
  at: number;
};

export type Platform = {
  sender: Sender;
  address: string;
  /** Everything that arrived, refused or not. */
  asked: Call[];
  /** What it took. */
  taken: Call[];
  /** Decides about the next calls; undefined: no fault. */
  fault: (call: Call) => Fault | undefined;
  close(): Promise<void>;
};

class Trouble extends Error {
  readonly status: number;
  readonly after: number;
  readonly everywhere: boolean;
  readonly moved: string | null;
  readonly sent: string | null;
  constructor(status: number, headers: Headers) {
    super(`HTTP ${status}`);
    this.status = status;
    this.after = Number(headers.get("retry-after") ?? 0) * 1000;
    this.everywhere = headers.has("x-global");
    this.moved = headers.get("x-moved");
    this.sent = headers.get("x-sent");
  }
}

export async function openPlatform(surface = "test", limit?: { limit: number; per: number }): Promise<Platform> {
  let count = 0;
  const window = { left: limit?.limit ?? 0, until: 0 };
  const platform: Platform = {
    asked: [],
    taken: [],
    fault: () => undefined,
    sender: { surface, send: async () => ({}), classify: () => ({ kind: "unknown" }) },
    address: "",
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };

  function answer(call: Call, request: IncomingMessage, response: ServerResponse): void {
    platform.asked.push(call);
    const fault = platform.fault(call);
    if (fault?.kind === "hang") return;
    if (fault?.kind === "reset") return void request.socket.resetAndDestroy();
    if (fault?.kind === "slow down")
      return void response
        .writeHead(429, { "retry-after": String(fault.after / 1000), ...(fault.everywhere ? { "x-global": "1" } : {}) })
        .end();
    if (fault?.kind === "broken") return void response.writeHead(500).end();
    if (fault?.kind === "moved") return void response.writeHead(409, { "x-moved": fault.to }).end();
    if (fault?.kind === "half") return void response.writeHead(503, { "x-sent": `h${++count}` }).end();
    if (fault?.kind === "gone") return void response.writeHead(404).end();
    if (fault?.kind === "refused") return void response.writeHead(400).end();
    const headers: Record<string, string> = {};
    if (limit) {
      if (call.at >= window.until) Object.assign(window, { left: limit.limit, until: call.at + limit.per });
      const rest = String((window.until - call.at) / 1000);
      if (window.left === 0) return void response.writeHead(429, { "retry-after": rest }).end();
      window.left--;
      headers["x-limit"] = String(limit.limit);
      headers["x-left"] = String(window.left);
      headers["x-reset-after"] = rest;
    }
    platform.taken.push(call);
    if (fault?.kind === "lost answer") return void request.socket.resetAndDestroy();
    const external =
      call.kind !== "edit" ? `m${++count}` : fault?.kind === "grows" ? `${call.target}+m${++count}` : undefined;
    response.writeHead(200, headers).end(JSON.stringify({ external }));
  }

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => answer({ ...(JSON.parse(body) as Call), at: performance.now() }, request, response));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  platform.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  platform.sender = senderTo(platform.address, surface);
  return platform;
}

/** How a process talks to a platform of ours. */
export function senderTo(address: string, surface = "test"): Sender {
  return { surface, send, classify };

  async function send(message: Outgoing, signal: AbortSignal) {
    const { id, kind, place, subject, external: sent } = message;
    const target = message.target?.external ?? null;
    const body = { id, kind, place, subject, text: message.view?.text ?? "", target, sent };
    const response = await fetch(address, { method: "POST", body: JSON.stringify(body), signal });
    const text = await response.text();
    if (!response.ok) throw new Trouble(response.status, response.headers);
    const told = (name: string) => Number(response.headers.get(name) ?? Number.NaN);
    const learned = response.headers.has("x-limit")
      ? { limit: told("x-limit"), remaining: told("x-left"), resetAfter: told("x-reset-after") * 1000 }
      : undefined;
    return { ...(JSON.parse(text) as { external?: string }), ...(learned ? { learned } : {}) };
  }

  function classify(error: unknown) {
    if (!(error instanceof Trouble)) return { kind: "retry" } as const;
    if (error.status === 429) return { kind: "retry", after: error.after, everywhere: error.everywhere } as const;
    const { moved, sent } = error;
    if (moved !== null) return { kind: "moved", to: moved } as const;
    if (sent !== null) return { kind: "retry", external: sent } as const;
    if (error.status === 404) return { kind: "gone" } as const;
    if (error.status === 400) return { kind: "refused" } as const;
    return error.status >= 500 ? ({ kind: "retry" } as const) : ({ kind: "unknown" } as const);
  }
}
