// How Stripe is asked: form fields in, JSON out, with its version pinned. What may work later is tried again, a few times
// at once here and then by whoever asked.
import { setTimeout as sleep } from "node:timers/promises";
import { SourceAway, SourceSays } from "../source.ts";

/** Shapes are those of this version, whatever the account's own is (docs.stripe.com/api/versioning). */
export const VERSION = "2026-10-28.endive";
const PATIENCE_MS = 20_000;
const TRIES = 3;
const MOST_WAIT_MS = 8_000;

export type Json = { [name: string]: unknown };
export type Fields = { [name: string]: string | number | boolean | readonly unknown[] | Fields | undefined };
export type StripeHttp = {
  get(path: string, fields?: Fields, signal?: AbortSignal): Promise<Json>;
  /** The key makes a repetition the same request to Stripe, for a day at least. */
  post(path: string, fields: Fields, key: string, signal?: AbortSignal): Promise<Json>;
  /** All of a list, page by page, newest first. */
  pages(path: string, fields: Fields, signal?: AbortSignal): AsyncIterable<Json[]>;
};

export type Access = {
  key: string;
  base: string;
  /** Shorter in tests. */
  patienceMs?: number | undefined;
  pause?: ((milliseconds: number, signal?: AbortSignal) => Promise<unknown>) | undefined;
};

export function stripeHttp({ key, base, patienceMs = PATIENCE_MS, pause = rest }: Access): StripeHttp {
  async function ask(method: "GET" | "POST", path: string, form: string, once?: string, signal?: AbortSignal) {
    if (key === "") throw new SourceAway("STRIPE_SECRET_KEY is not set");
    const url = new URL(path, base);
    if (method === "GET" && form !== "") url.search = form;
    for (let n = 1; ; n++) {
      try {
        const patience = AbortSignal.timeout(patienceMs);
        const answer = await fetch(url, {
          method,
          redirect: "error",
          signal: signal ? AbortSignal.any([signal, patience]) : patience,
          headers: {
            authorization: `Bearer ${key}`,
            "stripe-version": VERSION,
            ...(method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
            ...(once ? { "idempotency-key": once } : {}),
          },
          ...(method === "POST" ? { body: form } : {}),
        });
        return await read(answer);
      } catch (error) {
        signal?.throwIfAborted();
        const away = awayOf(error);
        if (!(away instanceof SourceAway)) throw away;
        const wait = away.after === undefined ? 500 * 2 ** (n - 1) : away.after * 1000;
        if (n === TRIES || wait > MOST_WAIT_MS) throw away;
        await pause(wait, signal);
      }
    }
  }
  return {
    get: (path, fields = {}, signal) => ask("GET", path, formOf(fields), undefined, signal),
    post: (path, fields, once, signal) => ask("POST", path, formOf(fields), once, signal),
    async *pages(path, fields, signal) {
      let after: string | undefined;
      for (;;) {
        const page = await ask(
          "GET",
          path,
          formOf({ limit: 100, ...fields, starting_after: after }),
          undefined,
          signal,
        );
        const data = Array.isArray(page.data) ? (page.data as Json[]) : [];
        if (data.length > 0) yield data;
        after = data.at(-1)?.id as string | undefined;
        if (page.has_more !== true || after === undefined) return;
      }
    },
  };
}

const rest = (milliseconds: number, signal?: AbortSignal): Promise<unknown> =>
  sleep(milliseconds, undefined, signal ? { signal } : {});

async function read(answer: Response): Promise<Json> {
  const text = await answer.text();
  let body: Json;
  try {
    body = JSON.parse(text) as Json;
  } catch {
    // A proxy's page, or an answer cut short.
    throw new SourceAway(`Stripe answered ${answer.status} without JSON`);
  }
  if (answer.ok) return body;
  const said = (body.error ?? {}) as { message?: unknown; code?: unknown; type?: unknown };
  const words = typeof said.message === "string" ? said.message.slice(0, 300) : `Stripe answered ${answer.status}`;
  const code = String(said.code ?? said.type ?? "");
  // 409 with this code: another request holds the object just now (docs.stripe.com/rate-limits#object-lock-timeouts).
  if (answer.status === 429 || answer.status >= 500 || code === "lock_timeout") {
    const after = Number(answer.headers.get("retry-after") ?? Number.NaN);
    throw new SourceAway(words, Number.isFinite(after) ? after : undefined);
  }
  throw new SourceSays(words, { status: answer.status, code });
}

function awayOf(error: unknown): unknown {
  if (error instanceof SourceAway || error instanceof SourceSays) return error;
  if (error instanceof Error && error.name === "TimeoutError") return new SourceAway("Stripe did not answer in time");
  // What fetch says of a broken connection. It never holds the key: that is in a header.
  return error instanceof TypeError ? new SourceAway("Stripe cannot be reached") : error;
}

/** `{ a: { b: [1] } }` → a[b][0]=1; lists of names to expand as Stripe writes them: expand[]=x. */
export function formOf(fields: Fields): string {
  const form = new URLSearchParams();
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (Array.isArray(value))
      for (const [n, one] of value.entries()) add(name === "expand" ? "expand[]" : `${name}[${n}]`, one);
    else if (typeof value === "object" && value !== null)
      for (const [inner, one] of Object.entries(value)) add(`${name}[${inner}]`, one);
    else form.append(name, String(value));
  };
  for (const [name, value] of Object.entries(fields)) add(name, value);
  return form.toString();
}
