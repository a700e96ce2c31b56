// The providers as their documents describe them: paths, shapes, states and the words of their errors.

import { tone } from "../../provider.ts";
import { answerTo, type Part, seenIn } from "./eyes.ts";
import { type Answer, ask, bearer, type Handle, KEY, type World } from "./server.ts";

const RESP = { status_code: 0, status_msg: "success" };
const minimaxError = (status_code: number, status_msg: string): Answer => ({
  json: { base_resp: { status_code, status_msg } },
});
/** The first bytes of an MP4: a box called ftyp. */
export const MP4 = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from("ftypisom\x00\x00\x02\x00isomiso2mp41"),
  Buffer.alloc(64, 1),
]);
const fileOf = (world: World, name: string, bytes: Buffer): string => {
  world.files.set(name, bytes);
  return `${world.url}/files/${name}`;
};

export const minimax: Handle = (seen, world) => {
  const { path, method, json, query } = seen;
  if (!bearer(seen))
    return minimaxError(1004, "login fail: Please carry the API secret key in the 'Authorization' field");
  if (path === "/v1/music_generation") {
    const prompt = String(json.prompt ?? "");
    if (!json.model || prompt.length > 2000 || (json.is_instrumental && prompt === ""))
      return minimaxError(2013, "invalid params");
    const audio = json.output_format === "hex" ? tone(2).toString("hex") : fileOf(world, "song.wav", tone(2));
    const extra_info = {
      music_duration: 2000,
      music_sample_rate: 44100,
      music_channel: 2,
      bitrate: 256000,
      music_size: 813651,
    };
    return { json: { data: { status: 2, audio }, trace_id: "t", extra_info, base_resp: RESP } };
  }
  if (path === "/v2/video_generation" && method === "POST") {
    const texts = (json.content as { type: string }[]).filter((c) => c.type === "text");
    const duration = Number(json.duration);
    if (texts.length !== 1 || duration < 4 || duration > 15 || json.ratio === "adaptive")
      return minimaxError(2013, "invalid params");
    return { json: { task_id: world.add(json, "queued").id, base_resp: RESP } };
  }
  if (path === "/v2/query/video_generation") {
    const [page, size] = [Number(query.get("page_num") ?? 1), Number(query.get("page_size") ?? 10)];
    const newest = [...world.tasks.values()].filter((t) => t.order.content).reverse();
    const items = newest.slice((page - 1) * size, page * size).map((t) => ({
      id: t.id,
      status: t.status,
      prompt: (t.order.content as { text?: string }[] | undefined)?.[0]?.text,
    }));
    return { json: { items, base_resp: RESP } };
  }
  const v2 = /^\/v2\/(?:query\/)?video_generation\/(.+)$/.exec(path)?.[1];
  if (v2 && method === "DELETE")
    return world.tasks.delete(v2) ? { json: { base_resp: RESP } } : minimaxError(2013, "no such task");
  if (v2) {
    const task = ask(world, v2);
    if (!task) return minimaxError(2013, "no such task");
    if (task.status !== "queued")
      return {
        json: {
          task: { id: v2, status: task.status, error: { code: 1027, message: "output new_sensitive" } },
          base_resp: RESP,
        },
      };
    if (!task.done) return { json: { task: { id: v2, status: "running" }, base_resp: RESP } };
    const usage = { total_seconds: Number(task.order.duration), input_image_count: 0 };
    return {
      json: {
        task: { id: v2, status: "succeeded", content: { url: fileOf(world, "clip.mp4", MP4) }, usage },
        base_resp: RESP,
      },
    };
  }
  if (path === "/v1/video_generation") {
    if (![6, 10].includes(Number(json.duration))) return minimaxError(2013, "invalid params");
    return { json: { task_id: world.add(json, "Preparing").id, base_resp: RESP } };
  }
  if (path === "/v1/query/video_generation") {
    const task = ask(world, query.get("task_id") ?? "");
    if (!task) return minimaxError(2013, "no such task");
    return {
      json: task.done
        ? { task_id: task.id, status: "Success", file_id: "176028000001", base_resp: RESP }
        : { task_id: task.id, status: "Queueing", base_resp: RESP },
    };
  }
  if (path === "/v1/files/retrieve")
    return {
      json: { file: { file_id: query.get("file_id"), download_url: fileOf(world, "old.mp4", MP4) }, base_resp: RESP },
    };
  return { status: 404, json: { error: { message: "not found" } } };
};

const sunoSays = (code: number, msg: string, data: unknown = null): Answer => ({ json: { code, msg, data } });

