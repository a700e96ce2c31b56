// Presence over several processes: each knows its own people, and tells the others by notices that may be lost.
import { beforeEach, expect, test } from "vitest";
import { type Crowd, type Crowds, openCrowds, type Told } from "./index.ts";

const ROOM = "workspace noir-jazz";
let now = 0;
let notices: { from: Crowds; told: Told }[] = [];
let lost = false;
let all: Crowds[] = [];
beforeEach(() => {
  [now, notices, lost, all] = [0, [], false, []];
});

function process_(name: string): Crowds {
  const made: Crowds = openCrowds({
    self: name,
    tell: (told) => void (lost || notices.push({ from: made, told: JSON.parse(JSON.stringify(told)) })),
    elapsed: () => now,
  });
  all.push(made);
  return made;
}
/** Time passes; what was told arrives at everybody, also where it came from. */
function pass(milliseconds: number): void {
  for (const end = now + milliseconds; now < end; now += 300) {
    for (const one of all) one.beat();
    for (const { told } of notices.splice(0)) for (const one of all) one.told(told);
  }
}
function visit(at: Crowds, name?: string) {
  const seen: { crowd?: Crowd; reactions: Record<string, number>[] } = { reactions: [] };
  const hears = {
    crowd(now_: Crowd) {
      seen.crowd = now_;
    },
    reactions: (r: Record<string, number>) => void seen.reactions.push(r),
  };
  return { seen, ...at.enter(ROOM, hears, name === undefined ? undefined : { id: name, name }) };
}
const names = (crowd: Crowd | undefined) => crowd?.people.map((p) => p.name).sort();

test("people of two processes see each other, type and react together, and leave", () => {
  const [one, two] = [process_("one"), process_("two")];
  const ann = visit(one, "Ann");
  pass(600);
  const ben = visit(two, "Ben");
  visit(two);
  pass(900);
  // Whoever comes later hears at once of those who were there.
  for (const seen of [ann.seen, ben.seen]) {
    expect(seen.crowd).toMatchObject({ viewers: 3, listeners: 0 });
    expect(names(seen.crowd)).toEqual(["Ann", "Ben"]);
  }
  one.listeners(ROOM, 5);
  two.listeners(ROOM, 2);
  one.typing(ROOM, { id: "Ann", name: "Ann" });
  two.react(ROOM, "🔥");
  two.react(ROOM, "🔥");
  pass(600);
  expect(ben.seen.crowd).toMatchObject({ listeners: 7, typing: [{ name: "Ann" }] });
  expect([ann.seen.reactions, ben.seen.reactions]).toEqual([[{ "🔥": 2 }], [{ "🔥": 2 }]]);
  ben.leave();
  pass(900);
  expect(ann.seen.crowd).toMatchObject({ viewers: 2 });
  expect(names(ann.seen.crowd)).toEqual(["Ann"]);
});

test("one person on two processes is one person; a process that falls silent is forgotten", () => {
  const [one, two] = [process_("one"), process_("two")];
  const ann = visit(one, "Ann");
  visit(two, "Ann");
  visit(two, "Ben");
  pass(900);
  expect(names(ann.seen.crowd)).toEqual(["Ann", "Ben"]);
  // It was killed: nothing says that its people are gone.
  all = [one];
  pass(60_000);
  expect(names(ann.seen.crowd)).toEqual(["Ann", "Ben"]);
  pass(9_000);
  expect(names(ann.seen.crowd)).toEqual(["Ann"]);
  expect(ann.seen.crowd).toMatchObject({ viewers: 1 });
});

test("notices that are lost are made up for by the next", () => {
  const [one, two] = [process_("one"), process_("two")];
  const ann = visit(one, "Ann");
  lost = true;
  visit(two, "Ben");
  pass(900);
  lost = false;
  expect(names(ann.seen.crowd)).toEqual(["Ann"]);
  pass(21_000);
  expect(names(ann.seen.crowd)).toEqual(["Ann", "Ben"]);
});
