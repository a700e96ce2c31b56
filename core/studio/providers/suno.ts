// Songs of Suno's models through sunoapi.org. That is a third party, not Suno Inc.: it is off until a workspace
// switches it on, and nobody has verified that what it makes may be sold.
import {
  type Answered,
  type Call,
  type Capability,
  type Failure,
  type Made,
  type Provider,
  ProviderError,
  type Rights,
  Unknown,
} from "../provider.ts";
import { ask, at, failureOf, type Heard, type Json, numberAt, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { flat, keyOf, urlOf } from "./settings.ts";

const RIGHTS: Rights = {
  commercial: "unverified",
  stores: "no",
  terms: "https://sunoapi.org",
  label: "third party, rights unverified",
};

const SONG: Capability = {
  kind: "song",
  model: "V5",
  seconds: [10, 480],
  promptMax: 1000,
  lyrics: true,
  gives: 2,
  price: flat("0.06"),
  rights: RIGHTS,
  quality: 0.9,
  usual: 120,
};

/** In the body, whatever the status says. Theirs are not what they seem: 429 is an empty account, 405 and 430 are haste. */
const CODES: Record<number, Failure> = {
  400: "invalid",
  401: "auth",
  405: "rate",
  413: "invalid",
  429: "money",
  430: "rate",
  455: "capacity",
  500: "broken",
};

function checked(heard: Heard): Heard {
  const code = numberAt(heard.json, "code");
  const words = textAt(heard.json, "msg") ?? `HTTP ${heard.status}`;
  if (code !== undefined && code !== 200) throw new ProviderError(CODES[code] ?? "broken", words);
  if (heard.status >= 400) throw failureOf(heard, words);
  return heard;
}

export function suno({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "SUNO_API_KEY");
  if (!key) return undefined;
  const base = urlOf(read, "SUNO_API_URL", "https://api.sunoapi.org");
  const headers = { authorization: `Bearer ${key}` };
  return {
    slug: "suno",
    name: "Suno (sunoapi.org)",
    capabilities: [SONG],
    atOnce: 10,
    perMinute: 100,
    optIn: true,
    pollSeconds: 30,
    hosts: [base.host],
    async submit({ wish, capability, callback, signal }) {
      const { json } = checked(
        await ask({
          url: new URL("/api/v1/generate", base),
          headers,
          json: {
            customMode: true,
            instrumental: wish.lyrics === undefined,
            model: capability.model,
            style: wish.prompt.slice(0, 1000),
            title: wish.title.slice(0, 80),
            ...(wish.lyrics === undefined ? {} : { prompt: wish.lyrics }),
            // They refuse an order without one; an address that nobody answers does no harm.
            callBackUrl: callback ?? "https://localhost.invalid/",
          },
          begins: true,
          signal,
        }),
      );
      const task = textAt(json, "data", "taskId");
      if (!task) throw new Unknown("There is no task id in the answer.");
      return { state: "accepted", task };
    },
    async query(task, call) {
      const url = new URL("/api/v1/generate/record-info", base);
      url.searchParams.set("taskId", task);
      const { json } = checked(await ask({ url, headers, signal: call.signal }));
      return stateOf(json, call);
    },
  };
}

const WAITING = ["PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS", "CALLBACK_EXCEPTION"];

function stateOf(json: Json, { wish }: Call): Answered {
  const status = textAt(json, "data", "status") ?? "";
  // Their call to us failed, which says nothing of the song.
  if (status === "CALLBACK_EXCEPTION" && tracks(json).length > 0) return done(tracks(json), wish.title);
  if (WAITING.includes(status)) return { state: status === "PENDING" ? "queued" : "running" };
  const words = textAt(json, "data", "errorMessage") ?? status;
  if (status === "SENSITIVE_WORD_ERROR") throw new ProviderError("moderation_in", words);
  if (status !== "SUCCESS") throw new ProviderError("broken", words, { told: true });
  return done(tracks(json), wish.title);
}

type Track = { url: string; seconds: number | undefined; id: string | undefined };

/** In camel case here and in snake case there, by the page one reads. */
function tracks(json: Json): Track[] {
  const list =
    at(json, "data", "response", "sunoData") ??
    at(json, "data", "response", "data") ??
    at(json, "data", "response", "suno_data");
  if (!Array.isArray(list)) return [];
  return list.flatMap((one): Track[] => {
    const url = textAt(one, "audioUrl") ?? textAt(one, "audio_url");
    return url ? [{ url, seconds: numberAt(one, "duration"), id: textAt(one, "id") }] : [];
  });
}

function done(found: Track[], title: string): Answered {
  if (found.length === 0) throw new ProviderError("media", "There is no song in the answer.", { billed: true });
  // One order gives two songs: the second is kept beside the first.
  const made = found.map(
    ({ url, seconds, id }, n): Made => ({
      role: n === 0 ? "main" : `take ${n + 1}`,
      type: "audio/mpeg",
      name: n === 0 ? `${title}.mp3` : `${title} ${n + 1}.mp3`,
      from: { url },
      facts: { ...(seconds === undefined ? {} : { seconds }), ...(id === undefined ? {} : { suno_id: id }) },
    }),
  );
  return { state: "done", made };
}
