// A Slack of our own on loopback: it takes what Slack takes, refuses the rest in its words, and fails when told to.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brokeOff, fastLine } from "../slow.ts";
import { makeActs } from "./acts.ts";
import { CHAT } from "./chat.ts";
import { makeDelivery, type Trouble } from "./deliver.ts";
import { DIRECTORY } from "./directory.ts";
import { METHODS, makePace, type Pace } from "./pace.ts";
import { Refusal, refuse } from "./refusal.ts";
import { respond } from "./respond.ts";
import type { Json } from "./schema.ts";
import { VIEWS } from "./views.ts";
import { type Call, makeWorld, pings, TOKENS } from "./world.ts";

export type Fault =
  | { kind: "slow down"; after: number }
  | { kind: "broken" }
  | { kind: "stall"; milliseconds: number }
  /** The connection ends; `late`: after the method did its work. */
  | { kind: "drop"; late?: boolean }
  | { kind: "error"; word: string };
export type { Trouble };
export type Slack = Awaited<ReturnType<typeof openSlack>>;

export async function openSlack({ now = () => Date.now(), port = 0, pace = {} as Partial<Pace> } = {}) {
  const world = makeWorld(now);
  const delivery = makeDelivery(world);
  const speed: Pace = { on: true, burst: 4, ...pace };
  const tooOften = makePace(speed);
  const rules = {
    fault: (_call: Pick<Call, "method" | "params">): Fault | undefined => undefined,
    /** Tokens that were taken back. */
    revoked: new Set<string>(),
    /** Files are given out only then. */
    filesHere: Promise.resolve() as Promise<unknown>,
    speed,
    slow: fastLine(),
  };
  const own: Record<string, () => Json> = { "apps.connections.open": () => ({ url: delivery.ticket() }) };

  function authorised(method: string, token: string): void {
    if (method === "api.test") return;
    if (token === "") refuse("not_authed");
    if (rules.revoked.has(token)) refuse("token_revoked");
    if (!Object.values(TOKENS).includes(token)) refuse("invalid_auth");
    const wanted =
      method === "apps.connections.open"
        ? TOKENS.app
        : method.startsWith("apps.manifest.")
          ? TOKENS.config
          : TOKENS.bot;
    if (token !== wanted) refuse("not_allowed_token_type");
    const { scopes } = METHODS[method]!;
    if (scopes && !scopes.some((s) => world.scopes.has(s)))
      refuse("missing_scope", { needed: scopes.join(","), provided: [...world.scopes].join(",") });
  }

  function answer({ method, params, token }: Pick<Call, "method" | "params" | "token">): Json {
    const run = CHAT[method] ?? VIEWS[method] ?? DIRECTORY[method] ?? own[method];
    if (!run || !METHODS[method]) refuse("unknown_method", { req_method: method });
    authorised(method, token);
    tooOften(method, String(params.channel ?? ""));
    return { ok: true, ...run(world, params) };
  }

  async function api(request: IncomingMessage, response: ServerResponse, method: string): Promise<void> {
    const { params, token } = await readCall(request);
    const call: Call = { method, params, token, status: 200, answer: {} };
    world.calls.push(call);
    const fault = rules.fault(call);
    if (fault?.kind === "drop" && !fault.late) return void request.socket.resetAndDestroy();
    if (fault?.kind === "stall") await new Promise((done) => setTimeout(done, fault.milliseconds));
    const headers: Record<string, string> = {
      "x-oauth-scopes": [...world.scopes].join(","),
      "x-accepted-oauth-scopes": (METHODS[method]?.scopes ?? []).join(","),
    };
    try {
      if (fault?.kind === "broken") throw new Refusal("internal_error", {}, 500);
      if (fault?.kind === "error") refuse(fault.word);
      if (fault?.kind === "slow down")
        throw new Refusal("ratelimited", {}, 429, { "retry-after": String(fault.after) });
      call.answer = answer(call);
      acts.echo();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      call.status = error.status;
      call.answer = { ok: false, error: error.word, ...error.more };
      Object.assign(headers, error.headers);
    }
    if (fault?.kind === "drop") return void request.socket.resetAndDestroy();
    send(response, call.status, call.answer, headers);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const [, area = "", ...rest] = pathname.split("/");
    const which = rest.join("/");
    if (area === "api") return api(request, response, which);
    if (area === "response") {
      const body = await bytesOf(request);
      try {
        respond(world, which, JSON.parse(body.toString()));
        return void response.writeHead(200, { "content-type": "text/html" }).end("ok");
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const status = error.status === 200 ? 400 : error.status;
        return send(response, status, { ok: false, error: error.word, ...error.more });
      }
    }
    if (area === "upload") {
      const upload = world.uploads.get(rest[1] ?? "");
      const bytes = await fileIn(request);
      if (await brokeOff(rules.slow, bytes.length, response)) return;
      if (!upload || upload.bytes) return void response.writeHead(404).end();
      if (bytes.length !== upload.length)
        return void response.writeHead(400).end(`${upload.length} bytes were announced.`);
      upload.bytes = bytes;
      return void response.writeHead(200).end(`OK - ${bytes.length}`);
    }
    if (area === "files") await rules.filesHere;
    const upload = area === "files" ? world.uploads.get(which) : undefined;
    if (upload?.done) return void response.writeHead(200).end(upload.bytes);
    response.writeHead(404).end();
  }

  const acts = makeActs(world, delivery);
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      world.wrong.push(String((error as Error).stack ?? error));
      response.destroy();
    });
  });
  delivery.attach(server);
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return Object.assign(acts, {
    /** For `slackApiUrl`. */
    api: `${world.url}/api/`,
    url: world.url,
    world,
    delivery,
    rules,
    tokens: TOKENS,
    messages: world.messages,
    calls: world.calls,
    /** What one person sees in a channel or a thread of it. */
    seen: (channel = "C0RADIO", user = "U0ANNA", thread?: string) =>
      world.messages.filter(
        (m) => m.channel === channel && (!m.only || m.only === user) && (!thread || m.thread === thread),
      ),
    modal: (user = "U0ANNA") => world.modals.get(user),
    home: (user = "U0ANNA") => world.homes.get(user),
    /** Whom all that our bot wrote would have called. */
    pings: () =>
      world.messages
        .filter((m) => m.user === "U0BOT")
        .flatMap((m) => pings([m.blocks, { text: m.blocks.length > 0 ? "" : m.text }, m.attachments])),
    /** Turns to signed requests; Slack proves an address first. */
    async deliverTo(address: string): Promise<void> {
      const challenge = world.nextId("challenge");
      const body = JSON.stringify({ type: "url_verification", token: "t", challenge });
      const response = await fetch(address, {
        method: "POST",
        body,
        headers: delivery.signed(body, "application/json"),
      });
      const text = await response.text();
      if (!response.ok || !text.includes(challenge))
        throw new Error(`Your URL didn't respond with the value of the challenge parameter: ${text}`);
      delivery.ways.address = address;
    },
    async close(): Promise<void> {
      delivery.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

function send(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers })
    .end(JSON.stringify(body));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function fileIn(request: IncomingMessage): Promise<Buffer> {
  const body = await bytesOf(request);
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/")) return body;
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  for (const [, value] of form) if (typeof value !== "string") return Buffer.from(await value.arrayBuffer());
  return Buffer.alloc(0);
}

/** Arguments come as a form or as JSON; the token as a header or among them. */
async function readCall(request: IncomingMessage): Promise<{ params: Json; token: string }> {
  const body = (await bytesOf(request)).toString();
  const type = request.headers["content-type"] ?? "";
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://localhost").searchParams);
  const params: Json = type.includes("json")
    ? (JSON.parse(body || "{}") as Json)
    : { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  const given = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const { token = "", ...rest } = params;
  return { params: rest, token: given || String(token) };
}