export const suno: Handle = (seen, world) => {
  const { path, json, query } = seen;
  if (!bearer(seen)) return sunoSays(401, "You do not have access permissions");
  if (path === "/api/v1/generate") {
    for (const field of ["customMode", "instrumental", "callBackUrl", "model"])
      if (json[field] === undefined) return sunoSays(400, `${field} cannot be empty`);
    if (String(json.title ?? "").length > 80 || String(json.style ?? "").length > 1000)
      return sunoSays(413, "Theme or prompt too long");
    return sunoSays(200, "success", { taskId: world.add(json, "PENDING").id });
  }
  if (path === "/api/v1/generate/record-info") {
    const task = ask(world, query.get("taskId") ?? "");
    if (!task) return sunoSays(404, "task not found");
    const about = {
      taskId: task.id,
      status: task.done ? (task.status === "PENDING" ? "SUCCESS" : task.status) : "FIRST_SUCCESS",
      errorMessage: task.status,
    };
    const track = (n: number) => ({
      id: `s${n}`,
      audioUrl: fileOf(world, `suno${n}.wav`, tone(2)),
      duration: 2.0,
      title: "t",
      modelName: "V5",
    });
    return sunoSays(200, "success", {
      ...about,
      response: { taskId: task.id, sunoData: task.done ? [track(1), track(2)] : [track(1)] },
    });
  }
  return sunoSays(404, "no such path");
};

export const elevenlabs: Handle = ({ path, json, headers }) => {
  const detail = (status: number, name: string, message: string): Answer => ({
    status,
    json: { detail: { status: name, message } },
  });
  if (headers["xi-api-key"] !== KEY) return detail(401, "invalid_api_key", "Invalid API key");
  if (path === "/v1/music") {
    const ms = Number(json.music_length_ms);
    if (ms < 3000 || ms > 600_000) return detail(422, "validation_error", "music_length_ms");
    return { bytes: tone(2), headers: { "content-type": "audio/mpeg", "song-id": "song-9" } };
  }
  if (/^\/v1\/text-to-speech\/[^/]+\/with-timestamps$/.test(path)) {
    const characters = [...String(json.text ?? "")];
    if (characters.length === 0) return detail(422, "validation_error", "text");
    // Evenly spoken, each letter as long as the others.
    const times = (more: number) => characters.map((_, n) => ((n + more) * 2) / characters.length);
    const alignment = {
      characters,
      character_start_times_seconds: times(0),
      character_end_times_seconds: times(1),
    };
    return { json: { audio_base64: tone(2).toString("base64"), alignment, normalized_alignment: alignment } };
  }
  if (path.startsWith("/v1/text-to-speech/"))
    return json.text
      ? { bytes: tone(2), headers: { "content-type": "audio/mpeg" } }
      : detail(422, "validation_error", "text");
  return detail(404, "not_found", path);
};

/** Each completion has an id of its own: clients merge messages by it. */
let completions = 0;
export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

export const openai: Handle = (seen) => {
  const { path, json } = seen;
  const error = (status: number, code: string, message: string): Answer => ({
    status,
    json: { error: { message, type: code, param: null, code } },
  });
  if (!bearer(seen)) return error(401, "invalid_api_key", "Incorrect API key provided");
  if (path === "/v1/images/generations") {
    if (!/^\d+x\d+$/.test(String(json.size))) return error(400, "invalid_size", "Invalid size");
    return {
      json: {
        created: 1,
        data: [{ b64_json: PNG.toString("base64") }],
        usage: { input_tokens: 20, output_tokens: 1056 },
      },
    };
  }
  if (path === "/v1/audio/speech")
    return String(json.input ?? "") ? { bytes: tone(2) } : error(400, "missing", "input");
  if (path === "/v1/moderations") {
    const [one] = json.input as { type: string; text: string }[];
    if (json.model !== "omni-moderation-latest" || one?.type !== "text") return error(400, "invalid_request", "input");
    const names = ["sexual", "sexual/minors", "hate", "hate/threatening", "violence", "illicit", "illicit/violent"];
    const found = one.text.split(", ");
    const categories = Object.fromEntries(names.map((name) => [name, found.includes(name)]));
    const category_scores = Object.fromEntries(names.map((name) => [name, found.includes(name) ? 0.98 : 0.0001]));
    const results = [{ flagged: Object.values(categories).some(Boolean), categories, category_scores }];
    return { json: { id: `modr-${++completions}`, model: "omni-moderation-latest", results } };
  }
  if (path === "/v1/chat/completions") {
    const [asked] = json.messages as { content: string | Part[] }[];
    const content = answerTo(asked!.content);
    if (!content) return error(400, "invalid_image_url", "Invalid base64 image_url.");
    const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
    return {
      json: { id: `chatcmpl-${++completions}`, choices, usage: { prompt_tokens: 1000, completion_tokens: 100 } },
    };
  }
  return error(404, "not_found", path);
};

