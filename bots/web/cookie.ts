// The cookie of a signed-in browser. `__Host-` binds it to this host and to https, where there is https.
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SESSION_DAYS } from "../../core/session/index.ts";
import type { Ctx, Web } from "./web.ts";

type Base = Pick<Web, "baseUrl">;
const secure = (web: Base) => web.baseUrl?.protocol === "https:";
const nameOf = (web: Base) => (secure(web) ? "__Host-impresario" : "impresario");

export const cookieOf = (web: Base, c: Ctx): string | undefined => getCookie(c, nameOf(web));

/**
 * Lax, not Strict: a link to a file of ours in a chat must open for whoever is signed in. Lax sends it with such a
 * GET and with nothing that changes anything; those need the x-csrf header besides.
 */
export const giveCookie = (web: Base, c: Ctx, value: string): void =>
  setCookie(c, nameOf(web), value, {
    httpOnly: true,
    sameSite: "Lax",
    secure: secure(web),
    path: "/",
    maxAge: SESSION_DAYS * 24 * 3600,
  });

export const takeCookie = (web: Base, c: Ctx): void => {
  deleteCookie(c, nameOf(web), { path: "/", secure: secure(web) });
};
