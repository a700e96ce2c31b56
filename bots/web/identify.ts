// Who is calling: a bearer token, or the cookie of a signed-in browser. Asked anew each time, so that what was
// revoked is refused at once.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { findToken } from "../../core/people/index.ts";
import { refuse } from "../../core/problem.ts";
import { findSession } from "../../core/session/index.ts";
import { within } from "../../core/within.ts";
import { cookieOf } from "./cookie.ts";
import { away, HttpProblem } from "./problem.ts";
import { type Ctx, originOf, type Web, type Who } from "./web.ts";

/** The caller is answered within 3 seconds also when the database is not there; most of it is spent waiting here. */
const PATIENCE = 2_500;

export const soon = <T>(work: Promise<T>, milliseconds = PATIENCE): Promise<T> =>
  within(milliseconds, work, () => {
    throw away();
  });

export const tooMany = (seconds: number) =>
  new HttpProblem(429, "many", {
    says: "That was too often. Ask again in {seconds, plural, one {# second} other {# seconds}}.",
    vars: { seconds },
    retryAfter: seconds,
  });

/** Takes one of a caller's allowance, or refuses with the time to wait. */
export function pace(web: Web, name: keyof Web["guards"], key: string): void {
  const seconds = web.guards[name].take(key, web.elapsed());
  if (seconds > 0) throw tooMany(seconds);
}

/** Whoever guessed wrong too often waits, before the database is asked anything. */
export function lockedOut(web: Web, c: Ctx): void {
  const seconds = web.guards.wrong.wait(c.var.address, web.elapsed());
  if (seconds > 0) throw tooMany(seconds);
}

/** Tokens that were right before are not locked out by what others guess from the same address. */
const MOST_KNOWN = 10_000;

/** The caller, or undefined when nothing was shown. What was shown and is wrong is refused. */
export async function identify(web: Web, c: Ctx): Promise<Who | undefined> {
  if (c.var.who) return c.var.who;
  const shown = c.req.header("authorization");
  const token = shown === undefined ? undefined : (/^Bearer +(.+)$/i.exec(shown.trim())?.[1] ?? "");
  const who = token === undefined ? await bySession(web, c) : await byToken(web, c, token);
  if (!who) return undefined;
  c.set("who", who);
  if (who.via === "token") pace(web, "token", who.tokenId ?? who.personId);
  else pace(web, "person", who.personId);
  return who;
}

/** The caller; with a cookie, only from our own page when something may change. */
export async function caller(web: Web, c: Ctx): Promise<Who> {
  const who = await identify(web, c);
  if (!who) {
    pace(web, "address", c.var.address);
    throw refuse("unknown-caller", "Sign in, or send a token: `Authorization: Bearer …`. /token create makes one.");
  }
  if (who.via === "session" && c.req.method !== "GET" && c.req.method !== "HEAD") ownPageOnly(web, c, who);
  return who;
}

export async function byToken(web: Web, c: Ctx, token: string): Promise<Who> {
  // Not the token itself: memory is dumped and read.
  const key = createHash("sha256").update(token).digest("base64");
  const tokens = web.goodTokens;
  if (!tokens.has(key)) lockedOut(web, c);
  const found = await soon(findToken(web.house.databases, token));
  if (found) {
    tokens.delete(key);
    tokens.add(key);
    if (tokens.size > MOST_KNOWN) tokens.delete(tokens.values().next().value!);
    return { ...found, via: "token", sessionId: null };
  }
  tokens.delete(key);
  web.guards.wrong.take(c.var.address, web.elapsed());
  throw refuse(
    "unknown-caller",
    "This token is not known, or it was revoked. Ask an owner for another: /token create.",
  );
}

async function bySession(web: Web, c: Ctx): Promise<Who | undefined> {
  const key = cookieOf(web, c);
  if (!key) return undefined;
  const { databases, sources } = web.house;
  for (const database of databases) {
    const found = await soon(findSession(database, sources.now(), key));
    if (found) return { database, via: "session", ...found };
  }
  return undefined;
}

export const csrfOf = (web: Pick<Web, "csrfKey">, sessionId: string): string =>
  createHmac("sha256", web.csrfKey).update(sessionId).digest("base64url");

/** A browser adds cookies to anybody's request: ours alone knows the header, and says where it comes from. */
function ownPageOnly(web: Web, c: Ctx, who: Who): void {
  fromHere(web, c);
  const sent = Buffer.from(c.req.header("x-csrf") ?? "");
  const right = Buffer.from(csrfOf(web, who.sessionId ?? ""));
  if (sent.length === right.length && timingSafeEqual(sent, right)) return;
  throw new HttpProblem(403, "forgery", {
    says: "This did not come from a page of ours. Load the page again; a script uses a token instead.",
  });
}

/** Refuses what a browser sent on behalf of another site. Programs send neither header. */
export function fromHere(web: Web, c: Ctx): void {
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const same = origin === undefined || origin === originOf(web, c) || origin === new URL(c.req.url).origin;
  if (same && (site === undefined || site === "same-origin" || site === "none")) return;
  throw new HttpProblem(403, "forgery", {
    says: "This did not come from a page of ours. Load the page again; a script uses a token instead.",
  });
}
