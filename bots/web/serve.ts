// The HTTP server around the app: bounds on connections, headers and time, and an end that lets requests finish.
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Log } from "../../core/house.ts";
import { problemBody } from "./problem.ts";
import type { App } from "./web.ts";

export type Serving = { port: number; stop(milliseconds: number): Promise<void> };
export type ServeOptions = { app: App; port: number; host: string | undefined; log: Log };

/** Headers of honest callers fit in 16 KB and arrive within seconds. */
const BOUNDS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};
const MOST_CONNECTIONS = 5_000;

export async function serve({ app, port, host, log }: ServeOptions): Promise<Serving> {
  const listener = getRequestListener(app.fetch, { errorHandler: () => plain(400) });
  const server = createServer(BOUNDS, (incoming, outgoing) => void listener(incoming, outgoing));
  server.maxConnections = MOST_CONNECTIONS;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => refuseConnection(error, socket));
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, done);
  });
  server.on("error", (err) => log.error({ err }, "the web server has a fault"));
  return { port: (server.address() as AddressInfo).port, stop: (milliseconds) => stop(server, milliseconds) };
}

/** What could not even be read as HTTP, said in the same shape as everything else. */
const BROKEN: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const status = BROKEN[error.code ?? ""] ?? 400;
  const body = bodyOf(status);
  socket.end(
    `HTTP/1.1 ${status} ${body.title}\r\ncontent-type: application/problem+json\r\nconnection: close\r\n` +
      `content-length: ${Buffer.byteLength(JSON.stringify(body))}\r\n\r\n${JSON.stringify(body)}`,
  );
}

const bodyOf = (status: number) =>
  status === 431
    ? problemBody("en", "large", 431, "The headers are larger than 16 KB.")
    : status === 408
      ? problemBody("en", "slow", 408, "The request did not arrive in time. Send it again.")
      : problemBody("en", "request", 400, "This is not a request that can be understood.");

const plain = (status: number) =>
  new Response(JSON.stringify(bodyOf(status)), { status, headers: { "content-type": "application/problem+json" } });

/** No new requests; those at work may finish until the time is up. */
async function stop(server: Server, milliseconds: number): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), milliseconds);
  await closed;
  clearTimeout(timer);
}
