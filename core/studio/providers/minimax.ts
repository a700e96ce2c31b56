// MiniMax: songs (one call that waits until it is done) and clips (tasks, in the current interface and the one before).
// HTTP 200 is no success here: every answer carries a code of its own.
import {
  type Answered,
  type Call,
  type Capability,
  type Failure,
  type Found,
  type Provider,
  ProviderError,
  type Rights,
  Unknown,
} from "../provider.ts";
import { type Ask, ask, at, failureOf, type Heard, numberAt, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { dollars, flat, keyOf, perSecond, urlOf } from "./settings.ts";

type Host = { base: URL; key: string };

const RIGHTS: Rights = {
  commercial: "unverified",
  stores: "unverified",
  terms: "https://www.minimax.io/platform/protocol",
};

/** The codes of `base_resp`, as their error table lists them. */
const CODES: Record<number, Failure> = {
  1000: "broken",
  1001: "timeout",
  1002: "rate",
  1004: "auth",
  1008: "money",
  1013: "broken",
  1024: "broken",
  1026: "moderation_in",
  1027: "moderation_out",
  1033: "broken",
  1039: "rate",
  1041: "concurrency",
  1042: "invalid",
  2013: "invalid",
  2045: "rate",
  2049: "auth",
  2056: "money",
};

function checked(heard: Heard): Heard {
  const code = numberAt(heard.json, "base_resp", "status_code");
  const words = textAt(heard.json, "base_resp", "status_msg") ?? `HTTP ${heard.status}`;
  if (code !== undefined && code !== 0) throw new ProviderError(CODES[code] ?? "broken", words);
  if (heard.status >= 400) throw failureOf(heard, textAt(heard.json, "error", "message") ?? words);
  if (heard.json === undefined) throw new ProviderError("broken", "The answer is no JSON.");
  return heard;
}

export function minimax({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "MINIMAX_API_KEY");
  if (!key) return undefined;
  const host: Host = { key, base: urlOf(read, "MINIMAX_API_URL", "https://api.minimax.io") };
  const capabilities = [SONG, CLIP, OLD_CLIP];
  return {
    slug: "minimax",
    name: "MiniMax",
    capabilities,
    atOnce: 5,
    perMinute: 5,
    pollSeconds: 20,
    hosts: [host.base.host],
    submit: (call) => FLOWS[call.capability.model]!.submit(host, call),
    query: (task, call) => FLOWS[call.capability.model]!.query!(host, task, call),
    cancel: (task, call) => FLOWS[call.capability.model]!.cancel?.(host, task, call) ?? Promise.resolve("refused"),
    find: (call) => FLOWS[call.capability.model]!.find?.(host, call) ?? Promise.resolve("unknown"),
  };
}

const request = async ({ base, key }: Host, path: string, { signal }: Call, more: Omit<Ask, "url" | "signal"> = {}) =>
  checked(await ask({ url: new URL(path, base), headers: { authorization: `Bearer ${key}` }, signal, ...more }));

type Flow = {
  submit(host: Host, call: Call): Promise<Answered>;
  query?(host: Host, task: string, call: Call): Promise<Answered>;
  cancel?(host: Host, task: string, call: Call): Promise<"cancelled" | "too late" | "refused">;
  find?(host: Host, call: Call): Promise<Found>;
};

const SONG: Capability = {
  kind: "song",
  model: "music-2.6",
  seconds: [10, 300],
  promptMax: 2000,
  lyrics: true,
  price: flat("0.15"),
  rights: RIGHTS,
  quality: 0.8,
  usual: 90,
};

const song: Flow = {
  async submit(host, call) {
    const { wish } = call;
    const { json } = await request(host, "/v1/music_generation", call, {
      begins: true,
      seconds: 300,
      json: {
        model: call.capability.model,
        prompt: wish.prompt,
        ...(wish.lyrics ? { lyrics: wish.lyrics } : { is_instrumental: true }),
        stream: false,
        output_format: "url",
        audio_setting: { sample_rate: 44100, bitrate: 256000, format: "mp3" },
      },
    });
    const audio = textAt(json, "data", "audio") ?? textAt(json, "audio_url");
    if (!audio) throw new ProviderError("media", "There is no audio in the answer.", { billed: true });
    const milliseconds = numberAt(json, "extra_info", "music_duration");
    // The same field holds an address or the bytes in hexadecimal, by what was asked and by what they felt like.
    const from = /^https?:/.test(audio) ? { url: audio } : { bytes: Buffer.from(audio, "hex") };
    return {
      state: "done",
      made: [
        {
          role: "main",
          type: "audio/mpeg",
          name: "song.mp3",
          from,
          facts: milliseconds === undefined ? {} : { seconds: milliseconds / 1000 },
        },
      ],
    };
  },
};

const CLIP: Capability = {
  kind: "clip",
  model: "MiniMax-H3",
  seconds: [4, 15],
  promptMax: 2000,
  ratios: ["16:9", "9:16", "1:1"],
  price: perSecond("0.08", 6),
  rights: RIGHTS,
  quality: 0.85,
  usual: 180,
};

const clip: Flow = {
  async submit(host, call) {
    const { wish } = call;
    const { json } = await request(host, "/v2/video_generation", call, {
      begins: true,
      json: {
        model: call.capability.model,
        content: [{ type: "text", text: wish.prompt }],
        resolution: "768P",
        duration: Math.ceil(wish.seconds ?? 6),
        ratio: wish.ratio ?? "16:9",
        ...(call.callback ? { callback_url: call.callback } : {}),
      },
    });
    return accepted(textAt(json, "task_id"));
  },
  async query(host, task, call) {
    const { json } = await request(host, `/v2/query/video_generation/${encodeURIComponent(task)}`, call);
    const status = textAt(json, "task", "status");
    if (status === "queued" || status === "running") return { state: status };
    if (status !== "succeeded") throw failedTask(status, textAt(json, "task", "error", "message"));
    const seconds = numberAt(json, "task", "usage", "total_seconds");
    return video(
      textAt(json, "task", "content", "url"),
      seconds,
      seconds === undefined ? undefined : dollars("0.08") * BigInt(Math.ceil(seconds)),
    );
  },
  async cancel(host, task, call) {
    try {
      await request(host, `/v2/video_generation/${encodeURIComponent(task)}`, call, { method: "DELETE" });
      return "cancelled";
    } catch (error) {
      if (error instanceof ProviderError && error.failure === "invalid") return "too late";
      throw error;
    }
  },
  // Theirs is a list of tasks, newest first, with the prompt of each: ours is one of those with our words.
  async find(host, call) {
    const tasks: string[] = [];
    for (let page = 1; page <= PAGES; page++) {
      const { json } = await request(host, `/v2/query/video_generation?page_num=${page}&page_size=50`, call);
      const items = at(json, "items");
      if (!Array.isArray(items)) return "unknown";
      for (const item of items) {
        const task = textAt(item, "id") ?? textAt(item, "task_id");
        if (task && textAt(item, "prompt") === call.wish.prompt) tasks.push(task);
      }
      if (items.length < 50) return { tasks, all: true };
    }
    return { tasks, all: false };
  },
};

/** A thousand things: the largest batch. */
const PAGES = 25;

const [SHORT, LONG] = [dollars("0.28"), dollars("0.56")];
const OLD_CLIP: Capability = {
  kind: "clip",
  model: "MiniMax-Hailuo-2.3",
  seconds: [6, 10],
  promptMax: 2000,
  ratios: ["16:9"],
  price: (wish) => ((wish.seconds ?? 6) > 6 ? LONG : SHORT),
  rights: RIGHTS,
  quality: 0.75,
  usual: 240,
};

const oldClip: Flow = {
  async submit(host, call) {
    const { wish } = call;
    const { json } = await request(host, "/v1/video_generation", call, {
      begins: true,
      json: {
        model: call.capability.model,
        prompt: wish.prompt,
        duration: (wish.seconds ?? 6) > 6 ? 10 : 6,
        resolution: "768P",
        prompt_optimizer: true,
        ...(call.callback ? { callback_url: call.callback } : {}),
      },
    });
    return accepted(textAt(json, "task_id"));
  },
  async query(host, task, call) {
    const { json } = await request(host, `/v1/query/video_generation?task_id=${encodeURIComponent(task)}`, call);
    // Upper case here, lower case in a callback.
    const status = textAt(json, "status")?.toLowerCase();
    if (status === "preparing" || status === "queueing") return { state: "queued" };
    if (status === "processing") return { state: "running" };
    if (status !== "success") throw failedTask(status, textAt(json, "base_resp", "status_msg"));
    const file = textAt(json, "file_id");
    if (!file) throw new ProviderError("media", "There is no file in the answer.", { billed: true });
    const found = await request(host, `/v1/files/retrieve?file_id=${encodeURIComponent(file)}`, call);
    return video(textAt(found.json, "file", "download_url"), undefined, undefined);
  },
};

const FLOWS: Record<string, Flow> = { [SONG.model]: song, [CLIP.model]: clip, [OLD_CLIP.model]: oldClip };

function accepted(task: string | undefined): Answered {
  if (!task) throw new Unknown("There is no task id in the answer.");
  return { state: "accepted", task };
}

function video(url: string | undefined, seconds: number | undefined, cost: bigint | undefined): Answered {
  if (!url) throw new ProviderError("media", "There is no video in the answer.", { billed: true });
  const facts = seconds === undefined ? {} : { seconds };
  return {
    state: "done",
    made: [{ role: "main", type: "video/mp4", name: "clip.mp4", from: { url }, facts }],
    ...(cost === undefined ? {} : { cost }),
  };
}

/** Failed and held back clips are not charged. */
function failedTask(status: string | undefined, words = "no reason given"): ProviderError {
  if (status === "expired") return new ProviderError("timeout", words, { told: true });
  if (/sensitive|moderat|policy|safety/i.test(words)) return new ProviderError("moderation_out", words);
  return new ProviderError("broken", words, { told: true });
}
