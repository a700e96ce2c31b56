// Every provider over real HTTP against its emulator: what is sent, what comes of it, and what each of its errors is to us.
import { afterEach, describe, expect, test } from "vitest";
import { comfyui } from "../../../test/emulators/providers/comfyui.ts";
import * as makers from "../../../test/emulators/providers/makers.ts";
import { type Answer, type Handle, KEY, openProvider, type World } from "../../../test/emulators/providers/server.ts";
import {
  type Answered,
  type Call,
  type Failure,
  type Kind,
  type Provider,
  ProviderError,
  Unknown,
  type Wish,
} from "../provider.ts";
import { openProviders } from "./index.ts";
import { ssml } from "./others.ts";

const PICTURE = { type: "image/png", bytes: makers.PNG };
let world: World;
afterEach(() => world.close());

type Entry = {
  slug: string;
  handle: Handle;
  env: (url: string) => Record<string, string>;
  kinds: Partial<Record<Kind, Partial<Wish>>>;
};
const keyed =
  (name: string, more: Record<string, string> = {}) =>
  (url: string) => ({ [`${name}_API_KEY`]: KEY, [`${name}_API_URL`]: url, ...more });
const ALL: Entry[] = [
  { slug: "minimax", handle: makers.minimax, env: keyed("MINIMAX"), kinds: { song: {}, clip: { seconds: 6 } } },
  { slug: "suno", handle: makers.suno, env: keyed("SUNO"), kinds: { song: {} } },
  {
    slug: "elevenlabs",
    handle: makers.elevenlabs,
    env: keyed("ELEVENLABS"),
    kinds: { song: { seconds: 10 }, voice: { asked: "Hello" } },
  },
  {
    slug: "openai",
    handle: makers.openai,
    env: (url) => ({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` }),
    kinds: {
      cover: { ratio: "16:9" },
      voice: { asked: "Hello" },
      post: {},
      moderation: {},
      check: {},
      vision: { pictures: [PICTURE] },
    },
  },
  {
    slug: "anthropic",
    handle: makers.anthropic,
    env: (url) => ({ ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: url }),
    kinds: { caption: {}, vision: { pictures: [PICTURE, PICTURE] } },
  },
  { slug: "ollama", handle: makers.ollama, env: (url) => ({ OLLAMA_HOSTS: url }), kinds: { script: {} } },
  {
    slug: "comfyui",
    handle: comfyui,
    env: (url) => ({ COMFYUI_URL: url, COMFYUI_MODEL: "sd_xl_base_1.0.safetensors" }),
    kinds: { cover: { ratio: "1:1" } },
  },
  { slug: "runway", handle: makers.runway, env: keyed("RUNWAY"), kinds: { clip: { seconds: 5 } } },
  { slug: "stability", handle: makers.stability, env: keyed("STABILITY"), kinds: { song: { seconds: 30 } } },
  { slug: "replicate", handle: makers.replicate, env: keyed("REPLICATE"), kinds: { song: { seconds: 8 } } },
  {
    slug: "azure",
    handle: makers.azure,
    env: (url) => ({ AZURE_SPEECH_KEY: KEY, AZURE_SPEECH_API_URL: url }),
    kinds: { voice: { asked: "<speak>&</speak>" } },
  },
];

const read =
  (env: Record<string, string>) =>
  <T>(name: string, parse: (value: string) => T) =>
    env[name] === undefined ? undefined : parse(env[name]);
const open = async ({ slug, handle, env }: Entry, change: Record<string, string> = {}): Promise<Provider> => {
  world = await openProvider(handle);
  const found = openProviders({ read: read({ ...env(world.url), ...change }) }).find((p) => p.slug === slug);
  if (!found) throw new Error(`no ${slug}`);
  return found;
};
const callFor = (provider: Provider, kind: Kind, wish: Partial<Wish> = {}, nth = 0): Call => ({
  wish: { kind, title: "Neon Bay", prompt: "city pop, 112 bpm", seed: 7, ...wish },
  capability: provider.capabilities.filter((c) => c.kind === kind)[nth]!,
  attempt: "a1",
  signal: AbortSignal.timeout(10_000),
  progress: () => {},
});
async function finish(provider: Provider, call: Call): Promise<Extract<Answered, { state: "done" }>> {
  let answer = await provider.submit(call);
  const task = answer.state === "accepted" ? answer.task : "";
  for (let n = 0; answer.state !== "done" && n < 10; n++) answer = await provider.query!(task, call);
  if (answer.state !== "done") throw new Error(answer.state);
  return answer;
}
const failed = async (work: Promise<unknown>): Promise<ProviderError> => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return error as ProviderError;
};

describe.each(ALL)("$slug", (entry) => {
  test.each(Object.keys(entry.kinds) as Kind[])("makes a %s", async (kind) => {
    const provider = await open(entry);
    const call = callFor(provider, kind, entry.kinds[kind]);
    expect(call.capability.price(call.wish)).toBeTypeOf("bigint");
    const { made, cost } = await finish(provider, call);
    expect(made[0]!.role).toBe("main");
    expect(cost === undefined || cost >= 0n).toBe(true);
    // Nothing of ours goes to them but the order and the key.
    for (const seen of world.seen) expect(JSON.stringify(seen.json)).not.toContain(KEY);
  });

  test.skipIf(entry.slug === "ollama" || entry.slug === "comfyui")("a wrong key is told as that", async () => {
    const wrong = Object.fromEntries(
      Object.keys(entry.env("x"))
        .filter((k) => k.endsWith("KEY"))
        .map((k) => [k, "another-key"]),
    );
    const provider = await open(entry, wrong);
    const [kind] = Object.keys(entry.kinds) as [Kind];
    expect((await failed(provider.submit(callFor(provider, kind, entry.kinds[kind])))).failure).toBe("auth");
  });

  test("nobody there: it was never sent", async () => {
    const provider = await open(entry);
    await world.close();
    const [kind] = Object.keys(entry.kinds) as [Kind];
    expect((await failed(provider.submit(callFor(provider, kind, entry.kinds[kind])))).failure).toBe("broken");
  });

  test("500 and 503 with a time to wait", async () => {
    const provider = await open(entry);
    const [kind] = Object.keys(entry.kinds) as [Kind];
    for (const [status, failure] of [
      [500, "broken"],
      [503, "capacity"],
    ] as const) {
      world.fault = () => ({ status, headers: { "retry-after": "7" }, json: {} });
      const error = await failed(provider.submit(callFor(provider, kind, entry.kinds[kind])));
      expect(error).toMatchObject({ failure, after: 7000, billed: false });
    }
  });
});

test.each([
  ["minimax", "song"],
  ["minimax", "clip"],
  ["suno", "song"],
  ["elevenlabs", "song"],
  ["openai", "cover"],
  ["runway", "clip"],
  ["stability", "song"],
  ["replicate", "song"],
  ["azure", "voice"],
] as const)("%s: the line breaks after a %s was sent: nobody knows", async (slug, kind) => {
  const entry = ALL.find((e) => e.slug === slug)!;
  const provider = await open(entry);
  world.fault = () => "cut after";
  await expect(provider.submit(callFor(provider, kind, entry.kinds[kind]))).rejects.toBeInstanceOf(Unknown);
});

type Case = [slug: string, kind: Kind, answer: Answer, failure: Failure];
const minimaxSays = (status_code: number): Answer => ({ json: { base_resp: { status_code, status_msg: "said" } } });
const sunoSays = (code: number): Answer => ({ json: { code, msg: "said", data: null } });
const CASES: Case[] = [
  ...(
    [
      [1002, "rate"],
      [1008, "money"],
      [1026, "moderation_in"],
      [1027, "moderation_out"],
      [1041, "concurrency"],
      [2013, "invalid"],
      [2049, "auth"],
      [2056, "money"],
      [4242, "broken"],
    ] as const
  ).map(([code, failure]): Case => ["minimax", "song", minimaxSays(code), failure]),
  ...(
    [
      [405, "rate"],
      [429, "money"],
      [430, "rate"],
      [413, "invalid"],
      [455, "capacity"],
      [401, "auth"],
    ] as const
  ).map(([code, failure]): Case => ["suno", "song", sunoSays(code), failure]),
  [
    "elevenlabs",
    "song",
    { status: 429, json: { detail: { status: "too_many_concurrent_requests", message: "x" } } },
    "concurrency",
  ],
  ["elevenlabs", "song", { status: 429, json: { detail: { status: "system_busy", message: "x" } } }, "capacity"],
  ["elevenlabs", "song", { status: 401, json: { detail: { status: "quota_exceeded", message: "x" } } }, "money"],
  [
    "elevenlabs",
    "song",
    { status: 400, json: { detail: { status: "bad_prompt", message: "names an artist" } } },
    "moderation_in",
  ],
  ["openai", "cover", { status: 429, json: { error: { code: "rate_limit_exceeded", message: "x" } } }, "rate"],
  ["openai", "cover", { status: 429, json: { error: { code: "insufficient_quota", message: "x" } } }, "money"],
  ["openai", "cover", { status: 400, json: { error: { code: "moderation_blocked", message: "x" } } }, "moderation_in"],
  ["openai", "moderation", { json: { results: [] } }, "media"],
  ["openai", "moderation", { json: { results: [{ flagged: "no", categories: {} }] } }, "media"],
  ["runway", "clip", { status: 429, json: { error: "daily cap" } }, "rate"],
  ["runway", "clip", { status: 400, json: { error: "You do not have enough credits" } }, "money"],
  ["stability", "song", { status: 402, json: { name: "payment_required" } }, "money"],
  ["stability", "song", { status: 403, json: { name: "content_moderation" } }, "moderation_in"],
  ["anthropic", "caption", { status: 529, json: { error: { message: "Overloaded" } } }, "capacity"],
  ["anthropic", "caption", { status: 400, json: { error: { message: "Your credit balance is too low" } } }, "money"],
  ["ollama", "script", { status: 503, json: { error: "server busy" } }, "capacity"],
  ["minimax", "song", { json: "<html>" }, "media"],
  ["minimax", "song", { bytes: Buffer.from("<html>busy</html>"), headers: { "content-type": "text/html" } }, "broken"],
];
test.each(CASES)("%s %s: %j is %s", async (slug, kind, answer, failure) => {
  const entry = ALL.find((e) => e.slug === slug)!;
  const provider = await open(entry);
  world.fault = () => answer;
  expect((await failed(provider.submit(callFor(provider, kind, entry.kinds[kind])))).failure).toBe(failure);
});

test("held back after it was accepted: no failure of ours, and said so", async () => {
  const entry = ALL[0]!;
  const provider = await open(entry);
  const call = callFor(provider, "clip", { seconds: 6 });
  const answer = await provider.submit(call);
  if (answer.state !== "accepted") throw new Error(answer.state);
  world.tasks.get(answer.task)!.status = "failed";
  expect((await failed(provider.query!(answer.task, call))).failure).toBe("moderation_out");
});

test("a clip whose line broke is found by its words; of two with the same words either may be it", async () => {
  const provider = await open(ALL[0]!);
  const call = callFor(provider, "clip", { seconds: 6 });
  expect(await provider.find!(call)).toEqual({ tasks: [], all: true });
  world.fault = (seen) => (seen.method === "POST" ? "cut after" : undefined);
  await expect(provider.submit(call)).rejects.toBeInstanceOf(Unknown);
  expect(await provider.find!(call)).toEqual({ tasks: ["task-1"], all: true });
  await provider.submit(call).catch(() => {});
  expect(await provider.find!(call)).toEqual({ tasks: ["task-2", "task-1"], all: true });
});

test("the interface of before: upper case, a file to be retrieved, the cost of six seconds", async () => {
  const provider = await open(ALL[0]!);
  const call = callFor(provider, "clip", { seconds: 6 }, 1);
  expect(call.capability.model).toBe("MiniMax-Hailuo-2.3");
  expect(call.capability.price(call.wish)).toBe(280_000n);
  expect((await finish(provider, call)).made[0]!.from).toEqual({ url: `${world.url}/files/old.mp4` });
});

test("music as hexadecimal is music too", async () => {
  const provider = await open(ALL[0]!);
  world.fault = () => ({ json: { data: { status: 2, audio: "fffb9064" }, base_resp: { status_code: 0 } } });
  expect((await finish(provider, callFor(provider, "song"))).made[0]!.from).toEqual({
    bytes: Buffer.from("fffb9064", "hex"),
  });
});

test("one order at Suno gives two songs, in either spelling of the answer", async () => {
  const provider = await open(ALL[1]!);
  expect((await finish(provider, callFor(provider, "song"))).made.map((m) => m.role)).toEqual(["main", "take 2"]);
  const snake = {
    data: { status: "SUCCESS", response: { data: [{ id: "x", audio_url: "https://cdn.example/x.mp3" }] } },
    code: 200,
  };
  world.fault = (seen) => (seen.path.endsWith("record-info") ? { json: snake } : undefined);
  expect((await finish(provider, callFor(provider, "song"))).made[0]!.from).toEqual({
    url: "https://cdn.example/x.mp3",
  });
});

test("what was really paid comes with the answer", async () => {
  const runway = await open(ALL[7]!);
  expect((await finish(runway, callFor(runway, "clip", { seconds: 5 }))).cost).toBe(550_000n);
  await world.close();
  const claude = await open(ALL[4]!);
  // A thousand tokens in and a hundred out, at three and fifteen dollars for a million.
  expect((await finish(claude, callFor(claude, "caption"))).cost).toBe(4500n);
});

test("what is flagged is for a person, and what nobody publishes is blocked", async () => {
  const provider = await open(ALL.find((e) => e.slug === "openai")!);
  const verdict = async (prompt: string) => {
    const { made } = await finish(provider, callFor(provider, "moderation", { prompt }));
    return JSON.parse((made[0]!.from as { text: string }).text);
  };
  expect(await verdict("a quiet night")).toEqual({ verdict: "pass", reasons: [] });
  expect(await verdict("violence")).toEqual({ verdict: "look", reasons: ["violence"] });
  expect(await verdict("violence, hate/threatening")).toEqual({
    verdict: "block",
    reasons: ["hate/threatening", "violence"],
  });
});

test("a host that is away does not keep words from the next", async () => {
  const entry = ALL.find((e) => e.slug === "ollama")!;
  world = await openProvider(entry.handle);
  const env = { OLLAMA_HOSTS: `http://127.0.0.1:9,${world.url}` };
  const provider = openProviders({ read: read(env) }).find((p) => p.slug === "ollama")!;
  expect((await finish(provider, callFor(provider, "script"))).made[0]!.from).toEqual({ text: "Written at home." });
});

test("what a person typed is no tag in SSML", async () => {
  world = await openProvider(makers.azure);
  expect(ssml("</voice><audio src='http://x'/>", "en-US-JennyNeural")).not.toContain("<audio");
});

test("a key that is none is told at the start, by its name", async () => {
  world = await openProvider(makers.suno);
  const wrong: string[] = [];
  const checking = <T>(name: string, parse: (value: string) => T, right: string) => {
    if (name !== "SUNO_API_KEY" && name !== "SUNO_API_URL") return undefined;
    try {
      return parse(name === "SUNO_API_KEY" ? "a key with spaces" : "ftp://x");
    } catch {
      wrong.push(`${name} ${right}`);
      return undefined;
    }
  };
  openProviders({ read: checking });
  expect(wrong).toEqual(["SUNO_API_KEY a key as the provider shows it, without spaces"]);
});
