// What a result does, on a channel with songs: the winner is next, and every track that is heard asks again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addPerson, block, type Data, item, items, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { addSong, channelId, claim, inAct, play, takeLease } from "../../test/streams.ts";
import type { Caller } from "../inbox/index.ts";
import { takeMood } from "../studio/index.ts";
import { dueBallots, endBallot, followTrack, missedTracks } from "./index.ts";

let house: TestHouse;
let ann: Caller;
let channel: string;
let token: number;
const SLUG = "noir-jazz";
beforeAll(async () => {
  house = await testHouse();
  ann = await addPerson(house, "Ann", "member");
  await house.ask("setup", { blueprint: "streams" });
  channel = await channelId(house, SLUG);
  for (let n = 0; n < 12; n++) await addSong(house, `Song ${n}`, { channel });
  await see(
    house,
    (sql) => sql`update channel set wanted = 'on', wanted_at = now(), status = 'on' where id = ${channel}`,
  );
  token = await takeLease(house, channel);
});
afterAll(() => house.close());
beforeEach(() => house.clock.pass(3600_000));

type Shown = Data & {
  id: string;
  status: string;
  closes_at: string;
  winner: string | null;
  decided_by: string | null;
  choices: { id: string; label: string; votes: number; asset: string }[];
};
const open = async () =>
  items<Shown>(await house.ask("vote list", { channel: SLUG, open: "yes" })).filter((b) => b.status === "open");
const follow = (track: string) => inAct(house, (act) => followTrack(act, house.commands, channel, track));
const bind = (external: string) =>
  see(
    house,
    (sql) => sql`
      with p as (insert into place (workspace_id, id, surface, tenant, external, created_at)
        values (${house.owner.workspaceId}, ${house.sources.newId()}, 'discord', 'g', ${external}, now()))
      insert into channel_place (workspace_id, channel_id, surface, tenant, external, created_at)
      values (${house.owner.workspaceId}, ${channel}, 'discord', 'g', ${external}, now())`,
  );
const outbox = (external: string) =>
  see(
    house,
    (sql) => sql<{ kind: string; status: string; view: string }[]>`
      select kind, status, view::text as view from outbox where place = ${external} order by seq, created_at`,
  );

describe("next on a channel", () => {
  test("the winner is handed over next, and says what decided it", async () => {
    await play(house, channel, token);
    const started = await house.ask("vote start", { channel: SLUG, candidates: 3, minutes: 2 });
    const ballot = item<Shown>(started);
    expect(ballot.choices).toHaveLength(3);
    await house.press(block(started, "buttons")!.buttons[1]!.action!, { as: ann });
    const closed = item<Shown>(await house.ask("vote close", { ballot: ballot.id }));
    expect(closed).toMatchObject({ status: "closed", decided_by: "vote", winner: ballot.choices[1]!.id });
    const next = await claim(house, channel, token);
    expect(next).toMatchObject({ asset: ballot.choices[1]!.asset, source: "vote", decidedBy: "vote" });
    await play(house, channel, token);
  });

  test("a second one on the channel is refused, and two that start at once are one", async () => {
    const both = await Promise.all([
      house.ask("vote start", { channel: SLUG }),
      house.ask("vote start", { channel: SLUG }),
    ]);
    expect(both.map((r) => r.status).sort()).toEqual(["done", "refused"]);
    expect(both.find((r) => r.status === "refused")!.problem!.kind).toBe("clash");
    await house.ask("vote close", { ballot: (await open())[0]!.id, veto: "yes" });
  });

  test("a winner that was held back in the meantime says so, and the vote stands", async () => {
    const ballot = item<Shown>(await house.ask("vote start", { channel: SLUG, minutes: 2 }));
    const { asset, id } = ballot.choices[0]!;
    await house.ask("vote cast", { ballot: ballot.id, choice: id }, { as: ann });
    await see(house, (sql) => sql`update work set status = 'rejected' where id = ${asset}`);
    const closed = await house.ask("vote close", { ballot: ballot.id });
    expect(item<Shown>(closed).winner).toBe(id);
    expect(JSON.stringify(closed.view)).toContain("is not let out");
  });
});

