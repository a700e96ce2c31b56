import { afterAll, beforeAll, expect, test } from "vitest";
import { rawOf } from "../../../db/connect.ts";
import { see } from "../../../test/answers.ts";
import { type TestHouse, testHouse } from "../../../test/house.ts";
import { addSong, channelId, claim, inAct, play, takeLease } from "../../../test/streams.ts";
import {
  back,
  candidates,
  claimNext,
  type Enqueue,
  ended,
  enqueue,
  failed,
  heard,
  LostLease,
  mixPoint,
  queueOf,
  report,
  silent,
} from "../index.ts";

let house: TestHouse;
const songs: Record<string, string> = {};
beforeAll(async () => {
  house = await testHouse();
  await house.ask("setup", { blueprint: "streams" });
  for (const title of ["One", "Two", "Three", "Four", "Five", "Six"])
    songs[title] = await addSong(house, title, { promptName: "noir-jazz" });
});
afterAll(() => house.close());

/** Each test plays on a channel of its own: all of them have the library to fall back on. */
const on = async (slug: string) => {
  const channel = await channelId(house, slug);
  return { channel, token: await takeLease(house, channel) };
};
const put = (wanted: Omit<Enqueue, "decidedBy"> & { decidedBy?: string }) =>
  inAct(house, (act) => enqueue(act, { decidedBy: wanted.source, ...wanted }));
const events = (name: string, subject: string) =>
  see(house, async (sql) => [
    ...(await sql<
      { payload: Record<string, unknown> }[]
    >`select payload from event where name = ${name} and subject = ${subject} order by seq`),
  ]);

test("two at once are given the same, and until it is heard so is who asks again", async () => {
  const { channel, token } = await on("noir-jazz");
  const got = await Promise.all([1, 2, 3, 4].map(() => claim(house, channel, token)));
  expect(new Set(got.map((i) => i!.id)).size).toBe(1);
  expect(got[0]).toMatchObject({ kind: "song", source: "rotation", seconds: 180, type: "audio/wav" });
  const id = got[0]!.id;
  const told = await Promise.all(
    [1, 2].map(() => inAct(house, (act) => heard(act, { channel, item: id, token, at: house.clock.now }))),
  );
  expect(told.toSorted()).toEqual([false, true]);
  expect(await events("channel.track", channel)).toMatchObject([{ payload: { item: id, title: got[0]!.title } }]);
  expect((await claim(house, channel, token))!.id).not.toBe(id);
});

test("who held the channel before can do nothing, and the new holder plays what was ready", async () => {
  const { channel, token } = await on("cosmic-ambient");
  const ready = (await claim(house, channel, token))!;
  const next = await takeLease(house, channel, "two");
  const at = house.clock.now;
  const tries = [
    () => claim(house, channel, token),
    () => inAct(house, (act) => heard(act, { channel, item: ready.id, token, at })),
    () => inAct(house, (act) => ended(act, { channel, item: ready.id, token, at })),
    () => inAct(house, (act) => failed(act, { channel, item: ready.id, token, at, why: "x" })),
    () => inAct(house, (act) => report(act, { channel, token, status: "on", at, sounding: true })),
    () => inAct(house, (act) => silent(act, { channel, token, at, ms: 5000, why: "x" })),
    () => inAct(house, (act) => back(act, { channel, token, at })),
  ];
  for (const one of tries) await expect(one()).rejects.toThrow(LostLease);
  expect((await claim(house, channel, next))!.id).toBe(ready.id);
  expect(await inAct(house, (act) => heard(act, { channel, item: ready.id, token: next, at }))).toBe(true);
});

