// Everything that goes wrong over HTTP is one shape: application/problem+json (RFC 9457), with what to do next.
import { isAway, type Reply } from "../../core/inbox/index.ts";
import { HTTP_STATUS, type ProblemKind, Refusal, type Words } from "../../core/problem.ts";
import { type Locale, say } from "../../core/words/say.ts";

type Told = { says: string; vars?: Words; headers?: Record<string, string>; retryAfter?: number };

/** What only HTTP can get wrong: methods, sizes, formats, pace. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly kind: HttpKind;
  readonly told: Told;
  constructor(status: number, kind: HttpKind, told: Told) {
    super(told.says);
    this.status = status;
    this.kind = kind;
    this.told = told;
  }
}

export type HttpKind = "request" | "method" | "large" | "format" | "slow" | "many" | "forgery";

const TITLES: Record<ProblemKind | HttpKind, { says: string }> = {
  options: { says: "Some options need another look" },
  "unknown-caller": { says: "Not signed in" },
  role: { says: "Not allowed" },
  missing: { says: "Not found" },
  clash: { says: "In conflict with what is there" },
  rule: { says: "Not possible now" },
  away: { says: "Out of reach for a moment" },
  internal: { says: "Broken on our side" },
  request: { says: "Not understood" },
  method: { says: "Method not allowed" },
  large: { says: "Too large" },
  format: { says: "Another format is needed" },
  slow: { says: "Too slow" },
  many: { says: "Too many requests" },
  forgery: { says: "Not from our own page" },
};

export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors: { option: string; detail: string }[];
  retry_after?: number;
  run?: string;
  outcome?: string;
  view?: unknown;
};

type More = Partial<Pick<ProblemBody, "errors" | "retry_after" | "run" | "outcome" | "view">>;

export function problemBody(
  locale: Locale,
  kind: ProblemKind | HttpKind,
  status: number,
  detail: string,
  more: More = {},
): ProblemBody {
  const title = say(locale, TITLES[kind].says);
  return { type: `urn:impresario:problem:${kind}`, title, status, detail, errors: [], ...more };
}

export function problemResponse(body: ProblemBody, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(body.retry_after === undefined ? {} : { "retry-after": String(body.retry_after) }),
      ...headers,
    },
  });
}

/** A run that was refused or broke, as a problem. */
export function problemOfReply(locale: Locale, reply: Reply): ProblemBody {
  const kind = reply.problem?.kind ?? "internal";
  return problemBody(locale, kind, HTTP_STATUS[kind], reply.problem?.detail ?? reply.view.text, {
    errors: reply.problem?.errors ?? [],
    ...(reply.problem?.retryAfter === undefined ? {} : { retry_after: Math.ceil(reply.problem.retryAfter) }),
    run: reply.run,
    outcome: reply.status,
    view: reply.view,
  });
}

export const away = () =>
  new Refusal(
    "away",
    "The database cannot be reached. Nothing was changed; ask again in a moment.",
    {},
    { retryAfter: 2 },
  );

/** Any error as a problem. `unexpected` tells whoever keeps the log. */
export function problemOfError(locale: Locale, thrown: unknown, unexpected: (error: unknown) => void): Response {
  const error = isAway(thrown) ? away() : thrown;
  if (error instanceof HttpProblem) {
    const { says, vars, headers, retryAfter } = error.told;
    const more = retryAfter === undefined ? {} : { retry_after: retryAfter };
    return problemResponse(problemBody(locale, error.kind, error.status, say(locale, says, vars), more), headers);
  }
  if (error instanceof Refusal) {
    const errors = error.errors.map((e) => ({ option: e.option, detail: say(locale, e.text, e.vars) }));
    const retry = error.retryAfter === undefined ? {} : { retry_after: Math.ceil(error.retryAfter) };
    const body = problemBody(locale, error.kind, HTTP_STATUS[error.kind], say(locale, error.message, error.vars), {
      errors,
      ...retry,
    });
    return problemResponse(body, error.kind === "unknown-caller" ? { "www-authenticate": "Bearer" } : {});
  }
  unexpected(error);
  return problemResponse(
    problemBody(
      locale,
      "internal",
      500,
      say(locale, "Something broke on our side, and nothing was changed. Ask again in a moment."),
    ),
  );
}
