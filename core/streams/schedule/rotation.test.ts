import { expect, test } from "vitest";
import {
  artistsOf,
  barred,
  choose,
  drawOf,
  inTurn,
  isDue,
  type Rotation,
  type Track,
  titleOf,
  weightedShuffle,
} from "./rotation.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const track = (id: string, more: Partial<Track> = {}): Track => ({
  id,
  title: `Title ${id}`,
  artist: null,
  seconds: 180,
  lastAt: null,
  ...more,
});
const rotation = (name: string, tracks: Track[], more: Partial<Rotation> = {}): Rotation => ({
  id: name,
  name,
  weight: 3,
  everySongs: null,
  everyMinutes: null,
  atMinute: null,
  lastAt: null,
  songsSince: 0,
  tracks,
  ...more,
});
const at = (more: Partial<Parameters<typeof choose>[2]> = {}) => ({
  now: NOW,
  minute: 0,
  recent: [],
  gaps: { trackMinutes: 120, artistMinutes: 20 },
  random: drawOf("a"),
  never: new Set<string>(),
  ...more,
});
test.each([1, 4])("choosing looks at each track once or twice, however many there are: %i thousand", (thousands) => {
  let looks = 0;
  let draws = 0;
  const count = thousands * 1000;
  const tracks = Array.from({ length: count }, (_, n) =>
    Object.defineProperty(track(`${n}`), "title", {
      get() {
        looks++;
        return `Title ${n}`;
      },
    }),
  );
  const recent = tracks
    .slice(0, count / 2)
    .map(({ id }) => ({ id, title: `Title ${id}`, artist: null, at: NOW - MINUTE }));
  const random = () => {
    draws++;
    return (draws * 0.618034) % 1;
  };
  const chosen = choose([rotation("r", tracks)], 5, at({ recent, random }));
  expect(chosen).toHaveLength(5);
  expect(looks).toBeLessThan(count * 2.5);
  expect(draws).toBeLessThan(count * 1.5);
});

const ids = (chosen: { track: Track }[]) => chosen.map((c) => c.track.id);

test.each([
  ["no pace: by weight alone", {}, 0, undefined],
  ["every 4 songs, after 3", { everySongs: 4, songsSince: 3 }, 0, false],
  ["every 4 songs, after 4", { everySongs: 4, songsSince: 4 }, 0, true],
  ["every 30 minutes, never yet", { everyMinutes: 30 }, 0, true],
  ["every 30 minutes, 29 ago", { everyMinutes: 30, lastAt: NOW - 29 * MINUTE }, 0, false],
  ["every 30 minutes, 30 ago", { everyMinutes: 30, lastAt: NOW - 30 * MINUTE }, 0, true],
  ["at minute 0, at 0", { atMinute: 0 }, 0, true],
  ["at minute 0, at 14", { atMinute: 0 }, 14, true],
  ["at minute 0, at 15", { atMinute: 0 }, 15, false],
  ["at minute 55, five past", { atMinute: 55 }, 5, true],
  ["at minute 55, ten past", { atMinute: 55 }, 10, false],
  ["at minute 55, a minute before", { atMinute: 55 }, 54, false],
  ["at minute 0, played ten minutes ago", { atMinute: 0, lastAt: NOW - 10 * MINUTE }, 10, false],
  ["at minute 0, played an hour ago", { atMinute: 0, lastAt: NOW - 60 * MINUTE }, 2, true],
] as const)("due: %s", (_, pace, minute, due) => {
  expect(isDue(rotation("r", [], pace), NOW, minute)).toBe(due);
});

test("each comes first as often as its share of the weights", () => {
  const random = drawOf("shares");
  const first = { a: 0, b: 0, c: 0 };
  const weights = { a: 1, b: 3, c: 6 };
  for (let n = 0; n < 20_000; n++) first[weightedShuffle(["a", "b", "c"] as const, (x) => weights[x], random)[0]!]++;
  // Within four standard deviations of 20,000 draws.
  expect(first.a / 20_000).toBeCloseTo(0.1, 1);
  expect(Math.abs(first.b / 20_000 - 0.3)).toBeLessThan(0.013);
  expect(Math.abs(first.c / 20_000 - 0.6)).toBeLessThan(0.014);
});

test("what is due comes before what has no pace: the hour, then songs, then minutes", () => {
  const some = [track("x")];
  const turn = inTurn(
    [
      rotation("plain", some, { weight: 100 }),
      rotation("minutes", some, { everyMinutes: 10 }),
      rotation("songs", some, { everySongs: 2, songsSince: 2 }),
      rotation("hour", some, { atMinute: 0 }),
      rotation("not due", some, { everySongs: 9 }),
      rotation("empty", [], { atMinute: 0 }),
    ],
    NOW,
    3,
    drawOf("x"),
  );
  expect(turn.map((r) => r.name)).toEqual(["hour", "songs", "minutes", "plain"]);
});

