// Models that write: OpenAI's interface (and whoever speaks it), Anthropic's, and Ollama on machines of one's own.
import {
  type Answered,
  type Call,
  type Capability,
  type Provider,
  ProviderError,
  type Rights,
  type Wish,
  WORD_KINDS,
} from "../provider.ts";
import { ask, failureOf, type Heard, numberAt, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { keyOf, textOf, urlOf } from "./settings.ts";

const RIGHTS: Rights = { commercial: "yes", stores: "unverified", terms: "the provider's terms of use" };
const LONGEST_ANSWER = 2000;

/** In `USD/6` for a million tokens, in and out: what a usual model costs. The real cost comes with the answer. */
type Rate = { in: bigint; out: bigint };
const perMillion = (tokens: number, rate: bigint): bigint => (BigInt(Math.ceil(tokens)) * rate + 999_999n) / 1_000_000n;
/** A token is about four letters of English, and one of Japanese: the worse is reserved. */
const tokensOf = (text: string): number => text.length;

const writing = (model: string, rate: Rate, quality: number): Capability[] =>
  [...WORD_KINDS, "check" as const].map((kind) => ({
    kind,
    model,
    promptMax: 30_000,
    price: ({ prompt }) => perMillion(tokensOf(prompt), rate.in) + perMillion(LONGEST_ANSWER, rate.out),
    rights: RIGHTS,
    quality,
    usual: 8,
  }));

/** A picture costs about as many tokens as it has pixels in 750, at most. */
const TOKENS_A_PICTURE = 1600;
const LONGEST_VERDICT = 400;

/** Looks at pictures, and says one of three words. */
const seeing = (model: string, rate: Rate, quality: number): Capability => ({
  kind: "vision",
  model,
  promptMax: 30_000,
  price: ({ prompt, pictures = [] }) =>
    perMillion(tokensOf(prompt) + pictures.length * TOKENS_A_PICTURE, rate.in) + perMillion(LONGEST_VERDICT, rate.out),
  rights: RIGHTS,
  quality,
  usual: 8,
});

const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

function words(text: string | undefined, kind: string, cost?: bigint): Answered {
  if (!text?.trim()) throw new ProviderError("media", "There are no words in the answer.", { billed: true });
  const made = [{ role: "main", type: "text/plain", name: `${kind}.txt`, from: { text: text.trim() } }];
  return { state: "done", made, ...(cost === undefined ? {} : { cost }) };
}

const paid = ({ json }: Heard, rate: Rate, names: readonly [string, string]): bigint | undefined => {
  const [used, made] = [numberAt(json, "usage", names[0]), numberAt(json, "usage", names[1])];
  return used === undefined || made === undefined ? undefined : perMillion(used, rate.in) + perMillion(made, rate.out);
};

export const OPENAI_RATE: Rate = { in: 1_250_000n, out: 10_000_000n };

/** 429 is two things: too fast, or no money. */
export function openaiFailure(heard: Heard): ProviderError {
  const code = textAt(heard.json, "error", "code") ?? textAt(heard.json, "error", "type") ?? "";
  const said = textAt(heard.json, "error", "message") ?? `HTTP ${heard.status}`;
  if (code === "insufficient_quota" || code === "billing_hard_limit_reached") return new ProviderError("money", said);
  if (code === "moderation_blocked" || code === "content_policy_violation")
    return new ProviderError("moderation_in", said);
  return failureOf(heard, said);
}

export async function writeWithOpenai(base: URL, key: string, { wish, capability, signal }: Call): Promise<Answered> {
  const heard = await ask({
    url: new URL("chat/completions", base),
    headers: { authorization: `Bearer ${key}` },
    json: {
      model: capability.model,
      messages: [{ role: "user", content: shownToOpenai(wish) }],
      max_completion_tokens: LONGEST_ANSWER,
    },
    seconds: 120,
    signal,
  });
  if (heard.status >= 400) throw openaiFailure(heard);
  const refusal = textAt(heard.json, "choices", 0, "message", "refusal");
  if (refusal) throw new ProviderError("moderation_in", refusal, { billed: true });
  return words(
    textAt(heard.json, "choices", 0, "message", "content"),
    wish.kind,
    paid(heard, OPENAI_RATE, ["prompt_tokens", "completion_tokens"]),
  );
}

/** Words alone, or with pictures as data addresses. */
const shownToOpenai = ({ prompt, pictures }: Wish) =>
  pictures
    ? [
        { type: "text", text: prompt },
        ...pictures.map(({ type, bytes }) => ({
          type: "image_url",
          image_url: { url: `data:${type};base64,${base64Of(bytes)}` },
        })),
      ]
    : prompt;

export const openaiWriting = (model: string): Capability[] => [
  ...writing(model, OPENAI_RATE, 0.85),
  seeing(model, OPENAI_RATE, 0.85),
];

const CLAUDE_RATE: Rate = { in: 3_000_000n, out: 15_000_000n };

export function anthropic({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "ANTHROPIC_API_KEY");
  if (!key) return undefined;
  const base = urlOf(read, "ANTHROPIC_BASE_URL", "https://api.anthropic.com");
  const model = textOf(read, "ANTHROPIC_MODEL", "the name of a model") ?? "claude-sonnet-4-5";
  return {
    slug: "anthropic",
    name: "Anthropic",
    capabilities: [...writing(model, CLAUDE_RATE, 0.9), seeing(model, CLAUDE_RATE, 0.9)],
    atOnce: 4,
    hosts: [base.host],
    async submit({ wish, capability, signal }) {
      const heard = await ask({
        url: new URL("/v1/messages", base),
        headers: { "x-api-key": key, "anthropic-version": "2023-06-01" },
        json: {
          model: capability.model,
          max_tokens: LONGEST_ANSWER,
          messages: [{ role: "user", content: shownToClaude(wish) }],
        },
        seconds: 120,
        signal,
      });
      if (heard.status >= 400) {
        const said = textAt(heard.json, "error", "message") ?? `HTTP ${heard.status}`;
        throw /credit balance/i.test(said) ? new ProviderError("money", said) : failureOf(heard, said);
      }
      if (textAt(heard.json, "stop_reason") === "refusal")
        throw new ProviderError("moderation_in", "The model refused.", { billed: true });
      return words(
        textAt(heard.json, "content", 0, "text"),
        wish.kind,
        paid(heard, CLAUDE_RATE, ["input_tokens", "output_tokens"]),
      );
    },
    // A lost answer is a few words: they are written again, and paid again.
    find: async () => "gone",
  };
}

/** Pictures first, as its makers advise. */
const shownToClaude = ({ prompt, pictures }: Wish) =>
  pictures
    ? [
        ...pictures.map(({ type, bytes }) => ({
          type: "image",
          source: { type: "base64", media_type: type, data: base64Of(bytes) },
        })),
        { type: "text", text: prompt },
      ]
    : prompt;

/** One's own machines: whoever has the model loaded is asked first, and the next one when it is full or away. */
export function ollama({ read }: Opening): Provider | undefined {
  const hosts = read(
    "OLLAMA_HOSTS",
    (value) => value.split(",").map((host) => hostOf(host.trim())),
    "addresses such as http://localhost:11434, with commas between",
  );
  if (!hosts || hosts.length === 0) return undefined;
  const model = textOf(read, "OLLAMA_MODEL", "the name of a model") ?? "llama3.2";
  return {
    slug: "ollama",
    name: "Ollama",
    capabilities: writing(model, { in: 0n, out: 0n }, 0.5),
    atOnce: hosts.length,
    hosts: hosts.map((h) => h.host),
    async submit(call) {
      const failures: ProviderError[] = [];
      for (const host of await warmFirst(hosts, model, call.signal)) {
        try {
          return await writeWithOllama(host, call);
        } catch (error) {
          if (!(error instanceof ProviderError) || error.failure === "invalid") throw error;
          failures.push(error);
        }
      }
      throw failures[0] ?? new ProviderError("broken", "No host answers.");
    },
    find: async () => "never arrived",
    settleSeconds: 0,
  };
}

function hostOf(value: string): URL {
  const url = new URL(/^https?:\/\//.test(value) ? value : `http://${value}`);
  return url;
}

async function warmFirst(hosts: readonly URL[], model: string, signal: AbortSignal): Promise<URL[]> {
  const warm = await Promise.all(
    hosts.map(async (host) => {
      const loaded = await ask({ url: new URL("/api/ps", host), seconds: 3, signal }).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return undefined;
      });
      return loaded === undefined ? -1 : loaded.bytes.includes(`"${model}`) ? 1 : 0;
    }),
  );
  // Those that did not answer are tried last: they may have been busy for a moment.
  return hosts
    .map((host, n) => ({ host, warm: warm[n]! }))
    .sort((a, b) => b.warm - a.warm)
    .map(({ host }) => host);
}

async function writeWithOllama(host: URL, { wish, capability, signal }: Call): Promise<Answered> {
  const heard = await ask({
    url: new URL("/api/chat", host),
    json: { model: capability.model, messages: [{ role: "user", content: wish.prompt }], stream: false },
    seconds: 300,
    signal,
  });
  const said = textAt(heard.json, "error");
  if (heard.status === 404) throw new ProviderError("invalid", said ?? `There is no model ${capability.model}.`);
  if (heard.status >= 400) throw failureOf(heard, said ?? `HTTP ${heard.status}`);
  return words(textAt(heard.json, "message", "content"), wish.kind, 0n);
}