test("a host that died: its track was heard until it was heard of last", async () => {
  const { channel, token } = await on("fitness-beats");
  await see(
    house,
    (sql) => sql`update channel set wanted = 'on', wanted_at = ${house.clock.now.toISOString()} where id = ${channel}`,
  );
  const first = await play(house, channel, token);
  const from = house.clock.now;
  house.clock.pass(60_000);
  await inAct(house, (act) => report(act, { channel, token, status: "on", at: act.now, sounding: true }));
  house.clock.pass(40_000);
  const next = await takeLease(house, channel, "two");
  await play(house, channel, next);
  await inAct(house, (act) => report(act, { channel, token: next, status: "on", at: act.now, sounding: true }));
  const [row] = await see(
    house,
    (sql) => sql<{ ms: number }[]>`
      select (extract(epoch from to_at - ${from.toISOString()}::timestamptz) * 1000)::float8 as ms from air where item_id = ${first.id}`,
  );
  expect(row!.ms).toBe(60_000);
  const gaps = await see(
    house,
    (sql) => sql<{ s: number; why: string }[]>`
      select extract(epoch from to_at - from_at)::float8 as s, why from silence where channel_id = ${channel} order by from_at`,
  );
  // Nobody told of the first minute either: sound is what is reported.
  expect(gaps).toMatchObject([
    { s: 61, why: "nobody played it" },
    { s: 41, why: "nobody played it" },
  ]);
});

test("votes before operators before requests before the rotation; inside a source the lower rank", async () => {
  const { channel, token } = await on("city-pop-anime");
  const playing = await play(house, channel, token);
  expect((await inAct(house, (act) => queueOf(act, channel))).map((i) => i.source)).toEqual(["rotation", "rotation"]);
  const person = house.owner.personId;
  await put({ channel, asset: songs.One!, source: "request", request: house.sources.newId(), person, rank: 20 });
  await put({ channel, asset: songs.Two!, source: "request", request: house.sources.newId(), person, rank: 10 });
  await put({ channel, asset: songs.Three!, source: "operator", person });
  const vote = await put({ channel, asset: songs.Four!, source: "vote", ballot: house.sources.newId() });
  // What plays lasts three minutes, and the next is mixed in four seconds before its end.
  expect(vote).toMatchObject({ position: 1, again: false, startsAt: new Date(house.clock.now.getTime() + 176_000) });
  await put({ channel, asset: songs.Five!, source: "operator", person, first: true });
  const order = [];
  for (let n = 0; n < 6; n++) order.push((await play(house, channel, token)).source);
  expect(order).toEqual(["operator", "vote", "operator", "request", "request", "rotation"]);
  const heardTitles = await see(
    house,
    (sql) => sql<{ title: string }[]>`
      select w.title from air a join work w on w.id = a.asset_id where a.channel_id = ${channel} order by a.from_at`,
  );
  expect(heardTitles.map((r) => r.title)).toEqual([playing.title, "Five", "Four", "Three", "Two", "One"]);
});

test("a ballot or a request puts its track there once, also when told twice at once", async () => {
  const { channel, token } = await on("desert-country");
  await play(house, channel, token);
  const ballot = house.sources.newId();
  const told = await Promise.all(
    [1, 2, 3].map(() => put({ channel, asset: songs.Two!, source: "vote", ballot, decidedBy: "vote" })),
  );
  expect(new Set(told.map((t) => t.item)).size).toBe(1);
  expect(told.filter((t) => !t.again).length).toBe(1);
  expect((await play(house, channel, token)).id).toBe(told[0]!.item);
  // Played since: told once more it is not played once more.
  expect(await put({ channel, asset: songs.Two!, source: "vote", ballot })).toMatchObject({ again: true, position: 0 });
});

test("what is not let out is neither put in nor played", async () => {
  const { channel, token } = await on("intimate-vibes");
  const draft = await addSong(house, "Draft", { status: "draft" });
  await expect(put({ channel, asset: draft, source: "operator" })).rejects.toThrow("is not let out");
  await expect(put({ channel, asset: house.sources.newId(), source: "operator" })).rejects.toThrow("no such track");
  const later = await addSong(house, "Withdrawn");
  await put({ channel, asset: later, source: "operator" });
  await see(house, (sql) => sql`update work set status = 'rejected' where id = ${later}`);
  expect((await claim(house, channel, token))!.asset).not.toBe(later);
});

