// Stability (sound effects and music, licensed training), Replicate (anybody's model), Azure (voices).
import { type Answered, type Call, type Capability, type Provider, ProviderError, Unknown } from "../provider.ts";
import { ask, at, failureOf, type Heard, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { dollars, flat, keyOf, textOf, urlOf } from "./settings.ts";

const audio = (bytes: Buffer, name: string): Answered => ({
  state: "done",
  made: [{ role: "main", type: "audio/mpeg", name, from: { bytes } }],
});

const STABLE: Capability = {
  kind: "song",
  model: "stable-audio-2.5",
  seconds: [1, 190],
  promptMax: 10_000,
  price: flat("0.20"),
  rights: {
    commercial: "yes",
    stores: "yes",
    terms: "https://stability.ai/terms-of-use",
    label: "licensed training data",
  },
  quality: 0.75,
  usual: 30,
};

export function stability({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "STABILITY_API_KEY");
  if (!key) return undefined;
  const base = urlOf(read, "STABILITY_API_URL", "https://api.stability.ai");
  return {
    slug: "stability",
    name: "Stability",
    capabilities: [STABLE, { ...STABLE, kind: "loop" }],
    atOnce: 5,
    hosts: [base.host],
    async submit({ wish, capability, signal }: Call) {
      // A form, also without a file: they take nothing else.
      const form = new FormData();
      const fields = {
        prompt: wish.prompt,
        model: capability.model,
        duration: Math.round(wish.seconds ?? 90),
        seed: wish.seed % 2 ** 32,
        output_format: "mp3",
      };
      for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
      const heard = await ask({
        url: new URL("/v2beta/audio/stable-audio-2/text-to-audio", base),
        headers: { authorization: `Bearer ${key}`, accept: "audio/*" },
        form,
        begins: true,
        seconds: 300,
        signal,
      });
      if (heard.status >= 400) throw stabilityFailure(heard);
      return audio(heard.bytes, "song.mp3");
    },
  };
}

function stabilityFailure(heard: Heard): ProviderError {
  const words = textAt(heard.json, "errors", 0) ?? textAt(heard.json, "name") ?? `HTTP ${heard.status}`;
  if (heard.status === 403) return new ProviderError("moderation_in", words);
  return failureOf(heard, words);
}

export function replicate({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "REPLICATE_API_KEY");
  if (!key) return undefined;
  const base = urlOf(read, "REPLICATE_API_URL", "https://api.replicate.com");
  const model = read("REPLICATE_MODEL", modelOf, "owner/name of a music model") ?? "meta/musicgen";
  const headers = { authorization: `Bearer ${key}` };
  const capability: Capability = {
    kind: "song",
    model,
    seconds: [1, 120],
    promptMax: 2000,
    price: flat("0.10"),
    rights: {
      commercial: "unverified",
      stores: "unverified",
      terms: `https://replicate.com/${model}`,
      label: "the model's own licence",
    },
    quality: 0.6,
    usual: 60,
  };
  const prediction = (id: string, more = "") => new URL(`/v1/predictions/${encodeURIComponent(id)}${more}`, base);
  return {
    slug: "replicate",
    name: "Replicate",
    capabilities: [capability],
    atOnce: 10,
    pollSeconds: 5,
    hosts: [base.host],
    async submit({ wish, callback, signal }: Call) {
      const heard = replied(
        await ask({
          url: new URL(`/v1/models/${model}/predictions`, base),
          headers,
          json: {
            input: {
              prompt: wish.prompt,
              duration: Math.round(wish.seconds ?? 30),
              seed: wish.seed,
              output_format: "mp3",
            },
            ...(callback ? { webhook: callback, webhook_events_filter: ["completed"] } : {}),
          },
          begins: true,
          signal,
        }),
      );
      const task = textAt(heard.json, "id");
      if (!task) throw new Unknown("There is no prediction in the answer.");
      return { state: "accepted", task };
    },
    query: async (id, { signal }) => predicted(replied(await ask({ url: prediction(id), headers, signal }))),
    async cancel(id, { signal }) {
      const heard = await ask({ url: prediction(id, "/cancel"), method: "POST", headers, signal });
      return heard.status < 300 ? "cancelled" : "too late";
    },
  };
}

function modelOf(value: string): string {
  if (!/^[\w.-]+\/[\w.-]+$/.test(value)) throw new Error();
  return value;
}

function replied(heard: Heard): Heard {
  if (heard.status < 400) return heard;
  throw failureOf(heard, textAt(heard.json, "detail") ?? textAt(heard.json, "title") ?? `HTTP ${heard.status}`);
}

function predicted({ json }: Heard): Answered {
  const status = textAt(json, "status");
  if (status === "starting") return { state: "queued" };
  if (status === "processing") return { state: "running" };
  const words = textAt(json, "error") ?? status ?? "no reason given";
  if (status === "succeeded") {
    const output = at(json, "output");
    const url = typeof output === "string" ? output : textAt(output, 0);
    if (!url) throw new ProviderError("media", "There is nothing in the answer.", { billed: true });
    return { state: "done", made: [{ role: "main", type: "audio/mpeg", name: "song.mp3", from: { url } }] };
  }
  throw new ProviderError(/nsfw|safety|sensitive/i.test(words) ? "moderation_out" : "broken", words, {
    billed: status === "failed",
    told: true,
  });
}

export function azure({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "AZURE_SPEECH_KEY");
  const region = textOf(read, "AZURE_SPEECH_REGION", "a region such as westeurope") ?? "westeurope";
  if (!key) return undefined;
  const base = urlOf(read, "AZURE_SPEECH_API_URL", `https://${region}.tts.speech.microsoft.com`);
  const capability: Capability = {
    kind: "voice",
    model: "neural",
    promptMax: 5000,
    price: ({ prompt }) => dollars("0.000016") * BigInt(prompt.length),
    rights: { commercial: "yes", stores: "unverified", terms: "https://www.microsoft.com/licensing/terms" },
    quality: 0.75,
    usual: 4,
  };
  return {
    slug: "azure",
    name: "Azure Speech",
    capabilities: [capability],
    atOnce: 5,
    perMinute: 20,
    hosts: [base.host],
    async submit({ wish, signal }: Call) {
      const voice = wish.voice ?? VOICES[(wish.language ?? "en").slice(0, 2)] ?? VOICES.en!;
      const heard = await ask({
        url: new URL("/cognitiveservices/v1", base),
        method: "POST",
        headers: {
          "ocp-apim-subscription-key": key,
          "content-type": "application/ssml+xml",
          "x-microsoft-outputformat": "audio-24khz-96kbitrate-mono-mp3",
          "user-agent": "impresario",
        },
        body: ssml(wish.asked ?? wish.prompt, voice),
        begins: true,
        signal,
      });
      if (heard.status >= 400)
        throw failureOf(heard, heard.bytes.toString("utf8").slice(0, 200) || `HTTP ${heard.status}`);
      return audio(heard.bytes, "voice.mp3");
    },
  };
}

const VOICES: Record<string, string> = {
  en: "en-US-JennyNeural",
  es: "es-ES-ElviraNeural",
  pt: "pt-BR-FranciscaNeural",
  fr: "fr-FR-DeniseNeural",
  de: "de-DE-KatjaNeural",
  ja: "ja-JP-NanamiNeural",
  ko: "ko-KR-SunHiNeural",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** What a person typed is text here and can be no tag. */
export const ssml = (text: string, voice: string): string =>
  `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${escaped(voice.slice(0, 5))}"><voice name="${escaped(voice)}">${escaped(text)}</voice></speak>`;
