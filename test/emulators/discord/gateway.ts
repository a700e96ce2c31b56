// The gateway's side of the emulator: hello, identify or resume, heartbeats, and what it tells to which shard.
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";

type Packet = { op: number; d?: unknown; s?: number | null; t?: string | null };
/** Outlives its socket: what is told meanwhile waits in `told`. */
type Session = {
  id: string;
  shard: [number, number];
  intents: number;
  told: Packet[];
  socket: WebSocket | undefined;
};

const PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15);
const NEEDS: Record<string, (direct: boolean) => number> = {
  MESSAGE_CREATE: (direct) => (direct ? 1 << 12 : 1 << 9),
};

export function openGateway(token: string) {
  const sockets = new Set<WebSocket>();
  const sessions = new Map<string, Session>();
  const how = { shards: 1, refuses: false, resumed: 0, identified: 0 };
  const send = (socket: WebSocket, packet: Packet): void => void socket.send(JSON.stringify(packet));
  const dispatch = (session: Session, t: string, d: unknown): void => {
    const packet = { op: 0, t, d, s: session.told.length + 1 };
    session.told.push(packet);
    if (session.socket) send(session.socket, packet);
  };

  function take(socket: WebSocket, { op, d }: Packet): void {
    if (op === 1) send(socket, { op: 11 });
    if (op !== 2 && op !== 6) return;
    if ((d as { token: string }).token.replace(/^Bot /, "") !== token)
      return void socket.close(4004, "Authentication failed.");
    if (op === 6) resume(socket, d as { session_id: string; seq: number });
    else identify(socket, d as { shard?: [number, number]; intents: number });
  }

  function resume(socket: WebSocket, { session_id, seq }: { session_id: string; seq: number }): void {
    const session = sessions.get(session_id);
    if (!session || how.refuses) {
      sessions.delete(session_id);
      return void send(socket, { op: 9, d: false });
    }
    how.resumed++;
    session.socket = socket;
    for (const packet of session.told.slice(seq)) send(socket, packet);
    dispatch(session, "RESUMED", {});
  }

  function identify(
    socket: WebSocket,
    { shard = [0, 1], intents }: { shard?: [number, number]; intents: number },
  ): void {
    if ((intents & PRIVILEGED) !== 0) return void socket.close(4014, "Disallowed intent(s).");
    if (shard[1] < how.shards) return void socket.close(4011, "Sharding required.");
    how.identified++;
    const session: Session = { id: randomBytes(8).toString("hex"), shard, intents, told: [], socket };
    sessions.set(session.id, session);
    const user = { id: "900", username: "impresario", discriminator: "0", avatar: null, bot: true };
    dispatch(session, "READY", {
      v: 10,
      user,
      guilds: [],
      session_id: session.id,
      resume_gateway_url: address,
      application: { id: "900", flags: 0 },
      shard,
    });
  }

  const shardOf = (guild: string | undefined, count: number) =>
    guild === undefined ? 0 : Number((BigInt(guild) >> 22n) % BigInt(count));

  let address = "";
  return {
    how,
    attach(server: Server) {
      const sockets_ = new WebSocketServer({ server });
      sockets_.on("connection", (socket) => {
        sockets.add(socket);
        socket.on("close", () => {
          sockets.delete(socket);
          for (const session of sessions.values()) if (session.socket === socket) session.socket = undefined;
        });
        socket.on("message", (data) => take(socket, JSON.parse(String(data)) as Packet));
        send(socket, { op: 10, d: { heartbeat_interval: 45_000 } });
      });
    },
    address(api: string, remaining = 999) {
      address = `ws://${new URL(api).host}`;
      return {
        url: address,
        shards: how.shards,
        session_start_limit: { total: 1000, remaining, reset_after: 3_600_000, max_concurrency: 16 },
      };
    },
    /** To the shard of the server alone, and to whoever subscribed to such. */
    tell(name: string, data: object & { guild_id?: unknown }) {
      const guild = typeof data.guild_id === "string" ? data.guild_id : undefined;
      const needs = NEEDS[name]?.(guild === undefined) ?? 0;
      for (const session of sessions.values()) {
        if (session.shard[0] !== shardOf(guild, session.shard[1])) continue;
        if (needs === 0 || (session.intents & needs) !== 0) dispatch(session, name, data);
      }
    },
    hangUp() {
      for (const socket of sockets) socket.close(4000, "Unknown error.");
    },
    /** The sockets go without a word, as when a machine is switched off. */
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    connected: () => [...sessions.values()].filter((s) => s.socket !== undefined).length,
  };
}
