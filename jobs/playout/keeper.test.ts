import { afterEach, beforeEach, expect, test } from "vitest";
import type { Heard, Plan, PlayItem, Playout, Status, Words } from "../../core/streams/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { addSong, channelId } from "../../test/streams.ts";
import { type Keeper, startKeeper } from "./keeper.ts";

let house: TestHouse;
let channel: string;
const keepers: Keeper[] = [];
beforeEach(async () => {
  house = await testHouse();
  await house.ask("setup", { blueprint: "streams" });
  channel = await channelId(house, "noir-jazz");
  for (const title of ["One", "Two", "Three", "Four"]) await addSong(house, title, { channel, facts: { lufs: -14 } });
});
afterEach(async () => {
  await Promise.all(keepers.splice(0).map((k) => k.stop()));
  await house.close();
});

/** An engine that does what it is told and says what the test says. */
function fake() {
  const did: string[] = [];
  const pushed: PlayItem[] = [];
  const words: Words[] = [];
  const status: Status = {
    state: "on",
    position: 0,
    outBytes: 1,
    outMs: 1,
    speed: 1,
    lufs: -14,
    silenceMs: 0,
    starts: 1,
    destinations: {},
  };
  let listener: (event: Heard) => void = () => {};
  let plan: Plan | undefined;
  const note = (what: string) => async () => void did.push(what);
  const engine: Playout = {
    name: "fake",
    async start(given) {
      plan = given;
      did.push("start");
    },
    stop: async (how) => void did.push(`stop ${how}`),
    restart: note("restart"),
    change: note("change"),
    republish: async (d) => void did.push(`republish ${d}`),
    push: async (item) => void pushed.push(item),
    skip: async (item) => void did.push(`skip ${item}`),
    overlay: note("overlay"),
    async metadata(said) {
      words.push(said);
      did.push(`title ${said.title}`);
    },
    status: async () => ({ ...status, lastFrameAt: house.clock.now.getTime() }),
    on(heard) {
      listener = heard;
      return () => {
        listener = () => {};
      };
    },
  };
  return {
    engine,
    did,
    pushed,
    words,
    status,
    plan: () => plan,
    /** `inMs`: when listeners hear it. */
    say: (kind: Heard["kind"], item?: string, inMs = 0, more: Partial<Heard> = {}) =>
      listener({ kind, at: house.clock.now.getTime() + inMs, ...(item === undefined ? {} : { item }), ...more }),
  };
}

function keeper(host: string) {
  const engine = fake();
  const made = startKeeper({
    house,
    host,
    elapsed: () => performance.now(),
    wall: () => house.clock.now.getTime(),
    later(ms, work) {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    engineOf: () => engine.engine,
    warm() {},
    async cool() {},
    memory: () => 1,
    roll: async () => void engine.did.push("roll"),
  });
  keepers.push(made);
  return { ...engine, keeper: made };
}

const sql = <T extends object>(work: (tx: ReturnType<typeof rawOf>) => PromiseLike<readonly T[]>) =>
  inWorkspace(house.database, house.owner.workspaceId, async (tx) => [...(await work(rawOf(tx)))]);
const want = (on: boolean) =>
  sql(
    (tx) =>
      tx`update channel set wanted = ${on ? "on" : "off"}, wanted_at = ${house.clock.now.toISOString()} where id = ${channel}`,
  );
const itemRow = async (id: string) =>
  (
    await sql<{ state: string; heard: string | null }>(
      (tx) => tx`select state, heard_at as heard from queue_item where id = ${id}`,
    )
  )[0]!;
const stateIn = async (item: PlayItem | undefined) => (await itemRow(item!.id)).state;
const stateOf = async () =>
  (
    await sql<{ status: string; note: string }>(
      (tx) => tx`select status, status_note as note from channel where id = ${channel}`,
    )
  )[0]!;
const poll = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 10_000, interval: 20 });

