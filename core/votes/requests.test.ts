// What listeners ask for: found by words, one row a track, a fair line, and a rule behind every no.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addPerson, block, type Data, item, items, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { addSong, channelId, claim, inAct, play, takeLease } from "../../test/streams.ts";
import type { Caller, Reply } from "../inbox/index.ts";
import { queueOf } from "../streams/index.ts";
import { followTrack } from "./index.ts";
import { inLine, scoreOf, type Waiting } from "./line.ts";

let house: TestHouse;
let ann: Caller;
let ben: Caller;
let channel: string;
let token: number;
const SLUG = "noir-jazz";
const TITLES = [
  "Midnight Rain",
  "Café Bleu",
  "Neon Alley",
  "Last Train Home",
  "Velvet Smoke",
  "Slow Elevator",
  "Paper Moon",
];
beforeAll(async () => {
  house = await testHouse();
  ann = await addPerson(house, "Ann", "member");
  ben = await addPerson(house, "Ben", "member");
  await house.ask("setup", { blueprint: "streams" });
  channel = await channelId(house, SLUG);
  for (const title of TITLES) await addSong(house, title, { channel, facts: { artist: `The ${title}s` } });
  await see(
    house,
    (sql) =>
      sql`update channel set wanted = 'on', wanted_at = now(), votes = votes || '{"on":false}' where id = ${channel}`,
  );
  token = await takeLease(house, channel);
});
afterAll(() => house.close());
beforeEach(async () => {
  house.clock.pass(6 * 3600_000);
  await see(house, (sql) => sql`update request set state = 'gone' where state in ('waiting', 'queued')`);
  await clear();
});
/** Nothing plays or waits: what the rotation had in mind is nobody's matter. */
const clear = () =>
  see(
    house,
    (sql) => sql`update queue_item set state = 'skipped', ended_at = greatest(heard_at, created_at), reason = 'test'
      where state in ('waiting', 'handed', 'on_air')`,
  );

const ask = (query: string, as: Caller = ann, more: Data = {}): Promise<Reply> =>
  house.ask("request", { query, channel: SLUG, ...more }, { as });
const line = async () => items<{ title: string; votes: number }>(await house.ask("vote requests", { channel: SLUG }));

