// Commands for the browser tests only: they show, ask, refuse, take their time.
import { jobKind } from "../../core/act.ts";
import { type Command, choice, command, file, pick, text, whole } from "../../core/command/index.ts";
import { runningView } from "../../core/jobs/index.ts";
import { refuse } from "../../core/problem.ts";
import { type View, view } from "../../core/view/index.ts";
import { type Handler, handler } from "../../jobs/handler.ts";

/** What the test sees and steers of the other side. */
export type Stage = {
  calls: { name: string; options: Record<string, unknown> }[];
  /** The work of a job goes on when the test says so. */
  step: () => Promise<void>;
};

const work = jobKind<{ steps: number }>("demo work");
const COLOURS = ["amber", "amethyst", "azure", "beige", "coral"];
const colour = pick(
  {
    name: "colour",
    find: async (_act, typed) => COLOURS.find((c) => c === typed.toLowerCase()),
    search: async (_act, typed) =>
      COLOURS.filter((c) => c.includes(typed.toLowerCase())).map((c) => ({ value: c, label: `The colour ${c}` })),
  },
  "Which colour",
);

export function demoCommands(stage: Stage): Command[] {
  const note = (name: string, options: Record<string, unknown>) => void stage.calls.push({ name, options });
  return [
    command({
      name: "demo all",
      says: "Show every kind of block",
      role: "member",
      reads: true,
      run: () => everything(),
    }),
    command({
      name: "demo order",
      says: "Order paint in a colour",
      role: "member",
      options: {
        colour,
        count: whole("How many buckets", { min: 1, max: 20, default: 1 }),
        finish: choice("How it shines", ["matt", "satin", "gloss"]).optional(),
        note: text("Anything else", { max: 300 }).optional(),
        code: text("A voucher", { max: 20 }).optional(),
      },
      run({ options }) {
        if (options.code === "expired") throw refuse("rule", "This voucher has expired. Leave it out, or use another.");
        note("order", options);
        return view(`Ordered ${options.count} of ${options.colour}.`);
      },
    }),
    command({
      name: "demo wipe",
      says: "Wipe the board",
      role: "owner",
      effects: ["delete"],
      confirm: "always",
      options: { board: text("Which board", { max: 40 }) },
      run({ options }) {
        note("wipe", options);
        return view(`Wiped ${options.board}.`);
      },
    }),
    command({
      name: "demo work",
      says: "Work for a while",
      role: "member",
      async run({ act }) {
        const job = await act.later(work, { steps: 4 });
        return { view: runningView(act, "Mixing four colours", job, 4), job };
      },
    }),
    command({
      name: "demo file",
      says: "Hand over a file",
      role: "member",
      options: { file: file("The file") },
      run({ options }) {
        note("file", { name: options.file.name, text: new TextDecoder().decode(options.file.bytes) });
        return view(`Got ${options.file.name}.`);
      },
    }),
    command({
      name: "demo evil",
      says: "Say what must not run",
      role: "member",
      reads: true,
      run: () => evil(),
    }),
  ];
}

export const demoWork = (stage: Stage): Handler =>
  handler({
    kind: work,
    async run({ input, progress }) {
      for (let n = 1; n <= input.steps; n++) {
        await stage.step();
        progress(n, input.steps, `Mixing colour ${n}`);
      }
      await stage.step();
      return view("Mixed four colours.", { kind: "text", text: "All four are dry.", tone: "good" });
    },
  });

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const everything = (): View =>
  view(
    "Synthwave overtook City Pop on Tuesday",
    {
      kind: "fields",
      fields: [
        { label: "Viewers now", value: "1,284", change: { text: "+12% on last week", good: true }, target: "1,500" },
        { label: "Revenue", value: "$4,310.20", change: { text: "−3% on last week", good: false } },
        { label: "Songs made", value: "312" },
      ],
    },
    {
      kind: "chart",
      alt: "Viewers of two channels over seven days",
      chart: {
        form: "line",
        title: "Synthwave overtook City Pop on Tuesday",
        unit: "number",
        labels: DAYS,
        series: [
          { name: "City Pop", values: [900, 860, 840, 820, null, 800, 790] },
          { name: "Synthwave", values: [700, 880, 910, 990, 1020, 1100, 1284] },
        ],
        through: "Data through 14:05",
      },
    },
    { kind: "text", text: "Everything is on air. See /demo order for more.", tone: "good" },
    { kind: "text", text: "The budget for video is nearly used up.", tone: "warn" },
    { kind: "text", text: "Noir Jazz has been silent for 40 seconds.", tone: "bad" },
    {
      kind: "list",
      items: [
        { text: "Neon Synthwave", note: "on air, 512 viewers", id: "neon-synthwave" },
        { text: "Noir Jazz", note: "stopped" },
      ],
    },
    {
      kind: "table",
      caption: "Costs by provider",
      columns: [
        { label: "Provider" },
        { label: "Kind" },
        { label: "Made", align: "right" },
        { label: "Each", align: "right" },
        { label: "Total", align: "right" },
      ],
      rows: [
        ["Suno", "song", "212", "$0.05", "$10.60"],
        ["Runway", "video", "14", "$1.25", "$17.50"],
      ],
    },
    { kind: "picture", url: "/icon-192.png", alt: "A cover", type: "image/png" },
    { kind: "audio", url: "/demo/tone.wav", alt: "A song", type: "audio/wav", title: "Midnight Arcade", seconds: 2 },
    { kind: "file", url: "/icon.svg", name: "costs.csv", type: "text/csv", bytes: 48213 },
    { kind: "link", url: "https://example.com/", label: "Open the channel" },
    {
      kind: "select",
      label: "Look at a channel",
      choices: [
        { value: "wipe", label: "The board", press: { command: "demo wipe", options: { board: "b" }, uses: "many" } },
        { value: "all", label: "Everything", press: { command: "demo all", uses: "many" } },
      ],
    },
    {
      kind: "buttons",
      buttons: [{ label: "Show it again", style: "primary", press: { command: "demo all", uses: "many" } }],
    },
  );

/** If any of this reached the page as more than text, `owned` would be set. */
const evil = (): View => {
  const attack = `<img src=x onerror="window.owned=1"><script>window.owned=1</script>`;
  return view(
    attack,
    { kind: "text", text: attack },
    { kind: "fields", fields: [{ label: attack, value: attack }] },
    { kind: "table", columns: [{ label: attack }], rows: [[attack]], caption: attack },
    { kind: "link", url: "javascript:window.owned=1", label: "press me" },
    { kind: "file", url: "data:text/html,<script>1</script>", name: attack, type: "text/html", bytes: 1 },
    { kind: "picture", url: "javascript:window.owned=1", alt: attack, type: "image/png" },
  );
};

/** Two seconds of A, as a WAV file. */
export function tone(): Uint8Array<ArrayBuffer> {
  const [rate, seconds] = [8000, 2];
  const data = Buffer.alloc(rate * seconds * 2);
  for (let n = 0; n < rate * seconds; n++)
    data.writeInt16LE(Math.round(Math.sin((n / rate) * 440 * 2 * Math.PI) * 6000), n * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return new Uint8Array(Buffer.concat([head, data]));
}
