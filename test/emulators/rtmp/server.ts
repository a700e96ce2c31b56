// An RTMP server as publishers meet it: the handshake, chunks, the few commands of publishing, over TCP or TLS. It keeps
// what was published, and can refuse, stall or cut.

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createSecure } from "node:tls";

export type Published = {
  app: string;
  key: string;
  tcUrl: string;
  audio: number;
  video: number;
  ended: "clean" | "cut" | undefined;
};
export type RtmpServer = {
  port: number;
  published: Published[];
  faults: { refuse: boolean; stall: boolean };
  cut(): void;
  close(): Promise<void>;
};

const HANDSHAKE = 1536;

function readAmf(bytes: Buffer): unknown[] {
  let at = 0;
  const word = (): string => {
    const length = bytes.readUInt16BE(at);
    at += 2 + length;
    return bytes.toString("utf8", at - length, at);
  };
  const object = (): Record<string, unknown> => {
    const found: Record<string, unknown> = {};
    for (;;) {
      const key = word();
      if (key === "" && bytes[at] === 9) {
        at++;
        return found;
      }
      found[key] = value();
    }
  };
  function value(): unknown {
    const kind = bytes[at++];
    if (kind === 0) {
      at += 8;
      return bytes.readDoubleBE(at - 8);
    }
    if (kind === 1) return bytes[at++] === 1;
    if (kind === 2) return word();
    if (kind === 3) return object();
    if (kind === 8) {
      at += 4;
      return object();
    }
    return undefined;
  }
  const all: unknown[] = [];
  while (at < bytes.length) all.push(value());
  return all;
}

function writeAmf(...values: unknown[]): Buffer {
  const word = (text: string) => {
    const head = Buffer.alloc(2);
    head.writeUInt16BE(Buffer.byteLength(text));
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const one = (v: unknown): Buffer => {
    if (typeof v === "number") {
      const out = Buffer.alloc(9);
      out.writeDoubleBE(v, 1);
      return out;
    }
    if (typeof v === "string") return Buffer.concat([Buffer.from([2]), word(v)]);
    if (v === null) return Buffer.from([5]);
    const parts = Object.entries(v as object).map(([k, x]) => Buffer.concat([word(k), one(x)]));
    return Buffer.concat([Buffer.from([3]), ...parts, Buffer.from([0, 0, 9])]);
  };
  return Buffer.concat(values.map(one));
}

function message(type: number, body: Buffer, stream = 0): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 3;
  head.writeUIntBE(body.length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(stream, 8);
  const parts: Buffer[] = [head];
  for (let at = 0; at < body.length; at += 128) {
    if (at > 0) parts.push(Buffer.from([0xc3]));
    parts.push(body.subarray(at, at + 128));
  }
  return Buffer.concat(parts);
}

type Chunk = { length: number; type: number; got: Buffer[]; have: number };

function serveOne(socket: Socket, server: RtmpServer): void {
  let buffer: Buffer = Buffer.alloc(0);
  let [stage, size] = [0, 128];
  const chunks = new Map<number, Chunk>();
  let mine: Published | undefined;
  let [app, tcUrl] = ["", ""];

  function command([name, id, about, key]: unknown[]): void {
    if (name === "connect") {
      ({ app, tcUrl } = about as { app: string; tcUrl: string });
      const status = { level: "status", code: "NetConnection.Connect.Success" };
      socket.write(message(20, writeAmf("_result", id, { fmsVer: "FMS/3,0,1,123" }, status)));
    } else if (name === "createStream") socket.write(message(20, writeAmf("_result", id, null, 1)));
    else if (name === "publish") {
      const code = server.faults.refuse ? "NetStream.Publish.BadName" : "NetStream.Publish.Start";
      socket.write(
        message(20, writeAmf("onStatus", 0, null, { level: server.faults.refuse ? "error" : "status", code }), 1),
      );
      if (server.faults.refuse) return void socket.end();
      mine = { app, tcUrl, key: String(key), audio: 0, video: 0, ended: undefined };
      server.published.push(mine);
    } else if ((name === "FCUnpublish" || name === "deleteStream") && mine) mine.ended = "clean";
  }

  function take(type: number, body: Buffer): void {
    if (type === 1) size = body.readUInt32BE(0);
    else if (type === 20) command(readAmf(body));
    else if (type === 8 && mine) mine.audio += body.length;
    else if (type === 9 && mine) mine.video += body.length;
    if (server.faults.stall && mine) socket.pause();
  }

  /** One chunk; false: more bytes are needed. */
  function chunk(): boolean {
    if (buffer.length < 1) return false;
    const [format, id] = [buffer[0]! >> 6, buffer[0]! & 63];
    const head = 1 + [11, 7, 3, 0][format]!;
    if (buffer.length < head) return false;
    const now: Chunk = chunks.get(id) ?? { length: 0, type: 0, got: [], have: 0 };
    const length = format < 2 ? buffer.readUIntBE(4, 3) : now.length;
    const type = format < 2 ? buffer[7]! : now.type;
    const late = format < 3 && buffer.readUIntBE(1, 3) === 0xffffff ? 4 : 0;
    const part = Math.min(size, length - now.have);
    if (buffer.length < head + late + part) return false;
    now.got.push(buffer.subarray(head + late, head + late + part));
    Object.assign(now, { length, type, have: now.have + part });
    chunks.set(id, now);
    buffer = buffer.subarray(head + late + part);
    if (now.have >= length) {
      take(type, Buffer.concat(now.got));
      Object.assign(now, { got: [], have: 0 });
    }
    return true;
  }

  socket.on("data", (piece: Buffer) => {
    buffer = Buffer.concat([buffer, piece]);
    if (stage === 0 && buffer.length >= 1 + HANDSHAKE) {
      socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(HANDSHAKE), buffer.subarray(1, 1 + HANDSHAKE)]));
      buffer = buffer.subarray(1 + HANDSHAKE);
      stage = 1;
    }
    if (stage === 1 && buffer.length >= HANDSHAKE) {
      buffer = buffer.subarray(HANDSHAKE);
      stage = 2;
    }
    while (stage === 2 && chunk()) {
      // All that is there.
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (mine) mine.ended ??= "cut";
  });
}

export async function rtmpServer(tls?: { key: string; cert: string }): Promise<RtmpServer> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveOne(socket, made);
  };
  const server: Server = tls ? createSecure(tls, accept) : createServer(accept);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const made: RtmpServer = {
    port: (server.address() as AddressInfo).port,
    published: [],
    faults: { refuse: false, stall: false },
    cut,
    close() {
      cut();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return made;
}