export const anthropic: Handle = ({ path, headers, json }) => {
  const error = (status: number, type: string, message: string): Answer => ({
    status,
    json: { type: "error", error: { type, message } },
  });
  if (headers["x-api-key"] !== KEY) return error(401, "authentication_error", "invalid x-api-key");
  if (!headers["anthropic-version"])
    return error(400, "invalid_request_error", "anthropic-version: header is required");
  if (path !== "/v1/messages" || !json.max_tokens)
    return error(400, "invalid_request_error", "max_tokens: Field required");
  const [asked] = json.messages as { content: string | Part[] }[];
  const sources = typeof asked?.content === "object" ? asked.content.flatMap((p) => p.source ?? []) : [];
  const seen = sources.length > 0 ? seenIn(sources.map((s) => `data:${s.media_type};base64,${s.data}`)) : "Written.";
  if (!seen)
    return error(400, "invalid_request_error", "messages.0.content.0.image.source.base64: invalid base64 data");
  return {
    json: {
      id: `msg_${++completions}`,
      stop_reason: "end_turn",
      content: [{ type: "text", text: seen }],
      usage: { input_tokens: 1000, output_tokens: 100 },
    },
  };
};

export const ollama: Handle = ({ path, json }) => {
  if (path === "/api/ps") return { json: { models: [] } };
  if (path === "/api/chat" && json.model !== "llama3.2")
    return { status: 404, json: { error: `model '${json.model}' not found` } };
  return {
    json: {
      model: json.model,
      message: { role: "assistant", content: "Written at home." },
      done: true,
      done_reason: "stop",
    },
  };
};

export const runway: Handle = (seen, world) => {
  const { path, method, headers, json } = seen;
  if (!bearer(seen)) return { status: 401, json: { error: "Unauthorized" } };
  if (headers["x-runway-version"] !== "2024-11-06")
    return { status: 400, json: { error: "X-Runway-Version is missing" } };
  if (path === "/v1/text_to_video") {
    if (!/^\d+:\d+$/.test(String(json.ratio)) || String(json.promptText).length > 1000)
      return { status: 400, json: { error: "Validation of body failed" } };
    return { json: { id: world.add(json, "PENDING").id, estimatedCost: { credits: 60 } } };
  }
  const id = /^\/v1\/tasks\/(.+)$/.exec(path)?.[1] ?? "";
  if (method === "DELETE")
    return world.tasks.delete(id) ? { status: 204 } : { status: 404, json: { error: "not found" } };
  const task = ask(world, id);
  if (!task) return { status: 404, json: { error: "not found" } };
  if (task.status !== "PENDING")
    return { json: { id, status: "FAILED", failure: "held back", failureCode: task.status, cost: { credits: 0 } } };
  if (!task.done) return { json: { id, status: task.asked === 1 ? "THROTTLED" : "RUNNING", progress: 0.5 } };
  return { json: { id, status: "SUCCEEDED", output: [fileOf(world, "runway.mp4", MP4)], cost: { credits: 55 } } };
};

export const stability: Handle = (seen) => {
  const error = (status: number, name: string): Answer => ({ status, json: { id: "e", name, errors: [name] } });
  if (!bearer(seen)) return error(401, "unauthorized");
  if (!String(seen.headers["content-type"]).startsWith("multipart/form-data"))
    return error(400, "content-type: must be multipart/form-data");
  if (!String(seen.headers.accept).startsWith("audio/"))
    return error(400, "accept: must be audio/* or application/json");
  return { bytes: tone(2), headers: { "content-type": "audio/mpeg" } };
};

export const replicate: Handle = (seen, world) => {
  const { path, json } = seen;
  if (!bearer(seen))
    return { status: 401, json: { title: "Unauthenticated", detail: "You did not pass an authentication token" } };
  if (/^\/v1\/models\/[^/]+\/[^/]+\/predictions$/.test(path))
    return { status: 201, json: { id: world.add(json, "starting").id, status: "starting" } };
  const [, id = "", cancel] = /^\/v1\/predictions\/([^/]+)(\/cancel)?$/.exec(path) ?? [];
  const task = ask(world, id);
  if (!task) return { status: 404, json: { detail: "Not found." } };
  if (cancel) return { json: { id, status: "canceled" } };
  if (task.status !== "starting") return { json: { id, status: "failed", error: task.status } };
  return {
    json: task.done
      ? { id, status: "succeeded", output: fileOf(world, "replicate.wav", tone(2)), metrics: { predict_time: 4 } }
      : { id, status: "processing" },
  };
};

export const azure: Handle = ({ headers, body }) => {
  if (headers["ocp-apim-subscription-key"] !== KEY)
    return { status: 401, bytes: Buffer.from("Access denied due to invalid subscription key") };
  if (headers["content-type"] !== "application/ssml+xml") return { status: 415 };
  // One speak, one voice, and no tag that came out of the text.
  const tags = body.toString().match(/<[^>]+>/g) ?? [];
  return tags.length === 4 && headers["user-agent"]
    ? { bytes: tone(2), headers: { "content-type": "audio/mpeg" } }
    : { status: 400, bytes: Buffer.from("bad SSML") };
};
