// Signing in at a browser: by a one-time link, or with a token; and out again.

import { Refusal, refuse } from "../../core/problem.ts";
import { endSession, findSession, readKey, startSession, useEntry } from "../../core/session/index.ts";
import { LOCALES } from "../../core/words/say.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { readBody } from "./body.ts";
import { cookieOf, giveCookie, takeCookie } from "./cookie.ts";
import { byToken, caller, csrfOf, fromHere, identify, lockedOut, pace, soon } from "./identify.ts";
import { away } from "./problem.ts";
import { type App, type Ctx, isHead, route, type Web, type Who } from "./web.ts";

export function signin(app: App, web: Web): void {
  route(app, "/enter", { GET: (c) => enter(web, c) });
  route(app, "/api/v1/session", {
    GET: async (c) => c.json(await about(web, await caller(web, c)), 200, FRESH),
    POST: (c) => signIn(web, c),
    DELETE: (c) => signOut(web, c),
  });
}

/** Where a link may lead to besides the console: a channel's page, and nothing else. */
const LIVE = /^\/live\/[a-z0-9-]{1,60}$/;
const FRESH = { "cache-control": "no-store" };

/** Uses the link up. Looking at it beforehand (HEAD, a browser's guess of the next page) does not. */
async function enter(web: Web, c: Ctx): Promise<Response> {
  if (isHead(c) || /prefetch|prerender/.test(c.req.header("sec-purpose") ?? c.req.header("purpose") ?? ""))
    return c.body(null, 204, FRESH);
  lockedOut(web, c);
  const code = c.req.query("code") ?? "";
  const to = LIVE.test(c.req.query("to") ?? "") ? c.req.query("to")! : "/";
  const cookie = await useAnywhere(web, code);
  if (cookie) {
    giveCookie(web, c, cookie);
    return c.redirect(to, 303);
  }
  web.guards.wrong.take(c.var.address, web.elapsed());
  // Pressed twice by the one who is signed in by it: nothing is wrong.
  if (await identify(web, c).catch(() => undefined)) return c.redirect(to, 303);
  return c.redirect("/?entry=used", 303);
}

async function useAnywhere(web: Web, code: string): Promise<string | undefined> {
  if (!readKey(code)) return undefined;
  for (const database of web.house.databases) {
    const cookie = await soon(useEntry(database, web.house.sources, code));
    if (cookie) return cookie;
  }
  return undefined;
}

async function signIn(web: Web, c: Ctx): Promise<Response> {
  fromHere(web, c);
  pace(web, "address", c.var.address);
  const { token } = await readBody(c);
  if (typeof token !== "string" || token === "")
    throw refuse(
      "options",
      "Send the token: {example}",
      { example: '{"token": "…"}' },
      {
        errors: [{ option: "token", text: "This is needed." }],
      },
    );
  const who = await byToken(web, c, token.trim());
  const cookie = await soon(
    startSession(who.database, web.house.sources, {
      workspaceId: who.workspaceId,
      personId: who.personId,
      tokenId: who.tokenId ?? undefined,
    }),
  );
  const signed = await soon(findSession(who.database, web.house.sources.now(), cookie));
  if (!signed) throw away();
  giveCookie(web, c, cookie);
  return c.json(await about(web, { ...who, via: "session", sessionId: signed.sessionId }), 200, FRESH);
}

async function signOut(web: Web, c: Ctx): Promise<Response> {
  if (cookieOf(web, c) === undefined) return c.body(null, 204);
  const known = await identify(web, c).catch((error: unknown) => {
    // It has ended already: what is left to do is to take the cookie.
    if (error instanceof Refusal && error.kind === "unknown-caller") return undefined;
    throw error;
  });
  const who = known && (await caller(web, c));
  if (who?.via === "session" && who.sessionId)
    await soon(endSession(who.database, web.house.sources.now(), { ...who, sessionId: who.sessionId }));
  takeCookie(web, c);
  return c.body(null, 204, FRESH);
}

type About = {
  id: string;
  name: string;
  role: string;
  locale: string | null;
  slug: string;
  brand: string;
  spoken: string;
  zone: string;
  currency: string;
  blueprint: string | null;
};

async function about(web: Web, who: Who) {
  const [row] = await soon(
    inWorkspace(
      who.database,
      who.workspaceId,
      (tx) => rawOf(tx)<About[]>`
        select p.id, p.name, p.role, p.locale, w.slug, w.name as brand, w.locale as spoken, w.zone, w.currency, w.blueprint
        from person p join workspace w on w.workspace_id = p.workspace_id where p.id = ${who.personId}`,
    ),
  );
  if (!row) throw refuse("unknown-caller", "This account is not known here any more.");
  return {
    person: { id: row.id, name: row.name },
    role: row.role,
    workspace: {
      id: who.workspaceId,
      slug: row.slug,
      name: row.brand,
      zone: row.zone,
      currency: row.currency,
      blueprint: row.blueprint,
    },
    locale: row.locale ?? row.spoken,
    locales: LOCALES,
    via: who.via,
    ...(who.via === "session" ? { csrf: csrfOf(web, who.sessionId ?? "") } : {}),
  };
}