test.each([
  [null, []],
  ["", []],
  ["Ana", ["ana"]],
  ["Ana, Ben & Cy", ["ana", "ben", "cy"]],
  ["Ana feat. Ben ft. Cy", ["ana", "ben", "cy"]],
  ["ANA FT Ben", ["ana", "ben"]],
  ["Ana vs. Ben / Cy", ["ana", "ben", "cy"]],
  ["AC/DC", ["ac dc"]],
  ["Featherweight", ["featherweight"]],
  ["R&B Kings", ["r b kings"]],
  ["Ｕｔａ, ben", ["uta", "ben"]],
] as const)("artists of %j", (artist, names) => {
  expect(artistsOf(artist)).toEqual(names);
});

test.each([
  ["Rain", "rain"],
  ["  RAIN! ", "rain"],
  ["Rain (Live at Nine)", "rain"],
  ["Rain [Remix]", "rain"],
  ["(Untitled)", "untitled"],
  ["Rain\nfall", "rain fall"],
  ["!!!", ""],
] as const)("title %j", (title, words) => {
  expect(titleOf(title)).toBe(words);
});

test.each([
  ["the same track an hour ago", track("a"), { id: "a", title: "Title a", at: 60 }, true],
  ["the same track three hours ago", track("a"), { id: "a", title: "Title a", at: 180 }, false],
  ["another take of it", track("b", { title: "Rain (Live)" }), { id: "a", title: "Rain", at: 5 }, true],
  ["another take, half an hour ago", track("b", { title: "Rain (Live)" }), { id: "a", title: "Rain", at: 30 }, false],
  ["one of its artists", track("b", { artist: "Cy feat. Ana" }), { id: "a", artist: "Ana & Ben", at: 5 }, true],
  ["another artist", track("b", { artist: "Cy" }), { id: "a", artist: "Ana & Ben", at: 5 }, false],
  ["no artist known of either", track("b"), { id: "a", at: 5 }, false],
] as const)("too soon: %s", (_, next, { at: minutes, ...recent }, is) => {
  const before = [{ title: "Other", artist: null, ...recent, at: NOW - minutes * MINUTE }];
  expect(barred(before, NOW, { trackMinutes: 120, artistMinutes: 20 })(next)).toBe(is);
});

test("first what breaks no rule, then what was heard longest ago, and never nothing", () => {
  const old = track("old", { lastAt: NOW - 90 * MINUTE });
  const older = track("older", { lastAt: NOW - 100 * MINUTE });
  const fresh = track("fresh");
  const recent = [old, older].map((t) => ({ ...t, at: t.lastAt! }));
  const all = [rotation("r", [old, older, fresh])];
  expect(ids(choose(all, 1, at({ recent })))).toEqual(["fresh"]);
  expect(choose(all, 9, at({ recent })).map((c) => [c.track.id, c.again])).toEqual([
    ["fresh", false],
    ["older", true],
    ["old", true],
  ]);
  expect(ids(choose(all, 3, at({ recent, never: new Set(["older"]) })))).toEqual(["fresh", "old"]);
  expect(choose([rotation("r", [])], 3, at())).toEqual([]);
  expect(choose([], 3, at())).toEqual([]);
});

test("several candidates have several titles and artists, as long as there are some", () => {
  const tracks = ["Ana", "Ana & Ben", "Cy", "Di"].map((artist, n) => track(`${n}`, { artist }));
  const chosen = choose([rotation("r", tracks)], 3, at());
  expect(chosen.every((c) => !c.again)).toBe(true);
  expect(ids(chosen)).not.toEqual(expect.arrayContaining(["0", "1"]));
});

test("over a thousand songs none comes again too soon, and each gets its share", () => {
  const tracks = Array.from({ length: 60 }, (_, n) => track(`${n}`));
  const random = drawOf("long");
  const plays = new Map<string, number>();
  let history: { id: string; title: string; artist: null; at: number }[] = [];
  for (let n = 0; n < 1000; n++) {
    const now = NOW + n * 3 * MINUTE;
    const [chosen] = choose([rotation("r", tracks)], 1, at({ now, random, recent: history }));
    const { id, title } = chosen!.track;
    // 120 minutes of three-minute songs: forty others lie between.
    expect(history.slice(-39).map((h) => h.id)).not.toContain(id);
    expect(chosen!.again).toBe(false);
    tracks[Number(id)]!.lastAt = now;
    history = [...history.slice(-100), { id, title, artist: null, at: now }];
    plays.set(id, (plays.get(id) ?? 0) + 1);
  }
  expect(plays.size).toBe(60);
  expect(Math.min(...plays.values())).toBeGreaterThan(8);
});

test("the same seed draws the same, another seed another", () => {
  const ten = (seed: string) => Array.from({ length: 10 }, drawOf(seed));
  expect(ten("a")).toEqual(ten("a"));
  expect(ten("a")).not.toEqual(ten("b"));
  expect(ten("").every((n) => n >= 0 && n < 1)).toBe(true);
});
