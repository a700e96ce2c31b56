import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { comfyui as handle } from "../../../test/emulators/providers/comfyui.ts";
import { openProvider, type World } from "../../../test/emulators/providers/server.ts";
import { gather } from "../gather.ts";
import { type Call, type Provider, type ProviderError, Unknown, type Wish } from "../provider.ts";
import { comfyui } from "./comfyui.ts";
import { readWorkflow } from "./workflow.ts";

const folder = mkdtempSync(join(tmpdir(), "impresario-workflows-"));
let world: World;
afterEach(() => world?.close());
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = "sd_xl_base_1.0.safetensors";
const open = async (env: Record<string, string> = {}): Promise<Provider> => {
  world = await openProvider(handle);
  const set: Record<string, string> = { COMFYUI_URL: world.url, COMFYUI_MODEL: MODEL, ...env };
  return comfyui({ read: (name, parse) => (set[name] ? parse(set[name]) : undefined) })!;
};
const callFor = (provider: Provider, wish: Partial<Wish> = {}): Call => ({
  wish: { kind: "cover", title: "Neon Bay", prompt: 'rain, "neon" {seed}', seed: 7, ...wish },
  capability: provider.capabilities.find((c) => c.kind === (wish.kind ?? "cover"))!,
  attempt: "0192-attempt",
  signal: AbortSignal.timeout(10_000),
  progress: () => {},
});
const order = () =>
  world.seen.find((s) => s.path === "/prompt")!.json as { prompt: Record<string, { inputs: object }> };
async function finish(provider: Provider, call: Call) {
  const begun = await provider.submit(call);
  for (let n = 0; n < 10; n++) {
    const answer = await provider.query!(begun.state === "accepted" ? begun.task : "", call);
    if (answer.state === "done") return answer;
  }
  throw new Error("never done");
}

test("values stand in their places as what they are, and a prompt is never read as a workflow", async () => {
  const provider = await open();
  const { made } = await finish(provider, callFor(provider, { ratio: "16:9" }));
  const { prompt } = order();
  expect(prompt["5"]!.inputs).toMatchObject({ seed: 7, steps: 25, latent_image: ["4", 0] });
  expect(prompt["4"]!.inputs).toEqual({ width: 1344, height: 768, batch_size: 1 });
  expect(prompt["2"]!.inputs).toMatchObject({ text: 'rain, "neon" {seed}' });
  // What was only shown while it worked is not taken; the file itself comes from where it lies.
  const { files, done } = await gather(made, { signal: AbortSignal.timeout(5_000), hosts: provider.hosts! });
  expect(files).toMatchObject([{ role: "main", name: "cover.png" }]);
  expect(files[0]!.bytes).toBeGreaterThan(60);
  await done();
});

test("a line that broke: the order is found under our own name, waiting, running or done", async () => {
  const provider = await open();
  const call = callFor(provider);
  expect(await provider.find!(call)).toBe("never arrived");
  world.fault = ({ path }) => (path === "/prompt" ? "cut after" : undefined);
  await expect(provider.submit(call)).rejects.toBeInstanceOf(Unknown);
  world.fault = undefined;
  for (let n = 0; n < 4; n++) expect(await provider.find!(call)).toEqual({ task: call.attempt });
  // One of before names it itself.
  const [task] = world.tasks.values();
  world.tasks.clear();
  world.tasks.set("theirs", { ...task!, id: "theirs" });
  expect(await provider.find!(call)).toEqual({ task: "theirs" });
});

const failed = (work: Promise<unknown>): Promise<ProviderError> =>
  work.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: ProviderError) => error,
  );

test("what it finds wrong is told with the node's own words, and goes nowhere else", async () => {
  const provider = await open({ COMFYUI_MODEL: "not-there.safetensors" });
  const error = await failed(provider.submit(callFor(provider)));
  expect(error).toMatchObject({ failure: "invalid", billed: false });
  expect(error.message).toContain("Value not in list: ckpt_name: 'not-there.safetensors'");
});

