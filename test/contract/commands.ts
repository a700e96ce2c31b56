// The commands of the contract suite: each does one thing that every surface has to show or to take.
import { eventKind } from "../../core/act.ts";
import {
  choice,
  colour,
  command,
  decimal,
  duration,
  type Entity,
  file,
  moment,
  money,
  period,
  person,
  pick,
  text,
  whole,
  yesNo,
} from "../../core/command/index.ts";
import { type Block, view } from "../../core/view/index.ts";
import { HOSTILE } from "./hostile.ts";

const noted = eventKind<{ note: string }>("test.noted");

export const PICTURE = "https://cdn.radio.test/cover.png";
export const BLOCKS: Readonly<Record<string, Block[]>> = {
  text: (["plain", "soft", "good", "warn", "bad"] as const).map((tone) => ({
    kind: "text",
    text: `A ${tone} line.`,
    tone,
  })),
  fields: [
    {
      kind: "fields",
      fields: [
        { label: "Net", value: "$1,204.50", change: { text: "+12%", good: true }, target: "$2,000" },
        { label: "Listeners", value: "871", change: { text: "-3%", good: false } },
      ],
    },
  ],
  list: [{ kind: "list", ordered: true, items: [{ text: "Rain", note: "played twice" }, { text: "Snow" }] }],
  table: [
    {
      kind: "table",
      columns: [{ label: "Song" }, { label: "Plays", align: "right" }],
      rows: [
        ["Rain", "712"],
        ["Snow", "9"],
      ],
    },
  ],
  chart: [
    {
      kind: "chart",
      alt: "Plays of two days",
      chart: {
        form: "bar",
        title: "Plays went up",
        unit: "number",
        labels: ["Mon", "Tue"],
        series: [{ name: "Plays", values: [3, 5] }],
      },
    },
  ],
  picture: [{ kind: "picture", url: PICTURE, alt: "A cover in blue", type: "image/png" }],
  audio: [
    {
      kind: "audio",
      url: "https://cdn.radio.test/rain.mp3",
      title: "Rain song",
      alt: "",
      type: "audio/mpeg",
      seconds: 95,
    },
  ],
  video: [{ kind: "video", url: "https://cdn.radio.test/loop.mp4", title: "Loop", alt: "A loop", type: "video/mp4" }],
  progress: [{ kind: "progress", done: 3, total: 10, now: "mixing the bass" }],
  link: [{ kind: "link", url: "/live/noir-jazz", label: "Listen now" }],
  file: [
    { kind: "file", url: "https://cdn.radio.test/report.csv", name: "report.csv", type: "text/csv", bytes: 2_048 },
  ],
  several: [
    { kind: "picture", url: PICTURE, alt: "First cover", type: "image/png" },
    { kind: "picture", url: `${PICTURE}?2`, alt: "Second cover", type: "image/png" },
    { kind: "picture", url: `${PICTURE}?3`, alt: "Third cover", type: "image/png" },
  ],
};

const show = command({
  name: "test show",
  says: "Show one kind of block",
  role: "member",
  reads: true,
  options: { kind: choice("Which kind", Object.keys(BLOCKS)) },
  run: ({ options }) => view("This is it.", ...BLOCKS[options.kind]!),
});

/** Leaves one event a run: what happened twice is seen. */
const note = command({
  name: "test note",
  says: "Keep a note",
  role: "member",
  options: { note: text("What to keep", { max: 100 }) },
  async run({ options, act }) {
    await act.emit(noted, { note: options.note });
    return view(`Noted ${options.note}.`);
  },
});

const secret = command({
  name: "test secret",
  says: "Say it to the asker alone",
  role: "member",
  reply: "private",
  run: () => view("For your eyes only."),
});

const sure = command({
  name: "test sure",
  says: "Do it only when somebody is sure",
  role: "member",
  confirm: "always",
  options: { note: text("What to keep", { max: 100 }) },
  async run({ options, act }) {
    await act.emit(noted, { note: options.note });
    return view(`Certainly ${options.note}.`);
  },
});

const STATIONS = ["Neon Harbor", "Noir Jazz", "Desert Road"].map((name) => ({
  id: name.toLowerCase().replace(" ", "-"),
  name,
}));
const stations: Entity<(typeof STATIONS)[number]> = {
  name: "station",
  find: async (_, raw) =>
    STATIONS.find((s) => s.id === raw.toLowerCase() || s.name.toLowerCase() === raw.toLowerCase()),
  search: async (_, typed) =>
    STATIONS.filter((s) => s.name.toLowerCase().includes(typed.toLowerCase())).map((s) => ({
      value: s.id,
      label: s.name,
    })),
};

