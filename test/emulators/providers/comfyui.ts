// ComfyUI's server as its source answers: an order is checked node by node, waits in a queue, and is in the history when it ended.
import type { Answer, Handle, Task, World } from "./server.ts";

type Node = { class_type?: unknown; inputs?: Record<string, unknown> };
const CHECKPOINTS = ["sd_xl_base_1.0.safetensors"];
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const invalid = (type: string, message: string, node_errors: object = {}): Answer => ({
  status: 400,
  json: { error: { type, message, details: "", extra_info: {} }, node_errors },
});

function check(graph: Record<string, Node>): Answer | undefined {
  if (!Object.values(graph).some((n) => String(n.class_type).startsWith("Save")))
    return invalid("prompt_no_outputs", "Prompt has no outputs");
  for (const [id, { class_type, inputs = {} }] of Object.entries(graph)) {
    const error = (type: string, message: string, details: string) =>
      invalid("prompt_outputs_failed_validation", "Prompt outputs failed validation", {
        [id]: { errors: [{ type, message, details, extra_info: {} }], dependent_outputs: ["7"], class_type },
      });
    if (typeof inputs.text === "string" && inputs.text === "")
      return error("value_not_given", "Required input is missing", "text");
    if (inputs.seed !== undefined && typeof inputs.seed !== "number")
      return error("invalid_input_type", "Failed to convert an input value to a INT value", "seed");
    if (inputs.ckpt_name !== undefined && !CHECKPOINTS.includes(String(inputs.ckpt_name)))
      return error(
        "value_not_in_list",
        "Value not in list",
        `ckpt_name: '${inputs.ckpt_name}' not in ['${CHECKPOINTS[0]}']`,
      );
  }
  return undefined;
}

const entryOf = ({ order, id }: Task) => [1, id, order.prompt, { client_id: order.client_id }, ["7"]];

function historyOf({ order, id, status }: Task): object {
  const messages: unknown[] = [["execution_start", { prompt_id: id }]];
  if (status.startsWith("error:"))
    messages.push([
      "execution_error",
      { node_id: "5", node_type: "KSampler", exception_message: status.slice(6), exception_type: "RuntimeError" },
    ]);
  if (status === "interrupted") messages.push(["execution_interrupted", { prompt_id: id, node_id: "5" }]);
  const ok = status === "done";
  return {
    prompt: entryOf({ order, id, status, asked: 0 }),
    outputs: ok
      ? {
          "7": {
            images: [
              { filename: "preview.png", subfolder: "", type: "temp" },
              { filename: "impresario_00001_.png", subfolder: "a b", type: "output" },
            ],
          },
        }
      : {},
    status: { status_str: ok ? "success" : "error", completed: ok, messages },
  };
}

/** Moves on at each look: pending, running, done. */
function move(world: World): void {
  for (const task of world.tasks.values()) {
    if (task.status === "pending") task.status = "running";
    else if (task.status === "running" && ++task.asked > world.patience) task.status = "done";
  }
}

const over = ({ status }: Task) => status !== "pending" && status !== "running";

export const comfyui: Handle = ({ path, method, json, query, body }, world) => {
  if (path === "/prompt" && method === "POST") {
    const wrong = check((json.prompt ?? {}) as Record<string, Node>);
    if (wrong) return wrong;
    const task = world.add(json, "pending");
    world.tasks.delete(task.id);
    task.id = String(json.prompt_id ?? task.id);
    world.tasks.set(task.id, task);
    return { json: { prompt_id: task.id, number: world.tasks.size, node_errors: {} } };
  }
  if (path === "/upload/image")
    return /filename="[\w.-]+"/.test(body.toString("latin1"))
      ? { json: { name: "logo.png", subfolder: "impresario", type: "input" } }
      : { status: 400 };
  if (path === "/queue" && method === "GET") {
    const of = (status: string) => [...world.tasks.values()].filter((t) => t.status === status).map(entryOf);
    const answer = { json: { queue_running: of("running"), queue_pending: of("pending") } };
    move(world);
    return answer;
  }
  if (path === "/queue") {
    for (const id of json.delete as string[]) world.tasks.delete(id);
    return {};
  }
  if (path === "/interrupt") {
    const task = world.tasks.get(String(json.prompt_id));
    if (task?.status === "running") task.status = "interrupted";
    return {};
  }
  const one = /^\/history\/(.+)$/.exec(path)?.[1];
  if (one) {
    const task = world.tasks.get(one);
    return { json: task && over(task) ? { [one]: historyOf(task) } : {} };
  }
  if (path === "/history")
    return { json: Object.fromEntries([...world.tasks.values()].filter(over).map((t) => [t.id, historyOf(t)])) };
  if (path === "/view")
    return query.get("subfolder") === "a b" && query.get("type") === "output" ? { bytes: PNG } : { status: 404 };
  return { status: 404 };
};
