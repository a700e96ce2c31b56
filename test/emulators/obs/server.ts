// OBS Studio as a client of obs-websocket 5 meets it: the handshake with its password, the few requests that we make with
// their refusals, and the events that follow them.
import { createHash, randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export type ObsServer = {
  url: string;
  /** The settings of each source, as they were set last. */
  inputs: Map<string, Record<string, unknown>>;
  actions: string[];
  streaming: boolean;
  /** The file of this source has played to its end. */
  finish(input: string): void;
  cut(): void;
  close(): Promise<void>;
};

const sha = (text: string) => createHash("sha256").update(text).digest("base64");

export async function obsServer({
  password = "secret",
  sources = ["Impresario", "Impresario text"],
} = {}): Promise<ObsServer> {
  const sockets = new Set<WebSocket>();
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "obswebsocket.json" });
  let bytes = 0;
  const say = (socket: WebSocket, op: number, d: object) => socket.send(JSON.stringify({ op, d }));
  const event = (eventType: string, eventData: object) => {
    for (const socket of sockets) say(socket, 5, { eventType, eventIntent: 1, eventData });
  };

  function answer(type: string, data: Record<string, unknown>): { code: number; responseData?: object } {
    const input = String(data.inputName ?? "");
    if (type === "GetStreamStatus") {
      bytes += made.streaming ? 10_000 : 0;
      return {
        code: 100,
        responseData: { outputActive: made.streaming, outputReconnecting: false, outputBytes: bytes },
      };
    }
    if (type === "StartStream" || type === "StopStream") {
      const on = type === "StartStream";
      if (made.streaming === on) return { code: on ? 500 : 501 };
      made.streaming = on;
      event("StreamStateChanged", {
        outputActive: on,
        outputState: on ? "OBS_WEBSOCKET_OUTPUT_STARTED" : "OBS_WEBSOCKET_OUTPUT_STOPPED",
      });
      return { code: 100 };
    }
    if (type !== "SetInputSettings" && type !== "TriggerMediaInputAction") return { code: 204 };
    if (!sources.includes(input)) return { code: 600 };
    if (type === "SetInputSettings")
      made.inputs.set(input, { ...made.inputs.get(input), ...(data.inputSettings as object) });
    else made.actions.push(String(data.mediaAction));
    return { code: 100 };
  }

  server.on("connection", (socket) => {
    const [salt, challenge] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
    let identified = false;
    say(socket, 0, { obsWebSocketVersion: "5.5.0", rpcVersion: 1, authentication: { salt, challenge } });
    socket.on("close", () => sockets.delete(socket));
    socket.on("message", (raw) => {
      const { op, d } = JSON.parse(String(raw)) as { op: number; d: Record<string, unknown> };
      if (op === 1) {
        if (d.authentication !== sha(sha(password + salt) + challenge)) return socket.close(4009);
        identified = true;
        sockets.add(socket);
        return say(socket, 2, { negotiatedRpcVersion: 1 });
      }
      if (!identified) return socket.close(4007);
      const {
        requestType,
        requestId,
        requestData = {},
      } = d as { requestType: string; requestId: string; requestData?: Record<string, unknown> };
      const { code, responseData } = answer(requestType, requestData);
      say(socket, 7, {
        requestType,
        requestId,
        requestStatus: { result: code === 100, code },
        ...(responseData ? { responseData } : {}),
      });
    });
  });
  await new Promise((done) => server.once("listening", done));
  const made: ObsServer = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inputs: new Map(),
    actions: [],
    streaming: false,
    finish: (inputName) => event("MediaInputPlaybackEnded", { inputName }),
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    close() {
      made.cut();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return made;
}
