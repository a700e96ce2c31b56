// An Icecast server as sources and listeners meet it: PUT with a password, titles by the admin's door, and one's faults.
import { createServer } from "node:http";
import { type AddressInfo, createServer as createFront, type Socket } from "node:net";

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
  const right = (said: string | undefined) => said === `Basic ${Buffer.from(`source:${password}`).toString("base64")}`;

  /** As Icecast 2.4 does it: no chunked requests, 100 and at once 200, and then sound until the line ends. */
  function source(socket: Socket, head: string, first: Buffer): void {
    const [line = "", ...rest] = head.split("\r\n");
    const headers = new Map(rest.map((l) => [l.split(":")[0]!.toLowerCase(), l.slice(l.indexOf(":") + 1).trim()]));
    const path = line.split(" ")[1] ?? "/";
    const say = (status: string) => socket.end(`HTTP/1.0 ${status}\r\nConnection: Close\r\n\r\n`);
    if (!right(headers.get("authorization"))) return void say("401 Unauthorized");
    if (faults.refuse !== undefined) return void say(`${faults.refuse} No`);
    if (mounts.get(path)?.live) return void say("403 Mountpoint in use");
    if (headers.has("transfer-encoding")) return void say("501 Not Implemented");
    const mount = {
      type: String(headers.get("content-type")),
      name: String(headers.get("ice-name")),
      bytes: mounts.get(path)?.bytes ?? Buffer.alloc(0),
      live: true,
    };
    mounts.set(path, mount);
    socket.write(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nConnection: Close\r\nContent-Type: text/html\r\n\r\n",
    );
    const take = (piece: Buffer) => {
      mount.bytes = Buffer.concat([mount.bytes, piece]).subarray(-4_000_000);
      if (faults.stall) socket.pause();
    };
    take(first);
    socket.on("data", take);
    socket.on("close", () => {
      mount.live = false;
    });
  }

  const server = createServer((req, res) => {
    const url = new URL(req.url ?? "/", "http://icecast");
    if (url.pathname === "/admin/metadata" && right(req.headers.authorization)) {
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
  const sockets = new Set<Socket>();
  const front = createFront((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let got: Buffer = Buffer.alloc(0);
    const hear = (piece: Buffer) => {
      got = Buffer.concat([got, piece]);
      const end = got.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", hear);
      if (got.toString("latin1", 0, 4) === "PUT ")
        return source(socket, got.toString("latin1", 0, end), got.subarray(end + 4));
      socket.pause();
      socket.unshift(got);
      server.emit("connection", socket);
      socket.resume();
    };
    socket.on("data", hear);
  });
  await new Promise<void>((done) => front.listen(0, "127.0.0.1", done));
  const { port } = front.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: (mount) => `icecast://source:${password}@127.0.0.1:${port}${mount}`,
    mounts,
    titles,
    faults,
    cut,
    close() {
      cut();
      return new Promise((done) => front.close(() => done()));
    },
  };
}
