// OpenAI: pictures, speech and words.
import { type Answered, type Call, type Capability, type Provider, ProviderError, type Rights } from "../provider.ts";
import { ask, at, numberAt, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { dollars, flat, keyOf, textOf, urlOf } from "./settings.ts";
import { openaiFailure, openaiWriting, writeWithOpenai } from "./texts.ts";

const RIGHTS: Rights = { commercial: "yes", stores: "unverified", terms: "https://openai.com/policies/terms-of-use" };
const SIZES = { "1:1": "1024x1024", "16:9": "1536x1024", "9:16": "1024x1536" } as const;

const picture = (kind: "cover" | "thumbnail" | "scene"): Capability => ({
  kind,
  model: "gpt-image-1.5",
  promptMax: 32_000,
  ratios: Object.keys(SIZES),
  price: flat("0.06"),
  rights: RIGHTS,
  quality: 0.9,
  usual: 30,
});

const VOICE: Capability = {
  kind: "voice",
  model: "gpt-4o-mini-tts",
  promptMax: 4096,
  price: ({ prompt }) => (dollars("0.015") * BigInt(prompt.length) + 999n) / 1000n,
  rights: RIGHTS,
  quality: 0.8,
  usual: 8,
};

/** It costs nothing, and reads all languages. */
const MODERATION: Capability = {
  kind: "moderation",
  model: "omni-moderation-latest",
  promptMax: 30_000,
  price: () => 0n,
  rights: RIGHTS,
  quality: 0.9,
  usual: 2,
};
/** What nobody publishes; all else that it flags is for a person to read first. */
const NEVER = [
  "sexual/minors",
  "hate/threatening",
  "harassment/threatening",
  "self-harm/instructions",
  "illicit/violent",
];

async function moderate(base: URL, headers: Headers, { wish, capability, signal }: Call): Promise<Answered> {
  const heard = await ask({
    url: new URL("moderations", base),
    headers,
    json: { model: capability.model, input: [{ type: "text", text: wish.prompt }] },
    seconds: 20,
    signal,
  });
  if (heard.status >= 400) throw openaiFailure(heard);
  const [flagged, categories] = [at(heard.json, "results", 0, "flagged"), at(heard.json, "results", 0, "categories")];
  if (
    typeof flagged !== "boolean" ||
    typeof categories !== "object" ||
    categories === null ||
    Array.isArray(categories)
  )
    throw new ProviderError("media", "The answer says nothing of the words.");
  const named = Object.entries(categories)
    .filter(([, is]) => is === true)
    .map(([name]) => name)
    .sort((a, b) => Number(NEVER.includes(b)) - Number(NEVER.includes(a)));
  const verdict = !flagged ? "pass" : named.some((name) => NEVER.includes(name)) ? "block" : "look";
  const reasons = flagged ? named.slice(0, 5) : [];
  const text = JSON.stringify({ verdict, reasons });
  return {
    state: "done",
    made: [{ role: "main", type: "application/json", name: "verdict.json", from: { text } }],
    cost: 0n,
  };
}

export function openai({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "OPENAI_API_KEY");
  const address = urlOf(read, "OPENAI_BASE_URL", "https://api.openai.com/v1");
  if (!key) return undefined;
  const base = new URL(address.href.endsWith("/") ? address : `${address.href}/`);
  const model = textOf(read, "OPENAI_MODEL", "the name of a model") ?? "gpt-5.1";
  const headers = { authorization: `Bearer ${key}` };
  return {
    slug: "openai",
    name: "OpenAI",
    capabilities: [
      picture("cover"),
      picture("thumbnail"),
      picture("scene"),
      VOICE,
      ...openaiWriting(model),
      MODERATION,
    ],
    atOnce: 5,
    hosts: [base.host],
    submit(call) {
      if (call.capability === VOICE || call.capability.kind === "voice") return speak(base, headers, call);
      if (["cover", "thumbnail", "scene"].includes(call.capability.kind)) return draw(base, headers, call);
      if (call.capability.kind === "moderation") return moderate(base, headers, call);
      return writeWithOpenai(base, key, call);
    },
  };
}

type Headers = Record<string, string>;

async function draw(base: URL, headers: Headers, { wish, capability, signal }: Call): Promise<Answered> {
  const heard = await ask({
    url: new URL("images/generations", base),
    headers,
    json: {
      model: capability.model,
      prompt: wish.prompt,
      n: 1,
      size: SIZES[wish.ratio ?? "1:1"],
      quality: "medium",
      output_format: "png",
    },
    begins: true,
    seconds: 180,
    signal,
  });
  if (heard.status >= 400) throw openaiFailure(heard);
  const base64 = textAt(heard.json, "data", 0, "b64_json");
  if (!base64) throw new ProviderError("media", "There is no picture in the answer.", { billed: true });
  const tokens = numberAt(heard.json, "usage", "output_tokens");
  const bytes = Buffer.from(base64, "base64");
  return {
    state: "done",
    made: [{ role: "main", type: "image/png", name: `${wish.kind}.png`, from: { bytes } }],
    // Forty dollars for a million tokens of picture.
    ...(tokens === undefined ? {} : { cost: 40n * BigInt(tokens) }),
  };
}

async function speak(base: URL, headers: Headers, { wish, capability, signal }: Call): Promise<Answered> {
  const heard = await ask({
    url: new URL("audio/speech", base),
    headers,
    json: {
      model: capability.model,
      voice: wish.voice ?? "alloy",
      input: wish.asked ?? wish.prompt,
      response_format: "mp3",
    },
    begins: true,
    seconds: 120,
    signal,
  });
  if (heard.status >= 400) throw openaiFailure(heard);
  return {
    state: "done",
    made: [{ role: "main", type: "audio/mpeg", name: "voice.mp3", from: { bytes: heard.bytes } }],
  };
}