test("what is wanted is started, fed, heard and written; what is not wanted any more is at rest", async () => {
  const one = keeper("one");
  await one.keeper.look();
  expect(one.keeper.playing()).toBe(0);
  await want(true);
  await one.keeper.look();
  await poll(() => one.did).toContain("start");
  expect(one.plan()).toMatchObject({ slug: "noir-jazz", crossfadeMs: 4000 });
  one.say("wants-next");
  await poll(() => one.pushed.length).toBe(1);
  const [first] = one.pushed;
  expect(first).toMatchObject({ lufs: -14, seconds: 180, kind: "song" });
  // Asked twice before it is heard: the same.
  one.say("wants-next");
  await poll(() => one.pushed.length).toBe(2);
  expect(one.pushed[1]!.id).toBe(first!.id);
  one.say("heard", first!.id, 60);
  expect(one.did.at(-1)).toBe(`title ${first!.title}`);
  expect(await stateIn(first)).toBe("handed");
  await poll(() => stateIn(first)).toBe("on_air");
  await poll(async () => (await stateOf()).status).toBe("on");

  one.say("wants-next", first!.id);
  await poll(() => one.pushed.length).toBe(3);
  const second = one.pushed[2]!;
  one.say("ended", first!.id, 0, { ms: 1000 });
  one.say("heard", second.id);
  await poll(async () => [await stateIn(first), await stateIn(second)]).toEqual(["played", "on_air"]);

  await want(false);
  await one.keeper.look();
  expect(one.did).toContain("stop end");
  expect((await stateOf()).status).toBe("off");
  expect(one.keeper.playing()).toBe(0);
});

test("an item shorter than the way to a listener does not hold up the next", async () => {
  await want(true);
  const one = keeper("one");
  await poll(() => one.did).toContain("start");
  one.say("wants-next");
  await poll(() => one.pushed.length).toBe(1);
  one.say("heard", one.pushed[0]!.id, 12_000);
  one.say("wants-next", one.pushed[0]!.id);
  await poll(() => one.pushed.length).toBe(2);
  expect(one.pushed[1]!.id).not.toBe(one.pushed[0]!.id);
  // Written ahead, with the time at which it is heard.
  const row = await itemRow(one.pushed[0]!.id);
  expect(new Date(row.heard!).getTime() - house.clock.now.getTime()).toBe(12_000);
});

test("two hosts: one plays; when its lease runs out the other does, and the first falls silent", async () => {
  await want(true);
  const one = keeper("one");
  await poll(() => one.did).toContain("start");
  const two = keeper("two");
  await two.keeper.look();
  expect(two.did).toEqual([]);
  one.say("wants-next");
  await poll(() => one.pushed.length).toBe(1);
  // As if the first host had been asleep for longer than its lease.
  await sql((tx) => tx`update channel_lease set until = now() - interval '1 second'`);
  await poll(async () => {
    await two.keeper.look();
    await sql((tx) => tx`update channel_lease set until = now() - interval '1 second' where host_id = 'one'`);
    return two.did;
  }).toContain("start");
  // What was handed to the first and never heard is the second's.
  two.say("wants-next");
  await poll(() => two.pushed.length).toBe(1);
  expect(two.pushed[0]!.id).toBe(one.pushed[0]!.id);
  // Whatever the first still says is refused by its token, and it drops the line as a cut cable would.
  one.say("heard", one.pushed[0]!.id);
  await poll(() => one.did).toContain("stop drop");
  await poll(() => one.keeper.playing()).toBe(0);
  expect(await stateIn(two.pushed[0])).toBe("handed");
  two.say("heard", two.pushed[0]!.id);
  await poll(() => stateIn(two.pushed[0])).toBe("on_air");
});

test("a host that ends gives its channels up at once", async () => {
  await want(true);
  const one = keeper("one");
  await poll(() => one.did).toContain("start");
  await one.keeper.stop();
  expect(one.did).toContain("stop drop");
  const two = keeper("two");
  await poll(() => two.did).toContain("start");
});