test.each([
  ["error:CUDA out of memory. Tried to allocate 2.00 GiB", "capacity"],
  ["error:Given groups=1, weight of size [4]", "broken"],
  ["interrupted", "broken"],
  ["done without a file", "broken"],
])("%s is %s", async (status, failure) => {
  const provider = await open();
  const call = callFor(provider);
  await provider.submit(call);
  world.tasks.get(call.attempt)!.status = status;
  expect(await failed(provider.query!(call.attempt, call))).toMatchObject({ failure, told: true });
});

test("started anew it knows nothing of the order: said so, to be made again", async () => {
  const provider = await open();
  const call = callFor(provider);
  await provider.submit(call);
  world.tasks.clear();
  expect(await failed(provider.query!(call.attempt, call))).toMatchObject({ failure: "broken", told: true });
});

test("a page of a proxy in its place is no answer", async () => {
  const provider = await open();
  world.fault = () => ({ bytes: Buffer.from("<html>"), headers: { "content-type": "text/html" } });
  expect(await failed(provider.submit(callFor(provider)))).toMatchObject({ failure: "broken" });
});

test("called back while it waits, stopped while it runs, too late when it is done", async () => {
  const provider = await open();
  const call = callFor(provider);
  await provider.submit(call);
  expect(await provider.cancel!(call.attempt, call)).toBe("cancelled");
  await provider.submit(call);
  world.tasks.get(call.attempt)!.status = "running";
  expect(await provider.cancel!(call.attempt, call)).toBe("cancelled");
  expect(world.seen.filter((s) => s.path === "/interrupt").map((s) => s.json)).toEqual([{ prompt_id: call.attempt }]);
  await provider.submit(call);
  world.tasks.get(call.attempt)!.status = "done";
  expect(await provider.cancel!(call.attempt, call)).toBe("too late");
});

test("own workflows: kinds by their names, pictures beside them, numbers of films", async () => {
  const graph = {
    "1": { class_type: "LoadImage", inputs: { image: "{file:logo.png}" } },
    "2": { class_type: "Sampler", inputs: { length: "{frames}", text: "{prompt}, {seconds} s", image: ["1", 0] } },
    "7": { class_type: "SaveVideo", inputs: { video: ["2", 0] } },
  };
  writeFileSync(join(folder, "clip.json"), JSON.stringify(graph));
  writeFileSync(join(folder, "logo.png"), "png");
  writeFileSync(join(folder, "notes.json"), "not a kind, and not read");
  const provider = await open({ COMFYUI_WORKFLOWS: folder, COMFYUI_MODEL: "" });
  expect(provider.capabilities.map((c) => [c.kind, c.model, c.seconds])).toEqual([["clip", "LoadImage", [1, 600]]]);
  await provider.submit(callFor(provider, { kind: "clip", seconds: 3 }));
  expect(order().prompt["1"]!.inputs).toEqual({ image: "impresario/logo.png" });
  expect(order().prompt["2"]!.inputs).toMatchObject({ length: 49, text: 'rain, "neon" {seed}, 3 s' });
});

test("what is set wrong is told by its name", () => {
  const wrong = (env: Record<string, string>) => {
    const names: string[] = [];
    comfyui({
      read: (name, parse) => {
        try {
          return env[name] ? parse(env[name]) : undefined;
        } catch {
          names.push(name);
          return undefined;
        }
      },
    });
    return names;
  };
  const COMFYUI_URL = "http://127.0.0.1:8188";
  expect(wrong({ COMFYUI_URL: "ftp://x", COMFYUI_MODEL: MODEL })).toEqual(["COMFYUI_URL"]);
  expect(wrong({ COMFYUI_URL })).toEqual(["COMFYUI_URL"]);
  expect(wrong({ COMFYUI_URL, COMFYUI_MODEL: MODEL, COMFYUI_WORKFLOWS: "/nowhere" })).toEqual(["COMFYUI_WORKFLOWS"]);
});

test.each([
  ["not json", "no JSON"],
  ['{"nodes":[],"links":[]}', "API format"],
  ["[]", "API format"],
  ['{"1":{"class_type":"X","inputs":{"text":"{wish}"}}}', "{wish}"],
])("a workflow that cannot be used: %s", (text, why) => {
  expect(() => readWorkflow("cover", "cover.json", text)).toThrow(why);
});
