// The audience as people ask for it, and where else it is to be counted.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { choice, command, pick, text, whole } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { channels } from "../streams/index.ts";
import { type Block, view } from "../view/index.ts";
import { activityOf, audienceOf, overlapOf, sharedPairs } from "./figures.ts";

const KINDS = ["icecast", "youtube", "twitch"] as const;
type Kind = (typeof KINDS)[number];
const HOUR = 3_600_000;
const MOST = 200;

const number = (act: Act, value: number) =>
  new Intl.NumberFormat(act.locale, { maximumFractionDigits: 1 }).format(value);
const percent = (act: Act, part: number) =>
  new Intl.NumberFormat(act.locale, { style: "percent", maximumFractionDigits: 1 }).format(part);

const show = command({
  name: "audience show",
  says: "Who listens and watches: viewers, watch time, shared audience, activity",
  role: "member",
  reads: true,
  options: {
    channel: pick(channels, "Only this channel").optional(),
    hours: whole("Over how many hours", { min: 1, max: 24 * 366, default: 24 }),
  },
  examples: ["audience show", "audience show noir-jazz hours:168"],
  async run({ act, options: { channel, hours } }) {
    const wanted = { from: new Date(act.now.getTime() - hours * HOUR), to: act.now, channel: channel?.id };
    const rows = await audienceOf(act, wanted);
    const overlap = await overlapOf(act, wanted);
    const pairs = await sharedPairs(act, wanted);
    const active = await activityOf(act, act.now);
    const all = rows.reduce((sum, r) => ({ now: sum.now + r.now, hours: sum.hours + r.hours }), { now: 0, hours: 0 });
    const table: Block = {
      kind: "table",
      columns: [
        { label: act.say("Channel") },
        { label: act.say("Now"), align: "right" },
        { label: act.say("On average"), align: "right" },
        { label: act.say("Most"), align: "right" },
        { label: act.say("Hours"), align: "right" },
      ],
      rows: rows.map((r) => [
        r.name,
        number(act, r.now),
        number(act, r.viewers),
        number(act, r.peak),
        number(act, r.hours),
      ]),
    };
    const fields: Block = {
      kind: "fields",
      fields: [
        { label: act.say("Heard more than one channel"), value: percent(act, overlap.part), target: percent(act, 0.1) },
        { label: act.say("Active today"), value: number(act, active.dau) },
        { label: act.say("Active in 30 days"), value: number(act, active.mau) },
        { label: act.say("Interactions an hour"), value: number(act, active.interactionsPerHour) },
      ],
    };
    const words = act.say("{now, plural, one {# viewer} other {# viewers}} now, {hours} hours watched.", {
      now: all.now,
      hours: number(act, all.hours),
    });
    const items = rows.map(({ channel: id, slug, now, viewers, peak, hours: watched }) => ({
      id,
      slug,
      now,
      viewers,
      peak,
      watch_hours: watched,
    }));
    const item = { ...overlap, dau: active.dau, mau: active.mau, stickiness: active.stickiness };
    return {
      view: view(words, table, fields),
      data: { items, item: { ...item, interactions_per_hour: active.interactionsPerHour, pairs } },
    };
  },
});

/** The target as it is kept, or what is wrong with it. Addresses may hold no password: they are shown. */
function targetOf(kind: Kind, raw: string): string {
  const typed = raw.trim();
  if (kind === "icecast") {
    const url = URL.canParse(typed) ? new URL(typed) : undefined;
    const plain = url && ["http:", "https:"].includes(url.protocol) && url.username === "" && url.pathname.length > 1;
    if (!plain) throw refuse("options", "Give the address of its mount: http://host:8000/radio.mp3");
    return `${url.origin}${url.pathname}`;
  }
  if (kind === "youtube") {
    const id = /(?:^|[/=])([\w-]{11})(?:$|[?&])/.exec(typed)?.[1];
    if (!id) throw refuse("options", "Give the id of the live video: eleven letters, at the end of its address.");
    return id;
  }
  const login = /^(?:https:\/\/(?:www\.)?twitch\.tv\/)?(\w{3,25})$/i.exec(typed)?.[1];
  if (!login) throw refuse("options", "Give the name of the Twitch channel, as in its address.");
  return login.toLowerCase();
}

const add = command({
  name: "audience add",
  says: "Count who watches a channel elsewhere: Icecast, YouTube, Twitch",
  role: "staff",
  options: {
    channel: pick(channels, "Which channel"),
    kind: choice("Where", KINDS),
    target: text("The mount's address, the video's id, or the channel's name", { max: 400 }),
  },
  examples: [
    "audience add noir-jazz twitch noirjazz",
    "audience add noir-jazz icecast http://radio.example:8000/jazz.mp3",
  ],
  async run({ act, options: { channel, kind, target: raw } }) {
    const target = targetOf(kind, raw);
    const [row] = await rawOf(act.db)<{ id: string }[]>`
      insert into audience_source (workspace_id, id, channel_id, kind, target, created_at)
      select ${act.workspace.id}, ${act.newId()}, ${channel.id}, ${kind}, ${target}, ${act.now.toISOString()}
      where (select count(*) from audience_source where gone_at is null) < ${MOST}
      on conflict do nothing returning id`;
    if (!row)
      throw refuse("clash", "{target} is counted already, or there are {most} sources, which is all that fit.", {
        target,
        most: MOST,
      });
    act.changed({ what: "audience source", id: row.id, to: { channel: channel.slug, kind, target } });
    const words = act.say("{target} is counted for {channel}, each minute.", { target, channel: channel.name });
    return { view: view(words), data: { item: { id: row.id, kind, target, channel: channel.slug } } };
  },
});

type Row = { id: string; channel: string; name: string; kind: Kind; target: string; state: string; note: string };

const list = command({
  name: "audience list",
  says: "Where the audience is counted, and what was said there last",
  role: "staff",
  reads: true,
  async run({ act }) {
    const items = await rawOf(act.db)<Row[]>`
      select s.id, c.slug as channel, c.name, s.kind, s.target, s.state, s.note
      from audience_source s join channel c on c.workspace_id = s.workspace_id and c.id = s.channel_id
      where s.gone_at is null order by c.position, s.kind, s.target`;
    const words = act.say(
      "{count, plural, =0 {Only our own listeners are counted} one {# other place is counted} other {# other places are counted}}.",
      { count: items.length },
    );
    const columns = [{ label: act.say("Channel") }, { label: act.say("Where") }, { label: act.say("Last look") }];
    const rows = items.map((i) => [i.name, `${i.kind} ${i.target}`, [i.state, i.note].filter(Boolean).join(": ")]);
    const table: Block[] = rows.length > 0 ? [{ kind: "table", columns, rows }] : [];
    return { view: view(words, ...table), data: { items: items.map(({ name: _, ...item }) => item) } };
  },
});

const removeSource = command({
  name: "audience remove",
  says: "Count somewhere no more; what was counted stays",
  role: "staff",
  options: { target: text("The address, id or name that was added", { max: 400 }) },
  async run({ act, options: { target } }) {
    const rows = await rawOf(act.db)<{ id: string }[]>`
      update audience_source set gone_at = ${act.now.toISOString()}
      where gone_at is null and (target = ${target.trim()} or id::text = ${target.trim()}) returning id`;
    if (rows.length === 0) throw refuse("missing", "Nothing is counted there. /audience list shows where.");
    for (const { id } of rows) act.changed({ what: "audience source", id, to: null });
    return { view: view(act.say("It is counted no more.")), data: { items: rows } };
  },
});

export const audienceCommands = [show, add, list, removeSource];
