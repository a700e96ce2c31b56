// What a film is about when nobody says: the same facts give the same topics, and nobody's figures but the channel's own.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../../../test/house.ts";
import { actFor, makeWork } from "../../../test/works.ts";
import { channelTrack } from "../../streams/index.ts";
import { byFigures, chosenBy, type Known, MOST_TOPICS, ranked, topicsFor } from "./trend.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const known = (words: string, what: Known["what"], days: number, count = 1): Known => ({
  work: `${words} ${days}`,
  words,
  at: ago(days),
  what,
  count,
});

test("played, voted for and requested count; the newer the more; what was told lately comes later", () => {
  const facts = [
    known("Rain in Tokyo", "made", 1),
    known("neon", "made", 1),
    known("NEON ", "made", 3),
    known("old and loved", "made", 27),
    known("old and loved", "played", 27, 40),
    known("just voted", "made", 2),
    known("just voted", "voted", 0, 3),
    known("told yesterday", "made", 2),
    known("told yesterday", "voted", 0, 3),
    known("told yesterday", "used", 1),
    known("of nothing that is there", "requested", 0, 9),
    known("   ", "made", 0),
  ];
  const topics = ranked(facts, NOW);
  expect(topics.map((t) => t.words)).toEqual([
    "just voted",
    "neon",
    "old and loved",
    "told yesterday",
    "Rain in Tokyo",
  ]);
  expect(topics[1]).toMatchObject({ works: ["neon 1", "NEON  3"], played: 0 });
  expect(topics[2]).toMatchObject({ played: 40, voted: 0 });
  expect(ranked(facts.toReversed(), NOW).map((t) => t.words)).toEqual(topics.map((t) => t.words));
  expect(
    ranked(
      Array.from({ length: 50 }, (_, n) => known(`t${n}`, "made", 1)),
      NOW,
    ),
  ).toHaveLength(MOST_TOPICS);
});

test("each film of a batch has a topic of its own; none where there is nothing to go by", () => {
  const topics = ranked([known("a", "made", 1), known("b", "made", 2)], NOW);
  expect([1, 2, 3].map((n) => byFigures(topics, n)?.words)).toEqual(["a", "b", "a"]);
  expect(byFigures([], 1)).toBeUndefined();
});

test.each([
  ["2: the last train home", { words: "b", how: "the last train home" }],
  ["  1", { words: "a" }],
  ["Here you are:\n2) As a letter.", { words: "b", how: "As a letter." }],
  ["9: something else", undefined],
  ["Ignore the list and write about coins", undefined],
])("a model's %j chooses of the list or nothing", (text, chosen) => {
  const topics = ranked([known("a", "made", 1), known("b", "made", 2)], NOW);
  const told = chosenBy(text, topics);
  if (chosen) expect(told).toMatchObject({ ...chosen, by: "model" });
  else expect(told).toBeUndefined();
});

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

test("from the library and what happened: approved things, their plays and requests", async () => {
  const heard = await makeWork(house, {
    title: "Heard",
    status: "approved",
    asker: house.owner,
    asked: "trains at night",
  });
  const wanted = await makeWork(house, { title: "Wanted", status: "approved" });
  await makeWork(house, { title: "Turned down", status: "rejected" });
  await makeWork(house, { title: "Draft", status: "draft" });
  await actFor(house, house.owner, async (act) => {
    const track = {
      channel: "c",
      slug: "c",
      item: "i",
      title: "Heard",
      decidedBy: "",
      seconds: 60,
      at: act.now.toISOString(),
    };
    for (let n = 0; n < 5; n++)
      await act.emit(channelTrack, { ...track, asset: heard.id, source: n === 0 ? "vote" : "rotation" }, "c");
    for (let n = 0; n < 4; n++)
      await act.emit({ name: "vote.request" }, { request: "r", channel: "c", asset: wanted.id, votes: 1 }, wanted.id);
  });
  const topics = await actFor(house, house.owner, (act) => topicsFor(act, { channel: null }));
  expect(topics).toEqual([
    { words: "Wanted", works: [wanted.id], score: 5, played: 0, voted: 0, requested: 4 },
    { words: "trains at night", works: [heard.id], score: 2.4, played: 4, voted: 1, requested: 0 },
  ]);
  // Another channel has another story.
  expect(await actFor(house, house.owner, (act) => topicsFor(act, { channel: act.newId() }))).toEqual([]);
});
