// What went wrong, in words for a person: a kind for machines, a sentence, and what to do next.

export type ProblemKind = "options" | "unknown-caller" | "role" | "missing" | "clash" | "rule" | "away" | "internal";

export const HTTP_STATUS: Record<ProblemKind, number> = {
  options: 400,
  "unknown-caller": 401,
  role: 403,
  missing: 404,
  clash: 409,
  rule: 422,
  away: 503,
  internal: 500,
};

export type OptionError = { option: string; text: string; vars?: Words };
export type Words = Record<string, string | number | bigint | Date>;

/** Thrown to stop a command without any effect. The text is English and the key of its translations. */
export class Refusal extends Error {
  readonly kind: ProblemKind;
  readonly vars: Words;
  readonly errors: OptionError[];
  readonly retryAfter: number | undefined;

  constructor(
    kind: ProblemKind,
    text: string,
    vars: Words = {},
    more: { errors?: OptionError[]; retryAfter?: number } = {},
  ) {
    super(text);
    this.kind = kind;
    this.vars = vars;
    this.errors = more.errors ?? [];
    this.retryAfter = more.retryAfter;
  }
}

/** `throw refuse("rule", "No budget left for {kind}. Raise it with /budget set.", { kind })` */
export const refuse = (
  kind: ProblemKind,
  text: string,
  vars?: Words,
  more?: { errors?: OptionError[]; retryAfter?: number },
): Refusal => new Refusal(kind, text, vars, more);