/** Every kind of option there is. */
const options = command({
  name: "test options",
  says: "Take options of every kind",
  role: "member",
  options: {
    words: text("Some words", { max: 500 }).optional(),
    count: whole("How many").optional(),
    share: decimal("What share").optional(),
    loud: yesNo("Loud or not").optional(),
    form: choice("Which form", ["live", "recorded"]).optional(),
    tint: colour("Which colour").optional(),
    station: pick(stations, "Which station").optional(),
    who: person(stations, "Who").optional(),
    price: money("How much").optional(),
    length: duration("How long").optional(),
    when: moment("When").optional(),
    span: period("Which time").optional(),
  },
  run: ({ options: given }) =>
    view(
      JSON.stringify(given, (_, value) => (typeof value === "bigint" ? String(value) : value)).replaceAll(/["{}]/g, ""),
    ),
});

const needs = command({
  name: "test book",
  says: "Book a show",
  role: "member",
  options: { title: text("What is it called?", { max: 80 }), kind: choice("Which kind?", ["live", "recorded"]) },
  async run({ options: given, act }) {
    await act.emit(noted, { note: given.title });
    return view(`Booked ${given.title} (${given.kind}).`);
  },
});

const upload = command({
  name: "test upload",
  says: "Take a file",
  role: "member",
  options: { file: file("Which file", { endings: ["csv"] }) },
  run: ({ options: { file: given } }) =>
    view(`Took ${given.name}, ${given.bytes.length} bytes: ${Buffer.from(given.bytes).toString().slice(0, 40)}`),
});

const owners = command({ name: "test owners", says: "Owners only", role: "owner", run: () => view("Yes, owner.") });

const buttons = command({
  name: "test buttons",
  says: "Show buttons and a menu",
  role: "member",
  options: { name: text("Whose", { max: 40 }) },
  run: ({ options: { name } }) => {
    const press = (what: string) => ({ command: "test note", options: { note: `${name} ${what}` } });
    return view(
      `Buttons of ${name}.`,
      {
        kind: "buttons",
        buttons: [
          { label: "Once", press: { ...press("once"), uses: "once", audience: "anyone" } },
          { label: "Mine", press: { ...press("mine"), audience: "asker" } },
          { label: "Often", press: { ...press("often"), uses: "many", audience: "anyone" } },
          { label: "Short", press: { ...press("short"), audience: "anyone", minutes: 1 } },
          { label: "Staff", press: { ...press("staff"), audience: "staff" } },
        ],
      },
      {
        kind: "select",
        label: "Or one of these",
        choices: ["Red", "Blue"].map((label) => ({
          value: label,
          label,
          press: { ...press(label), uses: "many", audience: "anyone" },
        })),
      },
    );
  },
});

const form = command({
  name: "test form",
  says: "Show a form",
  role: "member",
  run: () =>
    view("Fill this in.", {
      kind: "form",
      title: "A show",
      submit: "Book it",
      command: "test book",
      press: { command: "test book", audience: "anyone", uses: "many" },
      inputs: [
        { name: "title", label: "Title", kind: "text", required: true },
        {
          name: "kind",
          label: "Kind",
          kind: "choice",
          required: true,
          choices: [
            { value: "live", label: "live" },
            { value: "recorded", label: "recorded" },
          ],
        },
      ],
    }),
});

/** Three thousand words, each its own. */
export const LONG = Array.from({ length: 3_000 }, (_, n) => `w${n}`).join(" ");
const recite = command({ name: "test recite", says: "Say a lot", role: "member", run: () => view(LONG) });

const echo = command({
  name: "test echo",
  says: "Say what somebody wrote",
  role: "member",
  options: { line: whole("Which line", { max: 100 }) },
  run: ({ options: { line } }) => {
    const said = HOSTILE[line]!;
    return view(
      said,
      { kind: "text", text: `<1>${said}<1>`, tone: "good" },
      { kind: "fields", fields: [{ label: "Title", value: `<2>${said}<2>` }] },
      { kind: "list", items: [{ text: `<3>${said}<3>` }] },
      { kind: "table", columns: [{ label: said }], rows: [[said]] },
      { kind: "link", url: "https://radio.test/", label: said },
      { kind: "picture", url: PICTURE, alt: said, type: "image/png" },
      { kind: "buttons", buttons: [{ label: said, press: { command: "test note", options: { note: said } } }] },
    );
  },
});

export const COMMANDS = [show, note, secret, sure, options, needs, upload, owners, buttons, form, recite, echo];
