// Prometheus reads here, on a port of its own: it is not for the public.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { budgetsLeft } from "../../core/budgets/index.ts";
import { outboxDepth } from "../../core/outbox/index.ts";
import { type ChannelGauges, channelGauges } from "../../core/streams/index.ts";
import { type Base, cannotListen, type Part } from "./part.ts";

/** A scrape every 15 seconds is usual; several of them at once ask the database once. */
const KEEP = 5_000;
const NO_CHANNELS: ChannelGauges = { up: new Map(), deadAir: new Map() };

export async function startMetrics({ settings, house, metrics }: Base): Promise<Part | undefined> {
  metrics.gauge(
    "impresario_outbox_depth",
    "Messages that wait to leave",
    kept(() => outboxDepth(house.databases), Number.NaN),
  );
  metrics.gauges(
    "impresario_budget_left",
    "Dollars left of a cap, of several workspaces' the least",
    "scope",
    kept(async () => {
      const left = await budgetsLeft(house.databases, house.sources.now());
      return new Map(left.map(({ scope, dollars }) => [scope, dollars]));
    }, new Map()),
  );
  const channels = kept(() => channelGauges(house.databases, house.sources.now()), NO_CHANNELS);
  metrics.gauges(
    "impresario_channel_up",
    "1 while a channel that is wanted is heard",
    "channel",
    async () => (await channels()).up,
  );
  metrics.gauges(
    "impresario_dead_air_seconds_total",
    "How long a channel that was wanted was not heard",
    "channel",
    async () => (await channels()).deadAir,
  );
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (asked, answer) => {
    const path = (asked.url ?? "").split("?")[0];
    if (path !== "/metrics" || (asked.method !== "GET" && asked.method !== "HEAD")) {
      answer.writeHead(path === "/metrics" ? 405 : 404).end();
      return;
    }
    metrics.text().then(
      (text) => answer.writeHead(200, { "content-type": metrics.type }).end(asked.method === "HEAD" ? "" : text),
      (err) => {
        house.log.warn({ err }, "the metrics could not be read");
        answer.writeHead(503).end();
      },
    );
  });
  const { metricsHost: host, metricsPort: port } = settings;
  try {
    await listen(server, host, port);
  } catch (error) {
    // A second process on the same machine: only somebody who chose the port needs to hear that it is taken.
    if (settings.metricsPortChosen) throw cannotListen(error, "METRICS_PORT", port);
    house.log.warn({ port }, "metrics are not served: METRICS_PORT is taken, perhaps by another part of ours");
    return undefined;
  }
  const at = (server.address() as AddressInfo).port;
  return {
    line: `metrics  http://${host.includes(":") ? `[${host}]` : host}:${at}/metrics`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function kept<T>(read: () => Promise<T>, unknown: T): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > KEEP) {
      // What cannot be known is not zero; the next scrape asks again.
      last = { at: now, value: read().catch(() => unknown) };
    }
    return last.value;
  };
}

const listen = (server: Server, host: string, port: number) =>
  new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen({ port, host }, () => {
      server.off("error", fail);
      done();
    });
  });
