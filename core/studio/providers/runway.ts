// Runway: clips, as tasks.
import {
  type Answered,
  type Call,
  type Capability,
  type Provider,
  ProviderError,
  type Rights,
  Unknown,
} from "../provider.ts";
import { ask, failureOf, type Heard, numberAt, textAt } from "./http.ts";
import type { Opening } from "./index.ts";
import { dollars, keyOf, perSecond, urlOf } from "./settings.ts";

const RIGHTS: Rights = { commercial: "unverified", stores: "unverified", terms: "https://runwayml.com/terms-of-use" };
/** The version of their interface that this was written for. */
const VERSION = "2024-11-06";
const RATIOS = { "16:9": "1280:720", "9:16": "720:1280", "1:1": "960:960" } as const;
/** A credit is a cent; this model takes twelve for a second. */
const CREDIT = dollars("0.01");

const CLIP: Capability = {
  kind: "clip",
  model: "gen4.5",
  seconds: [2, 10],
  promptMax: 1000,
  ratios: Object.keys(RATIOS),
  price: perSecond("0.12", 5),
  rights: RIGHTS,
  quality: 0.9,
  usual: 120,
};

export function runway({ read }: Opening): Provider | undefined {
  const key = keyOf(read, "RUNWAY_API_KEY");
  if (!key) return undefined;
  const base = urlOf(read, "RUNWAY_API_URL", "https://api.dev.runwayml.com");
  const headers = { authorization: `Bearer ${key}`, "x-runway-version": VERSION };
  const task = (id: string) => new URL(`/v1/tasks/${encodeURIComponent(id)}`, base);
  return {
    slug: "runway",
    name: "Runway",
    capabilities: [CLIP],
    atOnce: 2,
    pollSeconds: 6,
    hosts: [base.host],
    async submit({ wish, capability, signal }: Call) {
      const heard = checked(
        await ask({
          url: new URL("/v1/text_to_video", base),
          headers,
          json: {
            model: capability.model,
            promptText: wish.prompt,
            ratio: RATIOS[wish.ratio ?? "16:9"],
            duration: Math.ceil(wish.seconds ?? 5),
            seed: wish.seed % 2 ** 32,
          },
          begins: true,
          signal,
        }),
      );
      const id = textAt(heard.json, "id");
      if (!id) throw new Unknown("There is no task id in the answer.");
      return { state: "accepted", task: id };
    },
    query: async (id, { signal }) => stateOf(checked(await ask({ url: task(id), headers, signal }))),
    async cancel(id, { signal }) {
      const heard = await ask({ url: task(id), method: "DELETE", headers, signal });
      if (heard.status === 404) return "too late";
      checked(heard);
      return "cancelled";
    },
  };
}

function checked(heard: Heard): Heard {
  if (heard.status < 400) return heard;
  const words = textAt(heard.json, "error") ?? `HTTP ${heard.status}`;
  if (/credit/i.test(words)) throw new ProviderError("money", words);
  // Their 429 is the day's cap, not a minute's haste.
  throw heard.status === 429 ? new ProviderError("rate", words, { after: 15 * 60_000 }) : failureOf(heard, words);
}

function stateOf({ json }: Heard): Answered {
  const status = textAt(json, "status");
  if (status === "PENDING" || status === "THROTTLED") return { state: "queued" };
  if (status === "RUNNING") {
    const progress = numberAt(json, "progress");
    return { state: "running", ...(progress === undefined ? {} : { progress }) };
  }
  const credits = numberAt(json, "cost", "credits");
  if (status === "SUCCEEDED") {
    const url = textAt(json, "output", 0);
    if (!url) throw new ProviderError("media", "There is no video in the answer.", { billed: true });
    return {
      state: "done",
      made: [{ role: "main", type: "video/mp4", name: "clip.mp4", from: { url } }],
      ...(credits === undefined ? {} : { cost: CREDIT * BigInt(Math.ceil(credits)) }),
    };
  }
  const code = textAt(json, "failureCode") ?? "";
  const words = textAt(json, "failure") ?? status ?? "no reason given";
  const more = { billed: (credits ?? 0) > 0, told: true };
  if (code.startsWith("SAFETY.INPUT")) throw new ProviderError("moderation_in", words, more);
  if (code.startsWith("SAFETY")) throw new ProviderError("moderation_out", words, more);
  throw new ProviderError(code.startsWith("INPUT") ? "invalid" : "broken", words, more);
}
