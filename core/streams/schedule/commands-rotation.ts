// Which songs a channel draws from, at which hours, and its jingles.
import type { Act } from "../../act.ts";
import { command, file, pick, text, whole, yesNo } from "../../command/index.ts";
import { refuse } from "../../problem.ts";
import { view } from "../../view/index.ts";
import { type Channel, channels } from "../channel.ts";
import { songs } from "../queue/songs.ts";
import { clockOf, type Daypart, EVERY_DAY, minuteOf } from "./daypart.ts";
import {
  bringSound,
  findRotation,
  listRotations,
  putInto,
  removeRotation,
  type SetRotation,
  setRotation,
  takeFrom,
} from "./schedule.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const SETS: Record<string, number> = { daily: EVERY_DAY, weekdays: 0b0011111, weekend: 0b1100000 };

/** "daily", "weekdays", "sat,sun", "mon-fri". */
function daysOf(words: string): number {
  let days = 0;
  for (const part of words
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)) {
    const set = Object.hasOwn(SETS, part) ? SETS[part] : undefined;
    const [from, to = from] = part.split("-").map((day) => DAYS.indexOf(day.slice(0, 3) as (typeof DAYS)[number]));
    if (set === undefined && (from === undefined || to === undefined || from < 0 || to < 0))
      throw refuse("options", "Days are daily, weekdays, weekend, or such as mon,wed or fri-sun.");
    if (set !== undefined) days |= set;
    else
      for (let d = from!; ; d = (d + 1) % 7) {
        days |= 1 << d;
        if (d === to) break;
      }
  }
  return days;
}

function hoursOf(words: string, days: string | undefined): Daypart {
  const [from, to] = words.split(/\s*[-–]\s*/).map(minuteOf);
  if (from === undefined || to === undefined || to === 0 || from === 1440)
    throw refuse("options", "Hours are such as 06:00-10:00; from 22:00-06:00 they go on into the next day.");
  return { days: days ? daysOf(days) : EVERY_DAY, begins: from, ends: to };
}

function partWords(act: Act, { days, begins, ends }: Daypart): string {
  const monday = Date.UTC(2026, 0, 5);
  const day = new Intl.DateTimeFormat(act.locale, { weekday: "short", timeZone: "UTC" });
  const on = DAYS.flatMap((_, n) => (days & (1 << n) ? [day.format(monday + n * 86_400_000)] : []));
  return `${days === EVERY_DAY ? act.say("daily") : on.join(" ")} ${clockOf(begins)}–${clockOf(ends)}`;
}

function paceWords(act: Act, r: SetRotation): string {
  if (r.atMinute !== null) return act.say("once an hour, at minute {minute}", { minute: r.atMinute });
  if (r.everySongs !== null)
    return act.say("once in {count, plural, one {# song} other {# songs}}", { count: r.everySongs });
  if (r.everyMinutes !== null) return act.say("once in {minutes} min", { minutes: r.everyMinutes });
  return r.kind === "standard" ? act.say("weight {weight}", { weight: r.weight }) : "";
}

const kindWords = (act: Act, r: SetRotation) =>
  ({ standard: act.say("songs"), jingle: act.say("jingles"), emergency: act.say("emergency") })[r.kind];

const rotationData = (r: SetRotation) => ({
  ...r,
  dayparts: r.dayparts.map(({ id, ...d }) => ({ id, ...d, from: clockOf(d.begins), to: clockOf(d.ends) })),
});

export const scheduleList = command({
  name: "schedule list",
  says: "Which rotations a channel plays, how often and at which hours",
  role: "staff",
  reads: true,
  options: { channel: pick(channels, "Which channel") },
  examples: ["schedule list noir-jazz"],
  async run({ act, options: { channel } }) {
    const rotations = await listRotations(act, channel.id);
    const rows = rotations.map((r) => [
      r.enabled ? r.name : act.say("{rule} (off)", { rule: r.name }),
      kindWords(act, r),
      paceWords(act, r),
      r.dayparts.map((d) => partWords(act, d)).join(", ") || act.say("always"),
    ]);
    const columns = [
      { label: act.say("Rotation") },
      { label: act.say("What") },
      { label: act.say("How often") },
      { label: act.say("When") },
    ];
    const words = act.say(
      "{count, plural, one {# rotation plays} other {# rotations play}} on {name}. Hours are those of {zone}.",
      {
        count: rotations.length,
        name: channel.name,
        zone: act.workspace.zone,
      },
    );
    return { view: view(words, { kind: "table", columns, rows }), data: { items: rotations.map(rotationData) } };
  },
});

