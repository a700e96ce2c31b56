// How Slack reaches the app: over its sockets, or by signed requests. Events come again when nobody takes them.
import { createHmac, randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { isObject, type Json } from "./schema.ts";
import { SIGNING_SECRET, type World } from "./world.ts";

export type Kind = "events_api" | "slash_commands" | "interactive";
/** What became of one delivery. `ok`: the app took it within three seconds. */
export type Taken = { ok: boolean; status: number; milliseconds: number; body: unknown; error?: string; tries: number };
export type Delivery = { kind: Kind; payload: Json; retry: number; reason?: string };
export type Trouble =
  | { kind: "twice" }
  /** It comes after the one that follows it. */
  | { kind: "late" }
  /** The socket ends before (or, `late`, after) the message went out. */
  | { kind: "cut"; late?: boolean }
  | { kind: "lost" };

/** "Your app should respond within three seconds." */
const ACK_MS = 3_000;
/** Retries of events: at once, after a minute, after five. */
const RETRIES = [0, 60_000, 300_000];
const SOCKETS = 10;

export type Ways = {
  /** Where requests go; undefined: over the sockets. */
  address: string | undefined;
  ackMs: number;
  retries: number[];
  trouble: (delivery: Delivery) => Trouble | undefined;
  /** The clock that requests are signed with. */
  secret: string;
};

export function makeDelivery(world: World) {
  const ways: Ways = {
    address: undefined,
    ackMs: ACK_MS,
    retries: RETRIES,
    trouble: () => undefined,
    secret: SIGNING_SECRET,
  };
  const sockets = new Set<WebSocket>();
  const tickets = new Set<string>();
  const waiting = new Map<string, (payload: unknown) => void>();
  const timers = new Set<NodeJS.Timeout>();
  const held: (() => void)[] = [];
  let turn = 0;

  function attach(server: Server): void {
    const taking = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, stream, head) => {
      const ticket = new URL(request.url ?? "", "http://localhost").searchParams.get("ticket") ?? "";
      // An address works once, for a short while.
      if (!tickets.delete(ticket)) return void stream.end("HTTP/1.1 404 Not Found\r\n\r\n");
      taking.handleUpgrade(request, stream, head, greet);
    });
  }

  function greet(socket: WebSocket): void {
    if (sockets.size >= SOCKETS) {
      socket.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
      socket.close();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => sockets.delete(socket));
    socket.on("message", (data) => {
      const told: unknown = JSON.parse(String(data));
      if (!isObject(told) || typeof told.envelope_id !== "string")
        return void world.wrong.push(`Not an ack: ${String(data)}`);
      const take = waiting.get(told.envelope_id);
      if (take) take(told.payload);
      else world.wrong.push(`An ack of nothing, or too late: ${told.envelope_id}`);
    });
    const debug_info = {
      host: "applink-1",
      started: "2026-11-21 00:00:00.000",
      build_number: 1,
      approximate_connection_time: 18060,
    };
    socket.send(
      JSON.stringify({ type: "hello", num_connections: sockets.size, debug_info, connection_info: { app_id: "A0" } }),
    );
    // Slack pings; a client that hears no ping for half a minute goes away.
    const beat = setInterval(() => socket.ping(`Ping from applink-1`), 5_000);
    socket.on("close", () => clearInterval(beat));
  }

  async function once(delivery: Delivery, trouble = ways.trouble(delivery)): Promise<Taken> {
    const started = performance.now();
    const done = (t: Pick<Taken, "ok" | "status" | "body" | "error">): Taken => ({
      ...t,
      milliseconds: performance.now() - started,
      tries: delivery.retry + 1,
    });
    return done(ways.address ? await post(ways.address, delivery, trouble) : await push(delivery, trouble));
  }

  async function push({ kind, payload, retry, reason }: Delivery, trouble: Trouble | undefined) {
    const open = [...sockets].filter((s) => s.readyState === s.OPEN);
    // Each message goes to one of the sockets.
    const socket = open[turn++ % Math.max(1, open.length)];
    if (!socket) return { ok: false, status: 0, body: undefined, error: "dispatch_failed" };
    if (trouble?.kind === "lost") return { ok: false, status: 0, body: undefined, error: "timeout" };
    if (trouble?.kind === "cut" && !trouble.late) {
      socket.terminate();
      return { ok: false, status: 0, body: undefined, error: "connection_failed" };
    }
    const envelope_id = randomUUID();
    const message = JSON.stringify({
      envelope_id,
      type: kind,
      payload,
      accepts_response_payload: kind !== "events_api",
      ...(kind === "events_api" ? { retry_attempt: retry, retry_reason: reason ?? "" } : {}),
    });
    const answered = new Promise<{ payload: unknown } | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ways.ackMs);
      const gone = () => resolve(undefined);
      socket.once("close", gone);
      waiting.set(envelope_id, (told) => {
        clearTimeout(timer);
        socket.off("close", gone);
        resolve({ payload: told });
      });
    });
    socket.send(message);
    if (trouble?.kind === "twice") socket.send(message);
    if (trouble?.kind === "cut") socket.terminate();
    const answer = await answered;
    // A second ack of the same message, when it came twice, is nothing wrong.
    if (trouble?.kind === "twice") waiting.set(envelope_id, () => undefined);
    else waiting.delete(envelope_id);
    if (!answer) return { ok: false, status: 0, body: undefined, error: "timeout" };
    const empty = isObject(answer.payload) && Object.keys(answer.payload).length === 0;
    return { ok: true, status: 200, body: empty ? undefined : answer.payload };
  }

  async function post(address: string, { kind, payload, retry, reason }: Delivery, trouble: Trouble | undefined) {
    if (trouble?.kind === "lost" || trouble?.kind === "cut")
      return { ok: false, status: 0, body: undefined, error: "connection_failed" };
    const { body, type } = encoded(kind, payload);
    const send = () =>
      fetch(address, {
        method: "POST",
        body,
        headers: signed(body, type, retry, reason),
        signal: AbortSignal.timeout(ways.ackMs),
      });
    try {
      if (trouble?.kind === "twice") await send().then((r) => r.text());
      const response = await send();
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json");
      const told: unknown = text === "" ? undefined : isJson ? JSON.parse(text) : text;
      const ok = response.ok;
      const stop = response.headers.get("x-slack-no-retry") === "1" ? "no_retry" : "http_error";
      return { ok, status: response.status, body: told, ...(ok ? {} : { error: stop }) };
    } catch (error) {
      const late = (error as Error).name === "TimeoutError";
      return { ok: false, status: 0, body: undefined, error: late ? "http_timeout" : "connection_failed" };
    }
  }

  function signed(
    body: string,
    type: string,
    retry = 0,
    reason = "http_timeout",
    at = world.now(),
  ): Record<string, string> {
    const stamp = String(Math.floor(at / 1000));
    const signature = `v0=${createHmac("sha256", ways.secret).update(`v0:${stamp}:${body}`).digest("hex")}`;
    return {
      "content-type": type,
      "x-slack-request-timestamp": stamp,
      "x-slack-signature": signature,
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      ...(retry > 0 ? { "x-slack-retry-num": String(retry), "x-slack-retry-reason": reason } : {}),
    };
  }

  /** Commands, presses, forms, suggestions: told once, whatever becomes of them. */
  async function tell(kind: Kind, payload: Json): Promise<Taken> {
    const delivery = { kind, payload, retry: 0 };
    const trouble = ways.trouble(delivery);
    if (trouble?.kind === "late") await new Promise<void>((go) => held.push(go));
    const taken = once(delivery, trouble);
    if (trouble?.kind !== "late") for (const go of held.splice(0)) taken.finally(go);
    return taken;
  }

  /** An event: told again until it is taken, three times at most. Resolves with the last try. */
  async function event(payload: Json): Promise<Taken> {
    let taken = await tell("events_api", payload);
    for (const [n, pause] of ways.retries.entries()) {
      if (taken.ok || taken.error === "no_retry") return taken;
      await new Promise<void>((go) => {
        const timer = setTimeout(go, pause);
        timers.add(timer);
      });
      taken = await once({
        kind: "events_api",
        payload,
        retry: n + 1,
        ...(taken.error ? { reason: taken.error } : {}),
      });
    }
    return taken;
  }

  return {
    ways,
    attach,
    tell,
    event,
    signed,
    encoded,
    /** The address of a new socket. */
    ticket(): string {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${world.url.replace("http", "ws")}/link/?ticket=${ticket}&app_id=A0`;
    },
    connected: () => sockets.size,
    /** Whether anybody is there to be told. */
    present: () => sockets.size > 0 || ways.address !== undefined,
    /** Slack renews its connections: first a warning, then the request to come again. */
    refresh(reason: "warning" | "refresh_requested" | "link_disabled" = "refresh_requested"): void {
      for (const socket of sockets)
        socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "applink-1" } }));
    },
    hangUp(): void {
      for (const socket of sockets) socket.terminate();
    },
    stop(): void {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) {
        socket.close(1001);
        setTimeout(() => socket.terminate(), 500).unref();
      }
    },
  };
}

/** Slash commands are a form, interactions a form with one field, events JSON. */
function encoded(kind: Kind, payload: Json): { body: string; type: string } {
  if (kind === "events_api") return { body: JSON.stringify(payload), type: "application/json" };
  const fields = kind === "slash_commands" ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) };
  return { body: new URLSearchParams(fields).toString(), type: "application/x-www-form-urlencoded" };
}
