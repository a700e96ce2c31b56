// A wire to the database that a test can cut, jam and mend.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect as dial, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Wire = {
  /** The same database, through the wire. */
  url: string;
  /** Breaks every connection and takes no new one. */
  cut(): Promise<void>;
  /** Connections stay, and nothing passes. */
  jam(): void;
  /** Takes connections and breaks each at once, as a proxy does before a server that is gone. */
  refuse(): void;
  mend(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Sees what passes before it does, line by line, and may keep it back: a test that wants to strike at an exact moment.
 * `line` is the same object for all that passes on one connection.
 */
export type Watch = (data: Buffer | string, by: "us" | "them", line: object) => boolean;

export async function openWire(target: string, watch: Watch = () => true): Promise<Wire> {
  const folder = mkdtempSync(join(tmpdir(), "impresario-wire-"));
  const path = join(folder, ".s.PGSQL.5432");
  const pairs = new Set<[Socket, Socket]>();
  let jammed = false;
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return void near.destroy();
    const far = dial(addressOf(target));
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    near.on("data", (data) => watch(data, "us", pair) && far.write(data));
    far.on("data", (data) => watch(data, "them", pair) && near.write(data));
    if (jammed) for (const side of pair) side.pause();
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const side of pair) side.on("error", end).on("close", end);
  });
  const listen = () => new Promise<void>((done) => server.listen(path, done));
  await listen();
  const cut = async () => {
    const closed = new Promise<void>((done) => server.close(() => done()));
    for (const [near] of pairs) near.destroy();
    await closed;
  };
  const url = new URL(target);
  url.searchParams.set("host", folder);
  url.searchParams.set("port", "5432");
  return {
    url: url.href,
    cut,
    jam() {
      jammed = true;
      for (const pair of pairs) for (const side of pair) side.pause();
    },
    refuse() {
      refusing = true;
      for (const [near] of pairs) near.destroy();
    },
    async mend() {
      jammed = refusing = false;
      for (const pair of pairs) for (const side of pair) side.resume();
      if (!server.listening) await listen();
    },
    async close() {
      if (server.listening) await cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(target: string): { path: string } | { host: string; port: number } {
  const url = new URL(target);
  const folder = url.searchParams.get("host");
  const port = url.searchParams.get("port") || url.port || "5432";
  return folder ? { path: `${folder}/.s.PGSQL.${port}` } : { host: url.hostname, port: Number(port) };
}