test("what fails is not tried again for hours, and something else is played", async () => {
  const { channel, token } = await on("neon-synthwave");
  const seen = new Set<string>();
  for (let n = 0; n < 3; n++) {
    const item = (await claim(house, channel, token))!;
    seen.add(item.asset);
    const told = { channel, item: item.id, token, at: house.clock.now, why: "no such file" };
    expect(await inAct(house, (act) => failed(act, told))).toBe(true);
    expect(await inAct(house, (act) => failed(act, told))).toBe(false);
  }
  expect(seen.size).toBe(3);
  const rows = await see(house, (sql) => sql`select 1 from air where channel_id = ${channel}`);
  expect(rows.length).toBe(0);
});

test("candidates are never what plays or waits, and the same seed finds the same", async () => {
  const { channel } = await on("noir-jazz");
  const line = await inAct(house, (act) => queueOf(act, channel));
  const find = (seed: string) => inAct(house, (act) => candidates(act, channel, { count: 3, seed }));
  const found = (await find("a")).map((t) => t.id);
  expect((await find("a")).map((t) => t.id)).toEqual(found);
  expect(found.length).toBe(3);
  for (const { asset, state } of line) if (state !== "waiting") expect(found).not.toContain(asset);
  const first = found[0]!;
  await put({ channel, asset: first, source: "operator" });
  expect((await find("a")).map((t) => t.id)).not.toContain(first);
});

test("with three songs there is something to vote on, and the winner is not played twice", async () => {
  const small = await testHouse();
  try {
    await small.ask("setup", { blueprint: "streams" });
    for (const title of ["A", "B", "C"]) await addSong(small, title, { promptName: "genres/noir-jazz" });
    const channel = await channelId(small, "noir-jazz");
    const token = await takeLease(small, channel);
    const playing = await play(small, channel, token);
    const found = await inAct(small, (act) => candidates(act, channel, { count: 4, seed: "x" }));
    expect(found.length).toBe(2);
    expect(found.map((t) => t.id)).not.toContain(playing.asset);
    for (const { id } of found)
      await inAct(small, (act) =>
        enqueue(act, { channel, asset: id, source: "vote", ballot: act.newId(), decidedBy: "vote" }),
      );
    const line = await inAct(small, (act) => queueOf(act, channel));
    expect(line.map((i) => i.source)).toEqual(["rotation", "vote", "vote"]);
  } finally {
    await small.close();
  }
});

test("the mix point is that of the first which is not handed over yet", async () => {
  const channel = await channelId(house, "noir-jazz");
  const token = await takeLease(house, channel);
  const point = () => inAct(house, (act) => mixPoint(act, channel));
  await play(house, channel, token);
  const first = (await point())!;
  expect(first.getTime() - house.clock.now.getTime()).toBe(180_000 - 4_000 - 27_000);
  await claim(house, channel, token);
  expect((await point())!.getTime() - first.getTime()).toBe(176_000);
});

test("only one track is on the air and one is ready, whatever is written past the rules", async () => {
  const { channel } = await on("noir-jazz");
  for (const state of ["on_air", "handed"])
    await expect(
      see(
        house,
        (sql) => sql`
          insert into queue_item (workspace_id, id, channel_id, asset_id, source, tier, rank, state, decided_by, created_at, handed_token, heard_at)
          values (${house.owner.workspaceId}, ${house.sources.newId()}, ${channel}, ${songs.One!}, 'operator', 4, 0, ${state}, 'x', now(), 1, now())`,
      ),
    ).rejects.toThrow(`queue_item_${state}`);
  const gone = inAct(house, (act) => rawOf(act.db)`delete from air`);
  await expect(gone).rejects.toThrow("permission denied");
});

