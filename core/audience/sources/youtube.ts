// YouTube's Data API: fifty videos a call, one unit each; ten thousand units a day, which begin anew at midnight in Los
// Angeles (developers.google.com/youtube/v3/getting-started#quota).
import { hashOf } from "../../hash.ts";
import { ask, countOf, type Reading, Unread, type Watcher } from "./watcher.ts";

const BATCH = 50;
/** What is left of the day's units is for others: uploads, chats, broadcasts. */
const UNITS_A_DAY = 8_000;
const MINUTES = 1_440;
const USED_UP = "YouTube's quota of today is used up";

export type YoutubeKeys = { key: string; base?: string | undefined };
const dayOf = (at: Date): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: "America/Los_Angeles", dateStyle: "short" }).format(at);

export function youtube({ key, base = "https://www.googleapis.com" }: YoutubeKeys): Watcher {
  const account = `youtube ${hashOf(key).toString("hex").slice(0, 16)}`;
  return {
    kind: "youtube",
    async read(targets, at, quota) {
      const ids = [...new Set(targets)];
      const batches = Math.ceil(ids.length / BATCH);
      const today = dayOf(at);
      // With so many that a look each minute would take more than a day has, minutes are left out evenly.
      const every = Math.ceil((batches * MINUTES) / UNITS_A_DAY);
      if (Math.floor(at.getTime() / 60_000) % every !== 0) throw new Unread("not asked in this minute");
      // All of them or none; one that fails is paid for all the same.
      if (!(await quota.spend(account, today, batches, UNITS_A_DAY))) throw new Unread(USED_UP);
      const found = new Map<string, Reading>();
      for (let n = 0; n < ids.length; n += BATCH) {
        const read = await batch(new URL("/youtube/v3/videos", base), key, ids.slice(n, n + BATCH));
        if (read === "used up") {
          await quota.rest(account, today);
          throw new Unread(USED_UP);
        }
        for (const [id, reading] of read) found.set(id, reading);
      }
      for (const id of ids) if (!found.has(id)) found.set(id, "offline");
      return found;
    },
  };
}

type Video = { id?: unknown; liveStreamingDetails?: { concurrentViewers?: unknown; actualEndTime?: unknown } };
type Wrong = { error?: { errors?: { reason?: string }[] } };

async function batch(url: URL, key: string, ids: readonly string[]): Promise<[string, Reading][] | "used up"> {
  url.searchParams.set("part", "liveStreamingDetails");
  url.searchParams.set("id", ids.join(","));
  url.searchParams.set("key", key);
  const { status, body } = await ask(url);
  const reason = (body as Wrong | undefined)?.error?.errors?.[0]?.reason ?? "";
  if (status === 403 && /quota|dailyLimit/i.test(reason)) return "used up";
  if (status === 400 || status === 401 || status === 403)
    throw new Unread("YouTube refused the key: look at YOUTUBE_API_KEY");
  if (status !== 200) throw new Unread(`YouTube answered ${status}`);
  const { items } = body as { items?: Video[] };
  if (!Array.isArray(items)) throw new Unread("YouTube answered without a list");
  return items.flatMap(({ id, liveStreamingDetails: live }): [string, Reading][] => {
    if (typeof id !== "string") return [];
    if (!live || live.actualEndTime !== undefined) return [[id, "offline"]];
    // A string; not there when nobody watches, or the owner hides it.
    return [[id, { viewers: countOf(live.concurrentViewers) ?? 0 }]];
  });
}
