// Views of every kind with anything in them, as fast-check thinks of them: the same for every surface.
import fc from "fast-check";
import type { Block, View } from "../../core/view/index.ts";
import { HOSTILE } from "./hostile.ts";

const odd = fc.constantFrom(
  ...HOSTILE,
  "",
  " ",
  "\n\n",
  "\u0000",
  "\ud800",
  "\u202e",
  "x".repeat(5_000),
  "`".repeat(40),
  "wörd ".repeat(900),
  "🦄".repeat(700),
  "漢字".repeat(1_500),
);
const short = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 1, arbitrary: odd },
);
const words = fc.oneof(fc.string({ unit: "grapheme", maxLength: 300 }), short);
const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  fc.constantFrom("/live/noir-jazz", "", "javascript:alert(1)", "http://", `https://a.example/${"a".repeat(3_000)}`),
);
const action = fc
  .tuple(
    fc.constantFrom("u", "r", "p", "m"),
    fc.string({ unit: fc.constantFrom(..."ABCabc019"), minLength: 14, maxLength: 14 }),
  )
  .map(([letter, rest]) => letter + rest);
const some = <T>(one: fc.Arbitrary<T>, maxLength = 12) => fc.array(one, { maxLength });
const media = { url, alt: short, type: fc.constantFrom("image/png", "audio/mpeg", "video/mp4", "x") };
const seconds = fc.nat(10_000);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

const input = fc.record(
  {
    name: fc.constantFrom("title", "kind", "count", "note"),
    label: short,
    kind: fc.constantFrom("text", "whole", "yesNo", "choice", "pick", "file"),
    required: fc.boolean(),
    choices: some(fc.record({ value: short, label: short }), 40),
    min: fc.nat(9),
    max: fc.nat(5_000),
    value: short,
    error: short,
    hint: short,
  },
  { requiredKeys: ["name", "label", "kind", "required"] },
);

const BLOCKS: Record<Block["kind"], fc.Arbitrary<object>> = {
  text: fc.record({ text: words, tone: fc.constantFrom("plain", "soft", "good", "warn", "bad", undefined) }),
  fields: fc.record({
    fields: some(
      fc.record({
        label: short,
        value: words,
        change: maybe(fc.record({ text: short, good: fc.constantFrom(true, false, null) })),
        target: maybe(short),
      }),
      30,
    ),
  }),
  list: fc.record({ items: some(fc.record({ text: words, note: maybe(short) }), 30), ordered: fc.boolean() }),
  table: fc.record({
    columns: fc.array(fc.record({ label: short }), { minLength: 1, maxLength: 25 }),
    rows: some(some(short, 6), 60),
    caption: maybe(short),
  }),
  chart: fc.record({
    alt: short,
    chart: fc.record({
      form: fc.constantFrom("line", "bar", "stacked", "area"),
      title: short,
      unit: fc.constantFrom("number", "percent", "seconds"),
      labels: fc.constant(["Mon", "Tue"]),
      series: some(fc.record({ name: short, values: fc.constant([1, null]) }), 3),
    }),
  }),
  picture: fc.record(media),
  audio: fc.record({ ...media, title: short, seconds: maybe(seconds) }),
  video: fc.record({ ...media, title: short, seconds: maybe(seconds) }),
  progress: fc.record({ done: fc.nat(20), total: fc.nat(20), now: short }),
  buttons: fc.record({
    buttons: some(
      fc.record({
        label: short,
        action: maybe(action),
        style: fc.constantFrom("primary", "plain", "danger", undefined),
      }),
      60,
    ),
  }),
  select: fc.record({
    label: short,
    choices: some(fc.record({ value: short, label: short, action: maybe(action) }), 130),
  }),
  form: fc.record({
    title: short,
    submit: short,
    command: fc.constantFrom("test book", "whoami"),
    action: maybe(action),
    inputs: some(input, 25),
    plain: fc.constantFrom(true, undefined),
  }),
  link: fc.record({ url, label: short }),
  file: fc.record({ url, name: short, type: short, bytes: fc.nat() }),
};

const block = fc.oneof(
  ...Object.entries(BLOCKS).map(([kind, rest]) => rest.map((more) => ({ kind, ...more }) as unknown as Block)),
);

export const anyView: fc.Arbitrary<View> = fc.record({ text: words, blocks: some(block, 14) });
