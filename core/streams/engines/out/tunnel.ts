// The way from ffmpeg to an RTMP server: ffmpeg speaks to a port of this machine, and we to the server, with TLS when it
// is asked for. Static builds crash on host names, and only here is it seen whether bytes still flow.
import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as secure } from "node:tls";
import { unmask } from "./unmask.ts";

export type Remote = { host: string; port: number; secure: boolean; app: string; key: string };

const PLAIN = 1935;
const TLS = 443;

/** `rtmp(s)://host[:port]/app/key`: the key is what follows the last slash, with its query. */
export function remoteOf(address: string): Remote {
  const url = new URL(address);
  if (url.protocol !== "rtmp:" && url.protocol !== "rtmps:")
    throw new Error("An RTMP address begins with rtmp:// or rtmps://.");
  const parts = url.pathname.split("/").filter(Boolean);
  const last = parts.pop();
  if (!url.hostname || last === undefined || parts.length === 0)
    throw new Error("An RTMP address has a server, an application and a key: rtmps://server/live/key.");
  const tls = url.protocol === "rtmps:";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : tls ? TLS : PLAIN,
    secure: tls,
    app: parts.join("/"),
    key: last + url.search,
  };
}

/** What the server is told that it was called, as if there were no tunnel. */
export const calledOf = ({ host, port, secure: tls, app }: Remote): string =>
  `${tls ? "rtmps" : "rtmp"}://${host.includes(":") ? `[${host}]` : host}${port === (tls ? TLS : PLAIN) ? "" : `:${port}`}/${app}`;

export type Tunnel = {
  port: number;
  /** Bytes that the server took from us, and gave. */
  sent(): number;
  got(): number;
  close(): void;
};

/** `mask`: what ffmpeg says where the key belongs. */
export function openTunnel(remote: Remote, mask: string, failed: (why: string) => void): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  let [sent, got] = [0, 0];
  const server: Server = createServer((near) => {
    const { host, port } = remote;
    // Both ways at once, before the handshake is over: what ffmpeg says first must not be lost.
    const far = remote.secure ? secure({ host, port, servername: host }) : connect({ host, port });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("error", () => {});
    far.on("error", (error) => failed(error.message));
    far.on("close", () => failed("The server closed the connection."));
    far.on("data", (bytes: Buffer) => {
      got += bytes.length;
    });
    const spoken = unmask(mask, remote.key);
    near.on("data", (said: Buffer) => {
      const bytes = spoken(said);
      if (!far.write(bytes, () => (sent += bytes.length))) near.pause();
    });
    far.on("drain", () => near.resume());
    far.pipe(near);
  });
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      server.on("error", (error) => failed(error.message));
      done({
        port: (server.address() as { port: number }).port,
        sent: () => sent,
        got: () => got,
        close() {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}
