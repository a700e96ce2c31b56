// An Icecast server as sources and listeners meet it: PUT with a password, titles by the admin's door, and one's faults.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type IcecastServer = {
  url(mount: string): string;
  /** What each mount was sent, and by what kind of source. */
  mounts: Map<string, { type: string; name: string; bytes: Buffer; live: boolean }>;
  titles: { mount: string; song: string }[];
  /** Refuses sources, takes no bytes any more, or cuts the line of a mount. */
  faults: { refuse: number | undefined; stall: boolean };
  cut(): void;
  close(): Promise<void>;
};

export async function icecastServer({ password = "hackme" } = {}): Promise<IcecastServer> {
  const mounts: IcecastServer["mounts"] = new Map();
  const titles: IcecastServer["titles"] = [];
  const faults: IcecastServer["faults"] = { refuse: undefined, stall: false };
  const may = (req: IncomingMessage) =>
    req.headers.authorization === `Basic ${Buffer.from(`source:${password}`).toString("base64")}`;

  function source(req: IncomingMessage, res: ServerResponse): void {
    const path = req.url ?? "/";
    if (!may(req)) return void res.writeHead(401).end();
    if (faults.refuse !== undefined) return void res.writeHead(faults.refuse).end();
    if (mounts.get(path)?.live) return void res.writeHead(403).end();
    const mount = {
      type: String(req.headers["content-type"]),
      name: String(req.headers["ice-name"]),
      bytes: mounts.get(path)?.bytes ?? Buffer.alloc(0),
      live: true,
    };
    mounts.set(path, mount);
    res.writeContinue();
    req.on("data", (piece: Buffer) => {
      mount.bytes = Buffer.concat([mount.bytes, piece]).subarray(-4_000_000);
      if (faults.stall) req.pause();
    });
    const over = () => {
      mount.live = false;
    };
    req.on("close", over);
    req.on("error", over);
  }

  const server = createServer((req, res) => {
    if (req.method === "PUT") return source(req, res);
    const url = new URL(req.url ?? "/", "http://icecast");
    if (url.pathname === "/admin/metadata" && may(req)) {
      titles.push({ mount: url.searchParams.get("mount") ?? "", song: url.searchParams.get("song") ?? "" });
      return void res.end("<iceresponse><message>Metadata update successful</message></iceresponse>");
    }
    if (url.pathname === "/status-json.xsl") {
      const source = [...mounts]
        .filter(([, m]) => m.live)
        .map(([path, m]) => ({ listeners: 0, listenurl: path, server_type: m.type }));
      return void res.end(JSON.stringify({ icestats: { source } }));
    }
    res.writeHead(404).end();
  });
  server.on("checkContinue", source);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: (mount) => `icecast://source:${password}@127.0.0.1:${port}${mount}`,
    mounts,
    titles,
    faults,
    cut: () => server.closeAllConnections(),
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
