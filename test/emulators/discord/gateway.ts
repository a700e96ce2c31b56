// The gateway's side of the emulator: hello, identify or resume, heartbeats, and what it tells.
import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";

type Packet = { op: number; d?: unknown; s?: number | null; t?: string | null };

export function openGateway(token: string) {
  const sockets = new Set<WebSocket>();
  const ready = new Set<WebSocket>();
  let seq = 0;
  const send = (socket: WebSocket, packet: Packet): void => void socket.send(JSON.stringify(packet));
  const dispatch = (socket: WebSocket, t: string, d: unknown): void => {
    seq++;
    send(socket, { op: 0, t, d, s: seq });
  };

  function take(socket: WebSocket, { op, d }: Packet): void {
    if (op === 1) send(socket, { op: 11 });
    if (op !== 2 && op !== 6) return;
    const { token: given } = d as { token: string };
    if (given.replace(/^Bot /, "") !== token) {
      socket.close(4004, "Authentication failed.");
      return;
    }
    ready.add(socket);
    if (op === 6) {
      dispatch(socket, "RESUMED", {});
      return;
    }
    const user = { id: "900", username: "impresario", discriminator: "0", avatar: null, bot: true };
    dispatch(socket, "READY", {
      v: 10,
      user,
      guilds: [],
      session_id: "s1",
      resume_gateway_url: address,
      application: { id: "900", flags: 0 },
    });
  }

  let address = "";
  return {
    attach(server: Server) {
      const sockets_ = new WebSocketServer({ server });
      sockets_.on("connection", (socket) => {
        sockets.add(socket);
        socket.on("close", () => {
          sockets.delete(socket);
          ready.delete(socket);
        });
        socket.on("message", (data) => take(socket, JSON.parse(String(data)) as Packet));
        send(socket, { op: 10, d: { heartbeat_interval: 45_000 } });
      });
    },
    address(api: string) {
      address = `ws://${new URL(api).host}`;
      return {
        url: address,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
      };
    },
    tell(name: string, data: unknown) {
      for (const socket of ready) dispatch(socket, name, data);
    },
    hangUp() {
      for (const socket of sockets) socket.close(4000, "Unknown error.");
    },
    connected: () => ready.size,
  };
}
