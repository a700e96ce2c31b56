// "Next on this channel": candidates by rotation or from what listeners asked for, closed before the next track is handed
// over, and opened again by itself with every track that is heard.
import { rawOf } from "../../db/connect.ts";
import { type Act, jobKind } from "../act.ts";
import { clip, type Registry } from "../command/index.ts";
import { sealView } from "../inbox/index.ts";
import { post } from "../outbox/index.ts";
import { type Channel, candidates, channels, mixPoint, placesOf, queueOf, wanted } from "../streams/index.ts";
import { view } from "../view/index.ts";
import { type Ballot, listBallots, type NewChoice } from "./ballot.ts";
import { requestsOf, serveRequests } from "./requests.ts";
import { endBallot } from "./result.ts";
import { calledTrack } from "./search.ts";
import { readSettings } from "./settings.ts";
import { spokenIn } from "./spoken.ts";
import { startBallot } from "./start.ts";

/** A reaction to every track that is heard. */
export const nextBallotJob = jobKind<{ channel: string; item: string }>("ballot next");

/** Between the end of a ballot and the moment when an engine asks for the next track. */
const MARGIN_MS = 3_000;
/** The mix point counts the crossfade and what is encoded ahead: this much of the lead is in it. */
const LEAD_IN_MIX = 20;
/** In less than this nobody can read a card and decide. */
const LEAST_MS = 10_000;
/** Where nothing plays, or nobody knows for how long. */
const USUAL_MS = 3 * 60_000;
const LABEL = 60;

export type Wish = {
  channel: Channel;
  count: number;
  quorum?: number | undefined;
  hidden?: boolean | undefined;
  /** Otherwise as late as it still decides. */
  closesAt?: Date | undefined;
  forItem?: string | undefined;
};

/** Undefined: one is open, there was one for this track, nothing can be chosen from, or there is no time left. */
export async function startNext(act: Act, commands: Registry, wish: Wish): Promise<Ballot | undefined> {
  const { channel, count, quorum, hidden, forItem } = wish;
  const closesAt = wish.closesAt ?? (await lastMoment(act, channel.id, forItem !== undefined));
  if (!closesAt) return undefined;
  const choices = await nextChoices(act, channel.id, count);
  if (choices.length < 2) return undefined;
  const question = act.say("What is next on {channel}?", { channel: channel.name });
  const given = { kind: "next" as const, channel: channel.id, question, choices, closesAt, quorum, hidden, forItem };
  return startBallot(act, commands, given, await placesOf(act, channel.id));
}

async function lastMoment(act: Act, channel: string, strict: boolean): Promise<Date | undefined> {
  const mix = await mixPoint(act, channel);
  const [row] = await rawOf(act.db)<{ lead: number }[]>`
    select coalesce((votes->>'leadSeconds')::int, ${LEAD_IN_MIX}) as lead from channel where id = ${channel}`;
  const more = Math.max(0, (row?.lead ?? LEAD_IN_MIX) - LEAD_IN_MIX) * 1000;
  const at = mix && mix.getTime() - MARGIN_MS - more;
  if (at !== undefined && at - act.now.getTime() >= LEAST_MS) return new Date(at);
  return strict ? undefined : new Date(act.now.getTime() + USUAL_MS);
}

/** What listeners asked for has up to half of the places; the rotation has the others. */
async function nextChoices(act: Act, channel: string, count: number): Promise<NewChoice[]> {
  const [asked, found, line] = await Promise.all([
    requestsOf(act, channel),
    candidates(act, channel, { count: count * 2, seed: act.newId() }),
    queueOf(act, channel),
  ]);
  const wishes = asked
    .filter((r) => r.state === "waiting" && !line.some((i) => i.asset === r.asset))
    .slice(0, Math.floor(count / 2))
    .map((r) => ({
      label: clip(calledTrack(r), LABEL),
      asset: r.asset,
      request: r.id,
      ownPerson: r.person,
      playedAt: undefined as Date | undefined,
    }));
  const others = found.filter((track) => !wishes.some((w) => w.asset === track.id)).slice(0, count - wishes.length);
  const rest = others.map((track) => ({
    label: clip(track.artist ? `${track.title} — ${track.artist}` : track.title, LABEL),
    asset: track.id,
    ...(track.lastAt === null ? {} : { playedAt: new Date(track.lastAt) }),
  }));
  return [...wishes, ...rest];
}

