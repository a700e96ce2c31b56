// How Slack says no: nearly always with status 200, `ok: false` and one word.
import type { Json, Problems } from "./schema.ts";

export class Refusal extends Error {
  readonly word: string;
  readonly more: Json;
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(word: string, more: Json = {}, status = 200, headers: Record<string, string> = {}) {
    super(word);
    this.word = word;
    this.more = more;
    this.status = status;
    this.headers = headers;
  }
}

export function refuse(word: string, more?: Json): never {
  throw new Refusal(word, more);
}

export function refuseIf(problems: Problems, word: string): void {
  if (problems.length === 0) return;
  throw new Refusal(word, {
    errors: problems,
    response_metadata: { messages: problems.map((words) => `[ERROR] ${words}`) },
  });
}

export function tooFast(seconds: number): never {
  throw new Refusal("ratelimited", {}, 429, { "retry-after": String(Math.max(1, Math.ceil(seconds))) });
}