test("choosing does not grow with songs times history, also before the planner knows of either", async () => {
  const { channel, token } = await on("desert-country");
  const [sample] = Object.values(songs);
  const rows = await inAct(house, async (act) => {
    const sql = rawOf(act.db);
    /** Rows that this transaction has looked at. */
    const looked = async () => {
      const found = await sql<{ name: string; rows: string }[]>`
        select relname as name, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows from pg_stat_xact_user_tables
        where relname in ('work', 'queue_item', 'air')`;
      return Object.fromEntries(found.map((r) => [r.name, Number(r.rows)]));
    };
    await sql`insert into asset select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid()))).*
      from asset a, generate_series(1, 2000) where a.id = ${sample!}`;
    await sql`insert into work select (jsonb_populate_record(w, jsonb_build_object('id', a.id,
        'lot', floor(random() * 2147483647)::int))).*
      from work w, asset a where w.id = ${sample!} and a.name = 'song.wav' and not exists (select from work x where x.id = a.id)`;
    await sql`
      insert into queue_item (workspace_id, id, channel_id, asset_id, source, tier, rank, state, decided_by, created_at, handed_at, heard_at, ended_at)
      select ${act.workspace.id}, gen_random_uuid(), ${channel}, ${sample!}, 'rotation', 6, 0, 'played', 'rotation', t.at, t.at, t.at, t.at
      from generate_series(1, 5000) n, lateral (select ${act.now.toISOString()}::timestamptz - n * interval '3 minutes') t (at)`;
    const before = await looked();
    expect((await candidates(act, channel, { count: 4, seed: "a" })).length).toBe(4);
    expect(await claimNext(act, { channel, token })).toBeDefined();
    const after = await looked();
    return Object.fromEntries(Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)]));
  });
  // Songs times history is ten million rows. Some times through each is what a planner without statistics may take.
  for (const [name, n] of Object.entries(rows)) expect(n, name).toBeLessThan(300_000);
});

test("of a large library some are drawn for a choice, each as often as another, and all where those do not do", async () => {
  const { channel } = await on("fitness-beats");
  const [sample] = Object.values(songs);
  await inAct(house, async (act) => {
    const sql = rawOf(act.db);
    await sql`insert into asset select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'name', 'many.wav'))).*
      from asset a, generate_series(1, 1200) where a.id = ${sample!}`;
    await sql`insert into work select (jsonb_populate_record(w, jsonb_build_object('id', a.id, 'title', left(md5(a.id::text), 4), 'channel_id', ${channel}::text, 'facts', '{}'::jsonb,
        'lot', floor(random() * 2147483647)::int))).*
      from work w, asset a where w.id = ${sample!} and a.name = 'many.wav'`;
    const seen = new Map<string, number>();
    for (let n = 0; n < 60; n++)
      for (const { id } of await candidates(act, channel, { count: 5, seed: `${n}` }))
        seen.set(id, (seen.get(id) ?? 0) + 1);
    // 300 draws of 1,200: about 265 different ones, and hardly any three times.
    expect(seen.size).toBeGreaterThan(200);
    expect(Math.max(...seen.values())).toBeLessThan(7);
    expect(await candidates(act, channel, { count: 4, seed: "same" })).toEqual(
      await candidates(act, channel, { count: 4, seed: "same" }),
    );
    // All but one of them, wherever that is, were heard too short a time ago.
    const [last] = await sql<
      { id: string }[]
    >`select id from work where channel_id = ${channel} order by lot limit 1 offset 700`;
    await sql`
      insert into queue_item (workspace_id, id, channel_id, asset_id, source, tier, rank, state, decided_by, created_at, handed_at, heard_at, ended_at)
      select ${act.workspace.id}, gen_random_uuid(), ${channel}, w.id, 'rotation', 6, 0, 'played', 'rotation', t.at, t.at, t.at, t.at
      from work w, lateral (select ${act.now.toISOString()}::timestamptz - interval '5 minutes') t (at)
      where w.kind = 'song' and w.id <> ${last!.id}`;
    expect((await candidates(act, channel, { count: 1, seed: "x" })).map((t) => t.id)).toEqual([last!.id]);
  });
});
