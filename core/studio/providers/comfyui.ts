// ComfyUI on a machine of one's own: any model that has a workflow. It knows no keys, so it belongs on a private network.
// Orders are named by us, which finds them again after a broken line.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Answered,
  type Call,
  type Capability,
  type Made,
  type Provider,
  ProviderError,
  type Rights,
} from "../provider.ts";
import { ask, at, failureOf, type Heard, type Json, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { textOf, urlOf } from "./settings.ts";
import { filled, readWorkflows, valuesFor, type Workflow } from "./workflow.ts";

const OWN = resolve(import.meta.dirname, "../../../prompts/workflows");
const RIGHTS: Rights = {
  commercial: "unverified",
  stores: "unverified",
  terms: "the licence of the model that the workflow loads",
};
const MOST_SECONDS = 600;
/** Its list of what was done goes back so far. */
const HISTORY = 200;

export function comfyui({ read }: Opening): Provider | undefined {
  const base = read("COMFYUI_URL", (value) => urlFrom(value), "an address such as http://127.0.0.1:8188");
  if (!base) return undefined;
  const model = textOf(read, "COMFYUI_MODEL", "the file of a checkpoint, such as sd_xl_base_1.0.safetensors") ?? "";
  const own = read(
    "COMFYUI_WORKFLOWS",
    (value) => ({ folder: resolve(value), all: readWorkflows(resolve(value)) }),
    "a folder of workflows in API format, named like cover.json",
  );
  const { folder, all } = own ?? { folder: OWN, all: readWorkflows(OWN) };
  const workflows = read("COMFYUI_URL", () => usable(all, model), "set together with COMFYUI_MODEL, which they load");
  if (!workflows) return undefined;
  const of = (call: Call) => workflows.find((w) => w.kind === call.capability.kind)!;
  return {
    slug: "comfyui",
    name: "ComfyUI",
    capabilities: workflows.map((w) => capabilityOf(w, model)),
    // It works on one at a time; the second waits in its queue, so that it never stands idle.
    atOnce: 2,
    hosts: [base.host],
    pollSeconds: 2,
    submit: (call) => submit(base, call, of(call), { folder, model }),
    query: (task, call) => query(base, task, call),
    cancel: (task, call) => cancel(base, task, call),
    find: async (call) => {
      const found = await find(base, call);
      return found ? { task: found } : "never arrived";
    },
    settleSeconds: 5,
  };
}

const urlFrom = (value: string): URL => {
  const url = urlOf((_, parse) => parse(value), "COMFYUI_URL", "http://127.0.0.1:8188");
  return url.href.endsWith("/") ? url : new URL(`${url.href}/`);
};

function usable(workflows: Workflow[], model: string): Workflow[] {
  if (model === "" && workflows.some((w) => w.variables.has("model")))
    throw new Error("COMFYUI_MODEL must name the checkpoint that the workflows load.");
  return workflows;
}

const MOVING = ["clip", "visualizer", "song", "loop", "voice"];

const capabilityOf = ({ kind, variables, graph }: Workflow, model: string): Capability => ({
  kind,
  model: model || (Object.values(graph)[0]?.class_type ?? "workflow"),
  ...(MOVING.includes(kind) && variables.has("seconds") ? { seconds: [1, MOST_SECONDS] as const } : {}),
  promptMax: 8000,
  ...(variables.has("width") ? { ratios: ["1:1", "16:9", "9:16"] } : { ratios: ["1:1"] }),
  price: () => 0n,
  rights: RIGHTS,
  quality: 0.7,
  usual: 40,
});

async function submit(
  base: URL,
  { wish, attempt, signal }: Call,
  workflow: Workflow,
  { folder, model }: { folder: string; model: string },
): Promise<Answered> {
  const files: Record<string, string> = {};
  for (const file of workflow.files) files[file] = await upload(base, join(folder, file), file, signal);
  const heard = await ask({
    url: new URL("prompt", base),
    json: { prompt: filled(workflow, valuesFor(wish, model), files), client_id: attempt, prompt_id: attempt },
    begins: true,
    seconds: 30,
    signal,
  });
  if (heard.status >= 400) throw refused(heard);
  const task = textAt(heard.json, "prompt_id");
  if (!task) throw new ProviderError("broken", "The answer names no order.");
  return { state: "accepted", task };
}

/** The same file under the same name each time: nothing piles up there. */
async function upload(base: URL, path: string, name: string, signal: AbortSignal): Promise<string> {
  const form = new FormData();
  form.set("image", new Blob([readFileSync(path)]), name);
  form.set("subfolder", "impresario");
  form.set("overwrite", "true");
  const heard = await ask({ url: new URL("upload/image", base), form, seconds: 60, signal });
  const stored = textAt(heard.json, "name");
  if (heard.status >= 400 || !stored) throw refused(heard);
  const folder = textAt(heard.json, "subfolder");
  return folder ? `${folder}/${stored}` : stored;
}

/** Its own words, and those of the first node that it found wrong. */
function refused(heard: Heard): ProviderError {
  const words = textAt(heard.json, "error", "message") ?? textAt(heard.json, "error") ?? `HTTP ${heard.status}`;
  const nodes = at(heard.json, "node_errors");
  const [first] = nodes && typeof nodes === "object" ? Object.values(nodes) : [];
  const why = textAt(first, "errors", 0, "message");
  const more = textAt(first, "errors", 0, "details");
  return failureOf(heard, [words, why, more].filter(Boolean).join(": "));
}

type Place = "running" | "queued" | undefined;

async function placeOf(base: URL, task: string, signal: AbortSignal): Promise<Place> {
  const heard = await ask({ url: new URL("queue", base), seconds: 20, signal });
  if (heard.status >= 400) throw failureOf(heard, `HTTP ${heard.status}`);
  const within = (name: string) => listOf(at(heard.json, name)).some((entry) => textAt(entry, 1) === task);
  return within("queue_running") ? "running" : within("queue_pending") ? "queued" : undefined;
}

const listOf = (json: Json): Json[] => (Array.isArray(json) ? json : []);

async function doneOf(base: URL, task: string, signal: AbortSignal): Promise<Json> {
  const heard = await ask({ url: new URL(`history/${encodeURIComponent(task)}`, base), seconds: 20, signal });
  if (heard.status >= 400) throw failureOf(heard, `HTTP ${heard.status}`);
  return at(heard.json, task);
}

async function query(base: URL, task: string, { signal, capability }: Call): Promise<Answered> {
  const done = await doneOf(base, task, signal);
  if (done) return ended(base, done, capability.kind);
  const place = await placeOf(base, task, signal);
  if (place) return { state: place };
  // It may have ended between the two questions.
  const late = await doneOf(base, task, signal);
  if (late) return ended(base, late, capability.kind);
  throw new ProviderError("broken", "It knows nothing of the order any more: it was started anew.", { told: true });
}

const MEMORY = /out of memory|OutOfMemory|Allocation on device/i;

function ended(base: URL, done: Json, kind: string): Answered {
  if (textAt(done, "status", "status_str") !== "success") throw failed(done);
  const outputs = at(done, "outputs");
  const files = (outputs && typeof outputs === "object" ? Object.values(outputs) : []).flatMap((node) =>
    node && typeof node === "object" ? Object.values(node).flatMap((list) => listOf(list)) : [],
  );
  const made = files.flatMap((file): Made[] => {
    const name = textAt(file, "filename");
    // What is only shown while it works is temporary.
    if (!name || textAt(file, "type") !== "output") return [];
    const url = new URL("view", base);
    for (const part of ["filename", "subfolder", "type"]) url.searchParams.set(part, textAt(file, part) ?? "");
    return [
      {
        role: "main",
        type: "application/octet-stream",
        name: `${kind}${/\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? ""}`,
        from: { url: url.href },
      },
    ];
  });
  const [main] = made;
  if (!main) throw new ProviderError("media", "The workflow ended and kept no file.", { billed: true, told: true });
  return { state: "done", made: [main], cost: 0n };
}

function failed(done: Json): ProviderError {
  const messages = listOf(at(done, "status", "messages"));
  const error = messages.find((m) => textAt(m, 0) === "execution_error");
  if (!error) return new ProviderError("broken", "It was interrupted there.", { told: true });
  const words =
    `${textAt(error, 1, "node_type") ?? "a node"}: ${textAt(error, 1, "exception_message") ?? "failed"}`.trim();
  return new ProviderError(
    MEMORY.test(words + (textAt(error, 1, "exception_type") ?? "")) ? "capacity" : "broken",
    words,
    { told: true },
  );
}

/** Under our own name, in its queue or among what it has done. */
async function find(base: URL, { attempt, signal }: Call): Promise<string | undefined> {
  const queue = await ask({ url: new URL("queue", base), seconds: 20, signal });
  const history = await ask({ url: new URL(`history?max_items=${HISTORY}`, base), seconds: 20, signal });
  for (const heard of [queue, history]) if (heard.status >= 400) throw failureOf(heard, `HTTP ${heard.status}`);
  const waiting = ["queue_running", "queue_pending"].flatMap((name) => listOf(at(queue.json, name)));
  const done =
    history.json && typeof history.json === "object" ? Object.values(history.json).map((h) => at(h, "prompt")) : [];
  // Older ones give it an id of theirs, and keep who asked.
  const ours = [...waiting, ...done].find((e) => textAt(e, 1) === attempt || textAt(e, 3, "client_id") === attempt);
  return textAt(ours, 1);
}

async function cancel(base: URL, task: string, { signal }: Call): Promise<"cancelled" | "too late"> {
  const place = await placeOf(base, task, signal);
  if (!place) return "too late";
  const heard =
    place === "queued"
      ? await ask({ url: new URL("queue", base), json: { delete: [task] }, signal })
      : await ask({ url: new URL("interrupt", base), json: { prompt_id: task }, signal });
  if (heard.status >= 400) throw failureOf(heard, `HTTP ${heard.status}`);
  return "cancelled";
}