test("a drained host gives up what it has and takes nothing new", async () => {
  await sql(
    (tx) => tx`insert into host (id, name, started_at, seen_at, cores, load, memory_total, memory_free, memory_used)
    values ('one', 'machine-1', now(), now(), 2, 0, 1, 1, 1)`,
  );
  await want(true);
  const one = keeper("one");
  await poll(() => one.did).toContain("start");
  await sql(
    (tx) => tx`insert into server (workspace_id, id, name, drain, created_at)
    values (${house.owner.workspaceId}, ${house.sources.newId()}, 'Machine-1', true, now())`,
  );
  await one.keeper.look();
  expect(one.did).toContain("stop drop");
  await one.keeper.look();
  expect(one.keeper.playing()).toBe(0);
  expect(keeper("two").keeper).toBeDefined();
});

test("skips, restarts, emergencies and failures are done and written", async () => {
  await want(true);
  const one = keeper("one");
  await poll(() => one.did).toContain("start");
  one.say("wants-next");
  await poll(() => one.pushed.length).toBe(1);
  const { id } = one.pushed[0]!;
  one.status.item = id;
  one.say("heard", id);
  await poll(() => stateIn(one.pushed[0])).toBe("on_air");

  await sql((tx) => tx`update queue_item set skip_at = now() where id = ${id}`);
  await one.keeper.look();
  await poll(() => one.did).toContain(`skip ${id}`);
  await one.keeper.look();
  expect(one.did.filter((d) => d === `skip ${id}`)).toHaveLength(1);

  house.clock.pass(1000);
  await sql((tx) => tx`update channel set restart_at = ${house.clock.now.toISOString()} where id = ${channel}`);
  await one.keeper.look();
  await poll(() => one.did).toContain("restart");

  one.say("wants-next", id);
  await poll(() => one.pushed.length).toBe(2);
  one.say("failed", one.pushed[1]!.id, 0, { why: "It is no sound." });
  await poll(() => stateIn(one.pushed[1])).toBe("failed");

  one.say("silent", undefined, 0, { why: "nothing to play" });
  const silences = () => sql<{ over: boolean }>((tx) => tx`select to_at is not null as over from silence`);
  await poll(silences).toEqual([{ over: false }]);
  one.say("sound", undefined, 0, { ms: 10 });
  await poll(silences).toEqual([{ over: true }]);
});

test("an engine that gives nothing is begun anew, and people are told how it is", async () => {
  await want(true);
  const one = keeper("one");
  await poll(() => one.did).toContain("start");
  one.status.state = "failed";
  one.say("encoder", undefined, 0, { why: "killed" });
  await poll(() => one.did).toContain("restart");
  await poll(async () => (await stateOf()).status).toBe("failed");
  one.status.state = "on";
  one.status.destinations = { hls: { state: "failed", since: house.clock.now.getTime(), note: "no space left" } };
  await poll(stateOf).toEqual({ status: "on", note: "no space left" });
});

test("viewers read the open ballot and the last shout on the card", async () => {
  await house.ask("channel set", { channel: "noir-jazz", visual: "card" });
  await house.ask("destination add", {
    channel: "noir-jazz",
    name: "youtube",
    url: "rtmps://a.rtmps.example.com/live2",
    key: "k",
  });
  await want(true);
  const one = keeper("one");
  await poll(() => one.did).toContain("start");
  one.say("wants-next");
  await poll(() => one.pushed.length).toBe(1);
  const { id, title } = one.pushed[0]!;
  one.say("heard", id);
  await poll(() => stateIn(one.pushed[0])).toBe("on_air");
  await house.ask("vote start", { channel: "noir-jazz", candidates: 3 });
  await house.ask("shout", { channel: "noir-jazz", text: "good evening" });
  await poll(() => one.words.at(-1)).toMatchObject({
    title,
    ballot: { question: "What is next on Noir Jazz?", choices: [{ share: 0 }, { share: 0 }, { share: 0 }] },
    shout: { words: "good evening" },
  });
});
