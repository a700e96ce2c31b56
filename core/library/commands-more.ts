// From one thing of the library to others like it, and to those outside who may have it.
import { linkToken } from "../assets/index.ts";
import { command, pick, whole } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { itemOf } from "./show.ts";
import { similarTo } from "./similar.ts";
import { shortOf, works } from "./work.ts";

const MOST = 25;
const HOUR = 3_600_000;
/** A week: a link cannot be taken back before its time, other than by turning the work down. */
const LONGEST = 168;

export const librarySimilar = command({
  name: "library similar",
  says: "Things like this one: by tempo, key, loudness, genre and words",
  role: "member",
  reads: true,
  options: { asset: pick(works, "Like which one"), count: whole("How many", { min: 1, max: MOST, default: 10 }) },
  examples: ["library similar 3fa20b1c"],
  async run({ act, options: { asset: work, count } }) {
    const found = await similarTo(act, work, count);
    const data = { items: found.map((f) => ({ ...itemOf(f.work), likeness: Math.round(f.likeness * 1000) / 1000 })) };
    if (found.length === 0)
      return { view: view(act.say("Nothing in the library is like {title}.", { title: work.title })), data };
    const percent = new Intl.NumberFormat(act.locale, { style: "percent" });
    const rows = found.map((f) => [f.work.title, percent.format(f.likeness), shortOf(f.work.id)]);
    const columns = [
      { label: act.say("Title") },
      { label: act.say("Alike"), align: "right" as const },
      { label: act.say("Id") },
    ];
    const choices = found.map(({ work: w }) => ({
      value: w.id,
      label: w.title,
      press: { command: "library show", options: { asset: w.id }, uses: "many" as const },
    }));
    const words = act.say("Most like {title}: {other}.", { title: work.title, other: found[0]!.work.title });
    const menu = { kind: "select" as const, label: act.say("Show one"), choices };
    return { view: view(words, { kind: "table", columns, rows }, menu), data };
  },
});

export const libraryLink = command({
  name: "library link",
  says: "A link to the file for somebody outside, which ends by itself",
  role: "staff",
  reply: "private",
  effects: ["publish"],
  options: {
    asset: pick(works, "To which one"),
    hours: whole("For how many hours", { min: 1, max: LONGEST, default: 24 }),
  },
  examples: ["library link 3fa20b1c hours:48"],
  run({ act, options: { asset: work, hours } }) {
    if (work.status === "rejected")
      throw refuse("rule", "{title} was rejected: there are no links to it.", { title: work.title });
    const until = new Date(act.now.getTime() + hours * HOUR);
    const url = `/api/v1/links/${linkToken(act, { workspaceId: act.workspace.id, asset: work.id, until })}`;
    act.changed({ what: "link", id: work.id, to: { until: until.toISOString() } });
    const words = act.say(
      "Whoever has this link can fetch {title} for {hours, plural, one {# hour} other {# hours}}.",
      {
        title: work.title,
        hours,
      },
    );
    const item = { id: work.id, expires_at: until.toISOString() };
    return {
      view: view(words),
      data: { item },
      once: { view: view(words, { kind: "link", url, label: work.title }), data: { item: { ...item, url } } },
    };
  },
});
