// A channel as its live page shows it, the same for everybody who looks: data, in nobody's language.

import type { Act } from "../act.ts";
import { linkToken } from "../assets/index.ts";
import { byId } from "../people/index.ts";
import { type Channel, channels, nowOn, type QueueItem } from "../streams/index.ts";
import { ballotData, listBallots, requestsOf } from "../votes/index.ts";

export type LiveTrack = {
  id: string;
  title: string;
  artist: string | null;
  seconds: number | null;
  source: string;
  decided: string;
  /** Who asked for it or put it in. */
  by: string | null;
  at: string | null;
};
export type LiveBallot = Omit<ReturnType<typeof ballotData>, "channel" | "choices"> & {
  choices: { id: string; label: string; votes: number | null }[];
};
export type LiveState = {
  channel: { id: string; slug: string; name: string; genre: string; hue: string; tagline: string };
  state: string;
  note: string;
  now: (LiveTrack & { cover: string | null }) | null;
  next: LiveTrack[];
  /** What is open, else what was decided last. */
  ballot: LiveBallot | null;
  requests: { id: string; asset: string; title: string; artist: string | null; votes: number; name: string }[];
};

const NEXT = 5;
const REQUESTS = 12;
/** A closed ballot's result is shown for so long. */
const RESULT_MS = 120_000;
const DAY = 86_400_000;

export async function liveState(act: Act, id: string): Promise<LiveState | undefined> {
  const channel = await channels.find(act, id);
  if (!channel) return undefined;
  const now = await nowOn(act, channel);
  const track = (item: QueueItem) => trackOf(act, item, now.startsAt.get(item.id));
  const cover = now.cover && coverLink(act, now.cover.asset);
  return {
    channel: aboutOf(channel),
    state: now.state,
    note: now.state === "failed" ? channel.statusNote : "",
    now: now.item ? { ...(await track(now.item)), cover: cover ?? null } : null,
    next: await Promise.all(now.next.slice(0, NEXT).map(track)),
    ballot: await ballotOf(act, channel.id),
    requests: (await requestsOf(act, channel.id))
      .slice(0, REQUESTS)
      .map(({ id: request, asset, title, artist, votes, name }) => ({
        id: request,
        asset,
        title,
        artist,
        votes,
        name,
      })),
  };
}

const aboutOf = ({ id, slug, name, genre, hue, brand }: Channel): LiveState["channel"] => ({
  id,
  slug,
  name,
  genre,
  hue,
  tagline: brand.tagline ?? "",
});

async function trackOf(act: Act, item: QueueItem, at: Date | undefined): Promise<LiveTrack> {
  // A ballot's winner and a rotation's choice are nobody's in particular.
  const named = item.person !== null && ["request", "operator"].includes(item.source);
  const person = named ? await byId(act, item.person!) : undefined;
  const { id, title, artist, seconds, source, decidedBy } = item;
  const begins = item.heardAt ?? at;
  return {
    id,
    title,
    artist,
    seconds,
    source,
    decided: decidedBy,
    by: person?.name ?? null,
    at: begins?.toISOString() ?? null,
  };
}

/** The same for a day, so that a browser fetches a picture once. */
function coverLink(act: Act, asset: string): string {
  const until = new Date((Math.floor(act.now.getTime() / DAY) + 2) * DAY);
  return `/api/v1/links/${linkToken(act, { workspaceId: act.workspace.id, asset, until })}`;
}

async function ballotOf(act: Act, channel: string): Promise<LiveBallot | null> {
  const latest = await listBallots(act, { channel }, 5);
  const open =
    latest.find((b) => b.status !== "closed" && b.kind === "next") ?? latest.find((b) => b.status !== "closed");
  const [last] = latest;
  const fresh = last?.closedAt && act.now.getTime() - Date.parse(last.closedAt) < RESULT_MS ? last : undefined;
  const found = open ?? fresh;
  if (!found) return null;
  const { channel: _, choices, ...data } = ballotData(found);
  return { ...data, choices: choices.map(({ id, label, votes }) => ({ id, label, votes })) };
}