describe("a request", () => {
  test.each([
    ["midnight rain", "Midnight Rain"],
    ["midnigth rian", "Midnight Rain"],
    ["cafe bleu", "Café Bleu"],
    ["last tran", "Last Train Home"],
    ["velvet", "Velvet Smoke"],
    ["smoke velvt", "Velvet Smoke"],
  ])("of %j finds %j", async (query, title) => {
    expect(item(await ask(query))).toMatchObject({ title, position: 1, again: false });
  });

  test("that sounds like nothing says so; on no channel asks which", async () => {
    expect(await ask("zzzz qqqq")).toMatchObject({ status: "refused", problem: { kind: "missing" } });
    const nowhere = await house.ask("request", { query: "neon" }, { as: ann });
    // Only one channel is on the air: that is the one.
    expect(nowhere.status).toBe("done");
  });

  test("offers what fits while it is typed, by its id", async () => {
    const command = house.commands.find("request")!;
    const offered = await inAct(house, (act) => command.options.query!.suggest!(act, "neon aly"));
    expect(offered[0]!.label).toContain("Neon Alley");
    expect(item(await ask(offered[0]!.value))).toMatchObject({ title: "Neon Alley" });
  });

  test("of what waits already raises it; nobody raises their own", async () => {
    const first = await ask("paper moon");
    expect(item(await ask("paper moon", ben))).toMatchObject({ again: true, votes: 1 });
    expect(item(await ask("paper moon", ben))).toMatchObject({ again: true, votes: 1 });
    expect(item(await ask("paper moon"))).toMatchObject({ again: true, votes: 1 });
    const button = block(first, "buttons")!.buttons[0]!;
    expect(button.label).toBe("I want it too");
    const pressed = await house.press(button.action!, { as: house.owner });
    expect(pressed.view.text).toBe("You want it too: number 1 in line, 2 votes.");
  });

  test("is one of three at most", async () => {
    for (const title of TITLES.slice(0, 3)) expect((await ask(title)).status).toBe("done");
    const fourth = await ask(TITLES[3]!);
    expect(fourth).toMatchObject({ status: "refused", problem: { kind: "rule" } });
    expect(fourth.view.text).toContain("as many as one person may have");
    expect((await ask(TITLES[3]!, ben)).status).toBe("done");
  });

  test("of what was heard a moment ago says when it may be asked for again", async () => {
    const playing = await play(house, channel, token);
    // Whatever the rotation has in mind, this is another.
    const title = await inAct(house, async (act) => {
      const line = (await queueOf(act, channel)).map((i) => i.title);
      return TITLES.find((t) => !line.includes(t))!;
    });
    await ask(title);
    await inAct(house, (act) => followTrack(act, house.commands, channel, playing.id));
    expect(item(await ask(title, ben))).toMatchObject({ again: true });
    const heard = await play(house, channel, token);
    expect(heard).toMatchObject({ source: "request", title });
    await inAct(house, (act) => followTrack(act, house.commands, channel, heard.id));
    expect((await ask(title, ben)).view.text).toContain("plays now");
    await play(house, channel, token);
    house.clock.pass(30 * 60_000);
    await clear();
    const soon = await ask(title, ben);
    expect(soon.view.text).toMatch(/was heard a moment ago.*in 9\d minutes/);
    expect(soon.problem!.retryAfter).toBeGreaterThan(80 * 60);
    expect(soon.problem!.retryAfter).toBeLessThan(100 * 60);
  });

  test("of somebody who is muted is not taken, nor are their votes, for so long", async () => {
    await house.ask("vote mute", { person: ben.personId, for: "10m" });
    const no = await ask("neon alley", ben);
    expect(no).toMatchObject({ status: "refused", problem: { kind: "rule", retryAfter: 600 } });
    const ballot = item<{ id: string }>(await house.ask("vote start", { question: "x?" })).id;
    const vote = () => house.ask("vote cast", { ballot, choice: "1" }, { as: ben });
    expect((await vote()).problem).toMatchObject({ kind: "rule" });
    expect((await vote()).problem!.retryAfter).toBeGreaterThan(590);
    await house.ask("vote unmute", { person: ben.personId });
    expect((await vote()).status).toBe("done");
    expect((await house.ask("vote mute", { person: ann.personId }, { as: ben })).problem?.kind).toBe("role");
  });

  test("may be a choice of the next ballot, where its own person cannot vote for it", async () => {
    await ask("last train home");
    const started = await house.ask("vote start", { channel: SLUG, minutes: 2 });
    const { id, choices } = item<{ id: string; choices: { id: string; label: string }[] }>(started);
    expect(choices[0]!.label).toContain("Last Train Home");
    expect((await house.ask("vote cast", { ballot: id, choice: "1" }, { as: ann })).view.text).toContain("own request");
    expect((await house.ask("vote cast", { ballot: id, choice: "1" }, { as: ben })).status).toBe("done");
    await house.ask("vote close", { ballot: id });
    expect(await claim(house, channel, token)).toMatchObject({ title: "Last Train Home", source: "vote" });
    expect(await line()).toMatchObject([{ title: "Last Train Home" }]);
    await play(house, channel, token);
  });
});

describe("the line", () => {
  const at = (minutes: number) => 1_000_000_000 - minutes * 60_000;
  const one = (id: string, person: string, votes: number, age: number): Waiting => ({
    id,
    person,
    votes,
    createdAt: at(age),
  });
  const order = (rows: Waiting[], served = new Map<string, number>()) => inLine(rows, at(0), served).map((r) => r.id);

  test("gives everybody a turn before anybody has a second", () => {
    expect(order([one("a1", "a", 9, 5), one("a2", "a", 8, 5), one("b1", "b", 0, 1)])).toEqual(["a1", "b1", "a2"]);
    expect(order([one("a1", "a", 9, 5), one("b1", "b", 0, 1)], new Map([["a", 1]]))).toEqual(["b1", "a1"]);
  });
  test("goes by votes and by age, and neither alone", () => {
    expect(order([one("new", "a", 2, 0), one("old", "b", 0, 30)])).toEqual(["old", "new"]);
    expect(order([one("new", "a", 5, 0), one("old", "b", 0, 30)])).toEqual(["new", "old"]);
    expect(scoreOf(one("x", "a", 1, 0), at(0))).toBe(1);
  });
});
