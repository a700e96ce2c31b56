// The HTTP API as the page uses it: answers or problems, never exceptions, and a key with everything that may do something.
import type { Input, View } from "../../../core/view/index.ts";

export type CommandInfo = {
  name: string;
  /** What it is called in the person's language; the server understands both. */
  local: string;
  says: string;
  role: string;
  effects: string[];
  reads: boolean;
  examples: string[];
  inputs: Input[];
  /** Options whose values the server offers while one types. */
  suggests: string[];
};
export type Session = {
  person: { id: string; name: string };
  role: string;
  workspace: { id: string; slug: string; name: string; blueprint?: string | null };
  locale: string;
  csrf: string;
};
export type Status = "done" | "running" | "confirm" | "refused" | "failed" | "cancelled";
export type Reply = { run: string; status: Status; view: View; at?: string };
export type Problem = {
  http: number;
  detail: string;
  errors: { option: string; detail: string }[];
  retryAfter?: number;
};
export type Answer = { reply?: Reply; problem?: Problem };
/** What was asked, as it was kept: a command with its options, or a press. */
export type Asked = { kind?: string; name?: string; options?: Record<string, unknown>; text?: string };
export type Past = Reply & { command: string; asked?: Asked | null; at: string };
export type Suggestion = { value: string; label: string };

export type Net = {
  fetch: typeof fetch;
  wait(ms: number): Promise<void>;
  /** Resolves when a network may be there again, or after so many milliseconds. */
  maybeBack(ms: number): Promise<void>;
  /** Told at each change between "the server answers" and "nothing gets through". */
  reachable(yes: boolean): void;
};
export type Body = Record<string, unknown> | FormData;
export type Api = ReturnType<typeof makeApi>;

const PAUSES = [1000, 2000, 4000, 8000, 15000];
const BUSY_TRIES = 4;

export function makeApi(net: Net) {
  let csrf = "";

  const persistent = (path: string, init: RequestInit) => untilAnswered(net, path, init);

  async function read<T>(path: string): Promise<T | { problem: Problem }> {
    const response = await persistent(path, { headers: { accept: "application/json" } });
    if (!response.ok) return { problem: await problemOf(response) };
    return (await response.json()) as T;
  }

  async function write(path: string, body: Body, key: string): Promise<Answer> {
    const form = body instanceof FormData;
    const init = () => ({
      method: "POST",
      headers: {
        accept: "application/json",
        "idempotency-key": key,
        "x-csrf": csrf,
        ...(form ? {} : { "content-type": "application/json" }),
      },
      body: form ? body : JSON.stringify(body),
    });
    const used = csrf;
    const first = await answerOf(await persistent(path, init()));
    if (first.problem?.http !== 403 || first.reply) return first;
    // Signed in again in another tab: the cookie is new, and so is what must go with it.
    if (csrf === used) await session();
    return csrf === used ? first : answerOf(await persistent(path, init()));
  }

  async function session(): Promise<Session | { problem: Problem }> {
    const answer = await read<Session>("/api/v1/session");
    if ("csrf" in answer) csrf = answer.csrf;
    return answer;
  }

  return {
    session,
    async signIn(token: string): Promise<Session | { problem: Problem }> {
      const response = await persistent("/api/v1/session", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ token }),
      });
      if (!response.ok) return { problem: await problemOf(response) };
      return session();
    },
    async signOut(): Promise<void> {
      await persistent("/api/v1/session", { method: "DELETE", headers: { "x-csrf": csrf } });
      csrf = "";
    },
    commands: () => read<{ items: CommandInfo[] }>("/api/v1/commands"),
    run: (run: string) => read<Reply>(`/api/v1/runs/${encodeURIComponent(run)}`),
    history: (before?: string) =>
      read<{ items: Past[]; next?: string }>(
        `/api/v1/runs?limit=30${before ? `&before=${encodeURIComponent(before)}` : ""}`,
      ),
    complete: (command: string, option: string, typed: string) =>
      read<{ items: Suggestion[] }>(`/api/v1/complete?${new URLSearchParams({ command, option, q: typed })}`),
    write,
    words: async (locale: string): Promise<Record<string, string>> => {
      const found = await read<Record<string, string>>(`/words/${encodeURIComponent(locale)}.json`);
      return "problem" in found ? {} : (found as Record<string, string>);
    },
  };
}

/** Asks until something answers. Only for what is safe to repeat: reading, or writing with a key. */
async function untilAnswered(net: Net, path: string, init: RequestInit): Promise<Response> {
  for (let n = 0, busy = 0; ; n++) {
    let response: Response;
    try {
      response = await net.fetch(path, { ...init, credentials: "same-origin" });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      net.reachable(false);
      await net.maybeBack(PAUSES[Math.min(n, PAUSES.length - 1)]!);
      continue;
    }
    net.reachable(true);
    const later = [502, 503, 504].includes(response.status);
    if (!later || ++busy >= BUSY_TRIES) return response;
    await net.wait(1000 * Number(response.headers.get("retry-after") ?? busy));
  }
}

export const commandPath = (name: string) => `/api/v1/commands/${encodeURIComponent(name.replaceAll(" ", "."))}`;
export const actionPath = (token: string) => `/api/v1/actions/${encodeURIComponent(token)}`;

/** A problem with a view is an answer as well: it is shown as the view that it is. */
async function answerOf(response: Response): Promise<Answer> {
  const body = await json(response);
  const view = viewOf(body.view);
  const run = typeof body.run === "string" ? body.run : "";
  const status = (response.ok ? body.status : body.outcome) as Status | undefined;
  const reply = view && run ? { run, status: status ?? "refused", view } : undefined;
  if (response.ok && reply) return { reply };
  return { ...(reply ? { reply } : {}), problem: problemFrom(response, body) };
}

const problemOf = async (response: Response) => problemFrom(response, await json(response));

function problemFrom(response: Response, body: Record<string, unknown>): Problem {
  const errors = Array.isArray(body.errors) ? (body.errors as Problem["errors"]) : [];
  const after = Number(body.retry_after ?? response.headers.get("retry-after") ?? Number.NaN);
  const detail = typeof body.detail === "string" ? body.detail : typeof body.title === "string" ? body.title : "";
  return { http: response.status, detail, errors, ...(Number.isFinite(after) ? { retryAfter: after } : {}) };
}

async function json(response: Response): Promise<Record<string, unknown>> {
  try {
    const body = (await response.json()) as unknown;
    return body && typeof body === "object" ? (body as Record<string, unknown>) : {};
  } catch (error) {
    // A proxy's error page, or nothing at all: the status still tells enough.
    if (error instanceof SyntaxError || error instanceof TypeError) return {};
    throw error;
  }
}

export function viewOf(view: unknown): View | undefined {
  const v = view as Partial<View> | undefined;
  return v && typeof v.text === "string" && Array.isArray(v.blocks) ? (v as View) : undefined;
}