export const scheduleSet = command({
  name: "schedule set",
  says: "Make or change a rotation: what it draws from, how often, at which hours",
  role: "staff",
  options: {
    channel: pick(channels, "Which channel"),
    rotation: text("Its name", { max: 60 }),
    hours: text("Only at these hours, such as 06:00-10:00", { max: 20 }).optional(),
    days: text("On these days: daily, weekdays, weekend, mon,wed", { max: 60 }).optional(),
    weight: whole("How often beside the others", { min: 1, max: 100 }).optional(),
    genre: text("Songs of this genre", { max: 60 }).optional(),
    words: text("Songs with these words in title or prompt", { max: 100 }).optional(),
    every_songs: whole("Once in so many songs", { min: 1, max: 1000 }).optional(),
    every_minutes: whole("Once in so many minutes", { min: 1, max: 10_080 }).optional(),
    at_minute: whole("Once an hour, at this minute", { min: 0, max: 59 }).optional(),
    on: yesNo("Whether it plays").optional(),
  },
  examples: ["schedule set noir-jazz Mornings hours:06:00-10:00 days:weekdays genre:intimate-vibes weight:10"],
  async run({ act, options: { channel, rotation, hours, days, weight, genre, words, on, ...o } }) {
    const paces = [o.every_songs, o.every_minutes, o.at_minute].filter((p) => p !== undefined);
    if (paces.length > 1)
      throw refuse("options", "Choose one: every so many songs, every so many minutes, or at a minute.");
    const query = genre || words ? { ...(genre ? { genre } : {}), ...(words ? { words } : {}) } : undefined;
    const set = await setRotation(act, {
      channel: channel.id,
      name: rotation,
      weight,
      enabled: on,
      query,
      daypart: hours ? hoursOf(hours, days) : days ? { days: daysOf(days), begins: 0, ends: 1440 } : undefined,
      everySongs: o.every_songs ?? null,
      everyMinutes: o.every_minutes ?? null,
      atMinute: o.at_minute ?? null,
    });
    const fields = [
      { label: act.say("How often"), value: paceWords(act, set) || "–" },
      { label: act.say("When"), value: set.dayparts.map((d) => partWords(act, d)).join(", ") || act.say("always") },
    ];
    const told = act.say("{rotation} plays on {name}.", { rotation: set.name, name: channel.name });
    return { view: view(told, { kind: "fields", fields }), data: { item: rotationData(set) } };
  },
});

export const scheduleRemove = command({
  name: "schedule remove",
  says: "Take a rotation off a channel, or only its hours",
  role: "staff",
  options: {
    channel: pick(channels, "Which channel"),
    rotation: text("Which rotation, by its name", { max: 60 }),
    hours: yesNo("Only its hours: it plays always again", { default: false }),
  },
  examples: ["schedule remove noir-jazz Mornings"],
  async run({ act, options: { channel, rotation, hours } }) {
    const found = await findRotation(act, channel.id, rotation);
    if (!found)
      throw refuse("missing", "{name} has no rotation {rotation}. /schedule list names them.", {
        name: channel.name,
        rotation,
      });
    await removeRotation(act, found, hours);
    const vars = { rotation: found.name, name: channel.name };
    const words = hours
      ? act.say("{rotation} plays always on {name}.", vars)
      : act.say("{rotation} is gone from {name}.", vars);
    return { view: view(words), data: { item: rotationData(found) } };
  },
});

/** How often a channel says its name, until somebody says otherwise. */
const JINGLE_SONGS = 4;
const JINGLES = "Jingles";

export const jingleAdd = command({
  name: "jingle add",
  says: "Give a channel a jingle: from the library, or a file",
  role: "staff",
  options: {
    channel: pick(channels, "Which channel"),
    asset: pick(songs, "Which one of the library").optional(),
    file: file("Your own sound, up to 90 seconds", { endings: ["mp3", "wav", "ogg", "flac"] }).optional(),
    every_songs: whole("Once in so many songs", { min: 1, max: 1000 }).optional(),
    every_minutes: whole("Once in so many minutes", { min: 1, max: 10_080 }).optional(),
    at_minute: whole("Once an hour, at this minute", { min: 0, max: 59 }).optional(),
  },
  examples: ["jingle add noir-jazz 3fa20b1c every_songs:3"],
  async run({ act, options: { channel, asset, file: upload, ...o } }) {
    if (!asset === !upload) throw refuse("options", "Give one: a sound of the library, or a file.");
    const work = asset?.id ?? (await bringSound(act, upload!));
    const before = await findRotation(act, channel.id, JINGLES);
    const paced = [o.every_songs, o.every_minutes, o.at_minute].some((p) => p !== undefined);
    const set = await setRotation(act, {
      channel: channel.id,
      name: JINGLES,
      kind: "jingle",
      everySongs: o.every_songs ?? (paced || before ? null : JINGLE_SONGS),
      everyMinutes: o.every_minutes ?? null,
      atMinute: o.at_minute ?? null,
    });
    await putInto(act, set.id, work);
    const title = asset?.title ?? upload!.name;
    const words = act.say("{title} is a jingle of {name}: {pace}.", {
      title,
      name: channel.name,
      pace: paceWords(act, set),
    });
    return { view: view(words), data: { item: { id: work, rotation: rotationData(set) } } };
  },
});

export const jingleRemove = command({
  name: "jingle remove",
  says: "Play a jingle no more on a channel",
  role: "staff",
  options: { channel: pick(channels, "Which channel"), asset: pick(songs, "Which jingle") },
  examples: ["jingle remove noir-jazz 3fa20b1c"],
  async run({ act, options: { channel, asset } }) {
    if ((await takeFrom(act, channel.id, asset.id, "jingle")) === 0) throw notJingle(asset.title, channel);
    const words = act.say("{title} is no jingle of {name} any more.", { title: asset.title, name: channel.name });
    return { view: view(words), data: { item: { id: asset.id } } };
  },
});

const notJingle = (title: string, { name }: Channel) =>
  refuse("missing", "{title} is no jingle of {name}.", { title, name });

export const rotationCommands = [scheduleList, scheduleSet, scheduleRemove, jingleAdd, jingleRemove];