describe("ballots that open by themselves", () => {
  test("open with the track, in the channel's places, and close before the next is handed over", async () => {
    await bind("lounge");
    const playing = await play(house, channel, token);
    await Promise.all([follow(playing.id), follow(playing.id)]);
    const [ballot, ...more] = await open();
    expect(more).toEqual([]);
    // 180 s, less the crossfade and what is encoded ahead, less a moment to act.
    const seconds = (Date.parse(ballot!.closes_at) - house.clock.now.getTime()) / 1000;
    expect(seconds).toBeGreaterThan(100);
    expect(seconds).toBeLessThan(160);
    expect(ballot!.choices.map((c) => c.asset)).not.toContain(playing.asset);
    expect((await outbox("lounge")).map((m) => m.kind)).toEqual(["post"]);
    await house.ask("vote cast", { ballot: ballot!.id, choice: "2" }, { as: ann });
    // Nobody was there to close it in time; whoever comes back does, once.
    house.clock.pass(seconds * 1000 + 500);
    expect(await inAct(house, (act) => dueBallots(act))).toEqual([ballot!.id]);
    const ends = [1, 2].map(() => inAct(house, (act) => endBallot(act, house.commands, ballot!.id)));
    expect((await Promise.all(ends)).filter(Boolean)).toHaveLength(1);
    const cards = await outbox("lounge");
    expect(cards.map((m) => m.kind)).toEqual(["post", "edit"]);
    expect(cards[1]!.view).toContain("won and is next on");
    expect(cards[1]!.view).not.toContain('"buttons"');
    expect((await play(house, channel, token)).asset).toBe(ballot!.choices[1]!.asset);
  });

  test("wait for votes that came in time, and not for ever", async () => {
    await follow((await play(house, channel, token)).id);
    const [ballot] = await open();
    const before = new Date(Date.parse(ballot!.closes_at) - 100);
    house.clock.pass(Date.parse(ballot!.closes_at) - house.clock.now.getTime() + 500);
    await see(
      house,
      (
        sql,
      ) => sql`insert into inbox (workspace_id, id, surface, tenant, delivery, asked, lane, envelope, status, received_at)
        values (${house.owner.workspaceId}, ${house.sources.newId()}, 'discord', 'g', 'slow', '', 'l',
          '{"content":{"kind":"press","token":"p"}}'::jsonb, 'received', ${before.toISOString()})`,
    );
    const end = () => inAct(house, (act) => endBallot(act, house.commands, ballot!.id));
    expect(await end()).toBeUndefined();
    expect(await open()).toHaveLength(1);
    house.clock.pass(2_000);
    expect((await end())?.status).toBe("closed");
    await see(house, (sql) => sql`delete from inbox where delivery = 'slow'`);
  });

  test("what was missed is found, and a track that is over opens none", async () => {
    const first = await play(house, channel, token);
    expect(await inAct(house, missedTracks)).toEqual([{ channel, item: first.id }]);
    const second = await play(house, channel, token);
    await follow(first.id);
    expect(await open()).toEqual([]);
    await follow(second.id);
    expect(await open()).toHaveLength(1);
    expect(await inAct(house, missedTracks)).toEqual([]);
    // The next track is heard before it closed (somebody skipped): it ends, and one is open again.
    await follow((await play(house, channel, token)).id);
    expect(await open()).toHaveLength(1);
  });

  test("rest when nobody votes, say so once, and begin again when somebody wants to", async () => {
    const settings = JSON.stringify({ idle: 2 });
    await see(
      house,
      (sql) => sql`insert into setting (workspace_id, key, value, updated_at)
        values (${house.owner.workspaceId}, 'votes', ${settings}::text::jsonb, now())`,
    );
    await bind("quiet");
    for (let n = 0; n < 5; n++) await follow((await play(house, channel, token)).id);
    for (const ballot of await open()) await house.ask("vote close", { ballot: ballot.id });
    await follow((await play(house, channel, token)).id);
    expect(await open()).toEqual([]);
    const said = (await outbox("quiet")).filter((m) => m.view.includes("they rest now"));
    expect(said).toHaveLength(1);
    const action = (JSON.parse(said[0]!.view) as { blocks: { buttons: { action: string }[] }[] }).blocks[0]!.buttons[0]!
      .action;
    expect((await house.press(action, { as: ann })).status).toBe("done");
    expect(await open()).toHaveLength(1);
  });

  test("are off where the channel says so", async () => {
    for (const ballot of await open()) await house.ask("vote close", { ballot: ballot.id });
    await see(house, (sql) => sql`update channel set votes = votes || '{"on":false}' where id = ${channel}`);
    await follow((await play(house, channel, token)).id);
    expect(await open()).toEqual([]);
  });
});

test("the mood that won is that of the next songs, once", async () => {
  const ballot = item<Shown>(await house.ask("vote start", { channel: SLUG, theme: "rain, neon" }));
  await house.ask("vote cast", { ballot: ballot.id, choice: "neon" }, { as: ann });
  const closed = await house.ask("vote close", { ballot: ballot.id });
  expect(JSON.stringify(closed.view)).toContain("neon won: the next songs are made in this mood.");
  const take = () => inAct(house, (act) => takeMood(act, channel));
  expect([await take(), await take()]).toEqual(["neon", undefined]);
});
