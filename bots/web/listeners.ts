// Who listens to our own sound: counted by what is fetched, told apart by a cookie where there is one, else by a number of
// the day made from address and program. Nothing that was counted leads back to anybody.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { getCookie, setCookie } from "hono/cookie";
import { openHearing, saveListened, saveReactions } from "../../core/audience/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import type { Home } from "./live-home.ts";
import type { Stage } from "./live-page.ts";
import { type App, type Ctx, isHead, type Web } from "./web.ts";

const COOKIE = "impresario-ear";
const YEAR = 365 * 24 * 3600;
const SOUND = /^(?:s\d{1,15}\.\w{2,4}|stream\.\w{3})$/;
/** They read, they do not listen. A program without a name is one of them. */
const ROBOT =
  /bot\b|crawl|spider|slurp|preview|facebookexternalhit|embedly|curl|wget|python|go-http|java\/|axios|monitor|pingdom|uptime|lighthouse/i;
const SHOW = 5_000;
const WRITE = 60_000;

export type Listeners = { give(c: Ctx, person: string | undefined): void; reacted(home: Home, person: string): void };

type Counter = {
  web: Web;
  stage: Stage;
  hearing: ReturnType<typeof openHearing>;
  self: string;
  homes: Map<string, Home>;
  reactions: Map<string, Map<string, number>>;
  written: number;
  timer?: NodeJS.Timeout;
};
const keyOf = (home: Home) => `${home.workspaceId} ${home.channel}`;

export function countListeners(app: App, web: Web, stage: Stage): Listeners {
  const hearing = openHearing({ elapsed: web.elapsed });
  const maps = { homes: new Map(), reactions: new Map() };
  const counter: Counter = { web, stage, hearing, self: web.house.sources.newId(), ...maps, written: web.elapsed() };
  app.use("/live/:channel/:file", async (c, next) => {
    await next();
    await count(counter, c);
  });
  return {
    give(c, person) {
      const had = readCookie(web, getCookie(c, COOKIE));
      if (had && (person === undefined || had === person)) return;
      const name = person ?? randomBytes(12).toString("base64url");
      const secure = web.baseUrl?.protocol === "https:";
      const options = { httpOnly: true, sameSite: "Lax", secure, path: "/live", maxAge: YEAR } as const;
      setCookie(c, COOKIE, `${name}.${sealOf(web, name)}`, options);
    },
    reacted(home, person) {
      const room = roomOf(counter, home);
      const counts = counter.reactions.get(room) ?? new Map<string, number>();
      counter.reactions.set(room, counts);
      counts.set(person, (counts.get(person) ?? 0) + 1);
    },
  };
}

function roomOf(counter: Counter, home: Home): string {
  const room = keyOf(home);
  counter.homes.set(room, home);
  counter.timer ??= setInterval(() => look(counter), SHOW).unref();
  return room;
}

async function count(counter: Counter, c: Ctx): Promise<void> {
  const { web, stage, hearing } = counter;
  const file = c.req.param("file") ?? "";
  if (c.req.method !== "GET" || isHead(c) || !c.res.ok || !SOUND.test(file)) return;
  const program = c.req.header("user-agent") ?? "";
  if (program === "" || ROBOT.test(program)) return;
  const home = await stage.homes.find(c.req.param("channel") ?? "").catch(() => undefined);
  if (!home) return;
  const room = roomOf(counter, home);
  const { who, known } = listenerOf(web, c, program);
  hearing.heard(room, who, known);
  // Shown at once; who left is seen with the next look.
  stage.crowds.listeners(room, hearing.count(room));
  if (!file.startsWith("stream.") || !c.res.body) return;
  const passed = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, to) {
      hearing.heard(room, who, known);
      to.enqueue(chunk);
    },
  });
  c.res = new Response(c.res.body.pipeThrough(passed), c.res);
}

function look(counter: Counter): void {
  const { web, stage, hearing, homes } = counter;
  for (const room of homes.keys()) stage.crowds.listeners(room, hearing.count(room));
  if (web.elapsed() - counter.written < WRITE) return;
  counter.written = web.elapsed();
  write(counter).catch((err: unknown) => web.house.log.warn({ err }, "listeners of a minute could not be written"));
}

async function write({ web, hearing, homes, reactions, self }: Counter): Promise<void> {
  const now = web.house.sources.now();
  for (const heard of hearing.take()) {
    const home = homes.get(heard.room);
    if (!home || (heard.seconds === 0 && heard.viewers === 0)) continue;
    const at = { workspaceId: home.workspaceId, channel: home.channel, counter: self, at: now };
    await inWorkspace(home.database, home.workspaceId, (tx) => saveListened(tx, at, heard));
  }
  for (const [room, counts] of [...reactions]) {
    reactions.delete(room);
    const home = homes.get(room);
    if (!home) continue;
    const about = { workspace: { id: home.workspaceId }, now };
    await inWorkspace(home.database, home.workspaceId, (tx) => saveReactions({ ...about, db: tx }, counts));
  }
}

const hmac = (web: Web, text: string) => createHmac("sha256", web.csrfKey).update(text);
const sealOf = (web: Web, name: string): string => hmac(web, `listener ${name}`).digest("base64url").slice(0, 16);

function readCookie(web: Web, cookie: string | undefined): string | undefined {
  const [, name, seal] = /^([\w-]{16,36})\.([\w-]{16})$/.exec(cookie ?? "") ?? [];
  if (!name || !seal) return undefined;
  return timingSafeEqual(Buffer.from(seal), Buffer.from(sealOf(web, name))) ? name : undefined;
}

/** The same browser, and the same person on two of them, is one listener of a day, whatever they listen to. */
function listenerOf(web: Web, c: Ctx, program: string): { who: string; known: boolean } {
  const day = web.house.sources.now().toISOString().slice(0, 10);
  const name = readCookie(web, getCookie(c, COOKIE));
  const of = name ?? `${c.var.address} ${program}`;
  const who = hmac(web, `listener of ${day} ${of}`).digest("hex").slice(0, 32);
  return { who, known: name?.length === 36 };
}
