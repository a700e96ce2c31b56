// The real web server on a free port over a house for a test, and a client that speaks HTTP with it.
import { randomBytes } from "node:crypto";
import { webApp } from "../bots/web/app.ts";
import { DEFAULT_LIMITS, guards, type Limits } from "../bots/web/limits.ts";
import { serve } from "../bots/web/serve.ts";
import { makeTails } from "../bots/web/tail.ts";
import type { App, Web } from "../bots/web/web.ts";
import type { Role } from "../core/act.ts";
import type { Command } from "../core/command/index.ts";
import type { Caller } from "../core/inbox/index.ts";
import { makeEntry } from "../core/session/index.ts";
import { hashOfSecret } from "../core/session/session.ts";
import { painter } from "../core/view/chart/index.ts";
import { inWorkspace } from "../db/connect.ts";
import { person, token } from "../db/schema/index.ts";
import { type TestHouse, testHouse } from "./house.ts";

export type Json = Record<string, unknown>;
export type Answered = { status: number; headers: Headers; body: Json; text: string };

export type TestWeb = {
  house: TestHouse;
  web: Web;
  url: string;
  /** The bearer token of the owner. */
  owner: string;
  /** A new person with a role and a token. */
  person(role: Role, in_?: string): Promise<Caller & { token: string; tokenId: string }>;
  ask(method: string, path: string, more?: Asked): Promise<Answered>;
  /** Signs a person in as a browser does; answers its cookie and its csrf word. */
  signIn(as?: Caller): Promise<{ cookie: string; csrf: string }>;
  close(): Promise<void>;
};

export type Asked = {
  token?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
};

export type TestWebOptions = {
  commands?: Command[];
  limits?: Partial<Limits>;
  baseUrl?: string;
  mount?: (app: App, web: Web) => void;
  change?: (web: Web) => void;
};

export async function testWeb(options: TestWebOptions = {}): Promise<TestWeb> {
  const house = await testHouse({ commands: options.commands ?? [] });
  const tails = makeTails(house);
  house.stirred = tails.stirred;
  const pictures = painter();
  const web: Web = {
    house,
    baseUrl: options.baseUrl ? new URL(options.baseUrl) : undefined,
    csrfKey: randomBytes(32),
    trustProxy: 0,
    guards: guards({ ...DEFAULT_LIMITS, ...options.limits }),
    goodTokens: new Set(),
    tails,
    painter: pictures,
    elapsed: () => performance.now(),
    ready: async () => [{ name: "database", ok: true }],
    moveClock: undefined,
  };
  options.change?.(web);
  const app = webApp(web, (a) => options.mount?.(a, web));
  const serving = await serve({ app, port: 0, host: "127.0.0.1", log: house.log });
  const url = `http://127.0.0.1:${serving.port}`;
  const tokenFor = async (workspaceId: string, personId: string) => {
    const secret = randomBytes(24).toString("base64url");
    const id = house.sources.newId();
    await inWorkspace(house.database, workspaceId, async (tx) => {
      await tx.insert(token).values({
        workspaceId,
        id,
        personId,
        name: "test",
        hash: hashOfSecret(secret),
        source: "command",
        createdAt: house.sources.now(),
      });
    });
    return { token: secret, tokenId: id };
  };
  const owner = (await tokenFor(house.owner.workspaceId, house.owner.personId)).token;
  const ask: TestWeb["ask"] = async (method, path, { token: as = owner, body, headers = {} } = {}) => {
    const raw = body instanceof FormData || typeof body === "string" || body instanceof Uint8Array;
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined || raw ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string | FormData) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") ? (JSON.parse(text || "{}") as Json) : {};
    return { status: response.status, headers: response.headers, body: json, text };
  };
  return {
    house,
    web,
    url,
    owner,
    ask,
    async person(role, workspaceId = house.owner.workspaceId) {
      const personId = house.sources.newId();
      await inWorkspace(house.database, workspaceId, async (tx) => {
        await tx
          .insert(person)
          .values({ workspaceId, id: personId, name: `A ${role}`, role, createdAt: house.sources.now() });
      });
      return { workspaceId, personId, ...(await tokenFor(workspaceId, personId)) };
    },
    async signIn(as = house.owner) {
      const code = await makeEntry(house.database, house.sources, as);
      const entered = await ask("GET", `/enter?code=${code}`, { token: null });
      const cookie = (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
      const { body } = await ask("GET", "/api/v1/session", { token: null, headers: { cookie } });
      return { cookie, csrf: String(body.csrf) };
    },
    async close() {
      tails.stop();
      await serving.stop(1_000);
      pictures.close();
      await house.close();
    },
  };
}
