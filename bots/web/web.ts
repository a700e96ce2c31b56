// What every route of the web has in its hand, and how a route is mounted.
import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { House } from "../../core/house.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import type { Locale } from "../../core/words/say.ts";
import type { Database } from "../../db/connect.ts";
import type { Guards } from "./limits.ts";
import { HttpProblem } from "./problem.ts";
import type { Tails } from "./tail.ts";

export type Check = { name: string; ok: boolean; detail?: string };

export type Web = {
  house: House;
  /** The public address; unset: the one that the caller used. */
  baseUrl: URL | undefined;
  csrfKey: Buffer;
  trustProxy: number;
  guards: Guards;
  /** Hashes of tokens that were right the last time they were shown, the latest last. */
  goodTokens: Set<string>;
  tails: Tails;
  painter: Painter;
  /** Milliseconds that never go back: for limits, not for facts. */
  elapsed(): number;
  ready(): Promise<Check[]>;
  /** Only in tests: moves the clock of the house. */
  moveClock: ((move: { now?: Date; advance?: number }) => Date | Promise<Date>) | undefined;
};

/** Who asks, how they showed it, and where their rows are. */
export type Who = {
  database: Database;
  workspaceId: string;
  personId: string;
  via: "token" | "session";
  /** The token's id; for a session that of the token it came from, if any. */
  tokenId: string | null;
  sessionId: string | null;
};

export type WebEnv = {
  Bindings: HttpBindings;
  Variables: { locale: Locale; address: string; arrived: number; who?: Who };
};
export type Ctx = Context<WebEnv>;
export type App = Hono<WebEnv>;
export type Handler = (c: Ctx) => Response | Promise<Response>;

/** Mounts the methods of one path, and answers every other method with what is allowed. */
export function route(app: App, path: string, methods: Partial<Record<"GET" | "POST" | "DELETE", Handler>>): void {
  const allowed = [...Object.keys(methods), ...(methods.GET ? ["HEAD"] : []), "OPTIONS"].join(", ");
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  app.options(path, (c) => c.body(null, 204, { allow: allowed }));
  app.all(path, (c) => {
    throw new HttpProblem(405, "method", {
      says: "{method} is not for this address. It takes {allowed}.",
      vars: { method: c.req.method.slice(0, 20), allowed },
      headers: { allow: allowed },
    });
  });
}

export const isHead = (c: Ctx): boolean => c.req.raw.method === "HEAD";

/** The address that links begin with. */
export const originOf = (web: Pick<Web, "baseUrl">, c: Ctx): string => web.baseUrl?.origin ?? new URL(c.req.url).origin;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isId = (text: string): boolean => UUID.test(text);
