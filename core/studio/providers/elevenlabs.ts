// ElevenLabs: music and voices. Both answer with the sound itself.
import { type Answered, type Call, type Capability, type Provider, ProviderError, type Rights } from "../provider.ts";
import { ask, failureOf, type Heard, retryAfter, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { dollars, keyOf, perSecond, urlOf } from "./settings.ts";

const RIGHTS: Rights = { commercial: "unverified", stores: "unverified", terms: "https://elevenlabs.io/terms-of-use" };

const MUSIC: Capability = {
  kind: "song",
  model: "music_v2_5",
  seconds: [3, 600],
  promptMax: 4000,
  price: perSecond("0.69", 120, 60),
  rights: RIGHTS,
  quality: 0.85,
  usual: 60,
};
const VOICE: Capability = {
  kind: "voice",
  model: "eleven_multilingual_v2",
  promptMax: 5000,
  price: ({ prompt }) => (dollars("0.10") * BigInt(prompt.length) + 999n) / 1000n,
  rights: RIGHTS,
  quality: 0.9,
  usual: 6,
};
/** Their example voice: everybody's account has it. */
const ANY_VOICE = "21m00Tcm4TlvDq8ikWAM";

export function elevenlabs({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "ELEVENLABS_API_KEY");
  if (!key) return undefined;
  const base = urlOf(read, "ELEVENLABS_API_URL", "https://api.elevenlabs.io");
  const post = async (path: string, call: Call, json: object): Promise<Heard> => {
    const heard = await ask({
      url: new URL(path, base),
      headers: { "xi-api-key": key },
      json,
      begins: true,
      seconds: 300,
      signal: call.signal,
    });
    if (heard.status >= 400) throw failure(heard);
    return heard;
  };
  return {
    slug: "elevenlabs",
    name: "ElevenLabs",
    capabilities: [MUSIC, VOICE],
    // Their smallest paid plan.
    atOnce: 3,
    hosts: [base.host],
    submit: (call) => (call.capability.kind === "voice" ? speak(post, call) : play(post, call)),
  };
}

type Post = (path: string, call: Call, json: object) => Promise<Heard>;

async function play(post: Post, call: Call): Promise<Answered> {
  const { wish, capability } = call;
  const heard = await post("/v1/music?output_format=mp3_44100_128", call, {
    prompt: wish.prompt,
    music_length_ms: Math.round((wish.seconds ?? 120) * 1000),
    model_id: capability.model,
    force_instrumental: wish.instrumental ?? true,
    sign_with_c2pa: true,
  });
  const id = heard.headers.get("song-id");
  return sound(heard, "song.mp3", id ? { song_id: id, c2pa: true } : { c2pa: true });
}

async function speak(post: Post, call: Call): Promise<Answered> {
  const { wish, capability } = call;
  const voice = encodeURIComponent(wish.voice ?? ANY_VOICE);
  const heard = await post(`/v1/text-to-speech/${voice}/with-timestamps?output_format=mp3_44100_128`, call, {
    text: wish.asked ?? wish.prompt,
    model_id: capability.model,
    // They take a whole number of 32 bits.
    seed: wish.seed % 2 ** 32,
    ...(wish.language ? { language_code: wish.language.slice(0, 2) } : {}),
  });
  const base64 = textAt(heard.json, "audio_base64");
  if (!base64) throw new ProviderError("media", "There is no sound in the answer.", { billed: true });
  const starts = (heard.json as Timed).alignment?.character_start_times_seconds;
  // When each letter is spoken: captions follow the voice itself.
  const facts =
    Array.isArray(starts) && starts.every((s) => typeof s === "number") ? { starts: starts.map(hundredths) } : {};
  return {
    state: "done",
    made: [
      { role: "main", type: "audio/mpeg", name: "voice.mp3", from: { bytes: Buffer.from(base64, "base64") }, facts },
    ],
  };
}

type Timed = { alignment?: { character_start_times_seconds?: unknown[] } };
const hundredths = (seconds: unknown) => Math.round(Number(seconds) * 100) / 100;

const sound = ({ bytes }: Heard, name: string, facts: Record<string, unknown>): Answered => ({
  state: "done",
  made: [{ role: "main", type: "audio/mpeg", name, from: { bytes }, facts }],
});

function failure(heard: Heard): ProviderError {
  const status = textAt(heard.json, "detail", "status") ?? "";
  const words = textAt(heard.json, "detail", "message") ?? textAt(heard.json, "detail") ?? `HTTP ${heard.status}`;
  const after = retryAfter(heard.headers);
  if (status === "quota_exceeded") return new ProviderError("money", words);
  // Two kinds of 429: too many of ours at once, or too many of everybody's.
  if (status === "too_many_concurrent_requests") return new ProviderError("concurrency", words, { after });
  if (status === "system_busy") return new ProviderError("capacity", words, { after });
  if (/bad_prompt|moderation|content|safety|copyright/.test(status)) return new ProviderError("moderation_in", words);
  return failureOf(heard, words);
}
