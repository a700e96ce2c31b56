// A provider's machine on loopback: it keeps what it was asked, answers in that provider's own words, and fails as told.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Seen = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  json: Record<string, unknown>;
};
export type Answer = { status?: number; headers?: Record<string, string>; json?: unknown; bytes?: Buffer };
export type Task = { id: string; order: Record<string, unknown>; status: string; asked: number };
export type World = {
  url: string;
  seen: Seen[];
  tasks: Map<string, Task>;
  /** Files that can be fetched at /files/{name}. */
  files: Map<string, Buffer>;
  /** How many questions after a task until it is done. */
  patience: number;
  /** The next call: another answer; the line cut before or after it was heard; no answer at all. */
  fault: ((seen: Seen) => Answer | "cut before" | "cut after" | "hang" | undefined) | undefined;
  add(order: Record<string, unknown>, status: string): Task;
  close(): Promise<void>;
};
export type Handle = (seen: Seen, world: World) => Answer;

export async function openProvider(handle: Handle): Promise<World> {
  let count = 0;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const at = new URL(request.url ?? "/", world.url);
    const body = Buffer.concat(pieces);
    const json = /json/.test(request.headers["content-type"] ?? "")
      ? (JSON.parse(body.toString()) as Seen["json"])
      : {};
    const seen: Seen = {
      method: request.method ?? "GET",
      path: at.pathname,
      query: at.searchParams,
      headers: request.headers,
      body,
      json,
    };
    const fault = world.fault?.(seen);
    if (fault === "hang") return;
    if (fault === "cut before") return void request.socket.destroy();
    world.seen.push(seen);
    const file = at.pathname.startsWith("/files/") ? world.files.get(at.pathname.slice("/files/".length)) : undefined;
    const answer: Answer =
      typeof fault === "object"
        ? fault
        : at.pathname.startsWith("/files/")
          ? file
            ? { bytes: file }
            : { status: 403 }
          : handle(seen, world);
    if (fault === "cut after") return void request.socket.destroy();
    const { status = 200, headers = {}, json: said, bytes } = answer;
    const type = bytes ? "application/octet-stream" : "application/json";
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(bytes ?? (said === undefined ? "" : JSON.stringify(said)));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const world: World = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    tasks: new Map(),
    files: new Map(),
    patience: 1,
    fault: undefined,
    add(order, status) {
      const task = { id: `task-${++count}`, order, status, asked: 0 };
      world.tasks.set(task.id, task);
      return task;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return world;
}

/** The key that every emulated provider takes. */
export const KEY = "emulated-key-of-a-provider";
export const bearer = ({ headers }: Seen): boolean => headers.authorization === `Bearer ${KEY}`;

/** Done after as many questions as the world has patience for. */
export function ask(world: World, id: string): (Task & { done: boolean }) | undefined {
  const task = world.tasks.get(id);
  if (!task) return undefined;
  task.asked++;
  return { ...task, done: task.asked > world.patience };
}