/** A track is heard: whatever was open about it is over, and the next is asked for. */
export async function followTrack(act: Act, commands: Registry, channelId: string, item: string): Promise<void> {
  const line = await queueOf(act, channelId);
  // The news may be old: what counts is what plays now.
  const playing = line.find((i) => i.state === "on_air");
  if (playing?.id !== item || playing.source === "jingle" || playing.source === "emergency") return;
  await serveRequests(act, channelId, playing);
  const channel = (await wanted(act)).find((c) => c.id === channelId);
  if (!channel?.votes.on) return;
  const open = await listBallots(act, { channel: channelId, open: true, kind: "next" }, 2);
  for (const ballot of open) {
    if (ballot.forItem === null || ballot.forItem === item) return;
    await endBallot(act, commands, ballot.id, { now: true });
  }
  if (await isIdle(act, commands, channelId)) return;
  const found = await channels.find(act, channelId);
  const { candidates: count, quorum, hidden } = channel.votes;
  if (found)
    await startNext(spokenIn(act, act.workspace.locale), commands, {
      channel: found,
      count,
      quorum,
      hidden,
      forItem: item,
    });
}

/** Tracks that play without a ballot of their own: the event may have been missed, or nobody was there. */
export async function missedTracks(act: Act): Promise<{ channel: string; item: string }[]> {
  const rows = await rawOf(act.db)<{ channel: string; item: string }[]>`
    select c.id as channel, i.id as item from channel c
    join queue_item i on i.workspace_id = c.workspace_id and i.channel_id = c.id and i.state = 'on_air'
    where c.wanted = 'on' and (c.votes->>'on')::boolean and i.source not in ('jingle', 'emergency')
      and not exists (select from ballot b where b.workspace_id = c.workspace_id and b.channel_id = c.id
        and b.for_item = i.id)`;
  return [...rows];
}

/** Nobody voted for so long that asking is noise. It is said once, with a button that begins again. */
async function isIdle(act: Act, commands: Registry, channel: string): Promise<boolean> {
  const { idle } = await readSettings(act);
  if (idle === 0) return false;
  const last = await listBallots(act, { channel, kind: "next" }, idle);
  const ignored = last.filter((b) => b.forItem !== null && b.result?.voters === 0);
  if (last.length < idle || ignored.length < idle) return false;
  const told = await rawOf(act.db)`
    insert into setting (workspace_id, key, value, updated_at)
    values (${act.workspace.id}, ${`votes:idle:${channel}`}, to_jsonb(${last[0]!.id}::text), ${act.now.toISOString()})
    on conflict (workspace_id, key) do update set value = excluded.value, updated_at = excluded.updated_at
    where setting.value <> excluded.value returning 1`;
  if (told.length > 0) await tellIdle(act, commands, channel, idle);
  return true;
}

async function tellIdle(act: Act, commands: Registry, id: string, count: number): Promise<void> {
  const channel = await channels.find(act, id);
  if (!channel) return;
  const spoken = spokenIn(act, act.workspace.locale);
  const words = spoken.say(
    "Nobody voted on {channel} in the last {count, plural, one {ballot} other {# ballots}}: they rest now.",
    {
      channel: channel.name,
      count,
    },
  );
  const press = {
    command: "vote wake",
    options: { channel: channel.id },
    uses: "once" as const,
    audience: "anyone" as const,
  };
  const shown = view(words, {
    kind: "buttons",
    buttons: [
      { label: spoken.say("Vote on the next track"), style: "primary", press: { ...press, minutes: 14 * 24 * 60 } },
    ],
  });
  for (const place of await placesOf(act, id))
    await post(act, {
      place,
      subject: `ballots rest ${id}`,
      view: await sealView(act, commands, shown),
      hints: { locale: spoken.locale },
    });
}
