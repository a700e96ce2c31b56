import { afterAll, beforeAll, expect, test } from "vitest";
import { rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { addSong, inAct } from "../../test/streams.ts";
import { findTrack, findTracks } from "./search.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const titles = (typed: string, most = 3) =>
  inAct(house, async (act) => (await findTracks(act, undefined, typed, most)).map((one) => one.title));

test.each([
  ["midnigth rian", "Midnight Rain"],
  ["CAFE  bleu!", "Café Bleu"],
  ["the smokers velvet", "Velvet Smoke"],
  ["ночь", "Ночь в городе"],
  ["夜の", "夜の街"],
  ["process:x `id` 100%_'", "100%_'; process:x"],
])("%s finds %s", async (typed, title) => {
  const artist = title === "Velvet Smoke" ? "The Smokers" : "Nobody";
  const id = await addSong(house, title, { facts: { artist } });
  expect((await titles(typed))[0]).toBe(title);
  expect(await inAct(house, (act) => findTrack(act, house.sources.newId(), id))).toMatchObject({ title, artist });
});

test("what is not let out any more, or is called otherwise, is found no more", async () => {
  const id = await addSong(house, "Quicksilver Waltz");
  expect(await titles("quiksilver")).toEqual(["Quicksilver Waltz"]);
  await inAct(house, (act) => rawOf(act.db)`update work set title = 'Amber Polka' where id = ${id}`);
  expect(await titles("quiksilver")).toEqual([]);
  expect(await titles("amber poka")).toEqual(["Amber Polka"]);
  await inAct(house, (act) => rawOf(act.db)`update work set status = 'rejected' where id = ${id}`);
  expect(await titles("amber poka")).toEqual([]);
});

test("of many that are alike the right one comes first, and hardly more are looked at than in a small library", async () => {
  const sample = await addSong(house, "Song");
  await inAct(house, async (act) => {
    const sql = rawOf(act.db);
    await sql`insert into asset select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'name', 'many.wav'))).*
      from asset a, generate_series(1, 2000) where a.id = ${sample}`;
    await sql`insert into work select (jsonb_populate_record(w, jsonb_build_object('id', a.id, 'title', 'Song ' || a.n, 'facts', '{}'::jsonb))).*
      from work w, (select id, row_number() over () as n from asset where name = 'many.wav') a where w.id = ${sample}`;
    const looked = async () => {
      const [row] = await sql<{ rows: number }[]>`
        select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables
        where relname in ('work', 'title_gram')`;
      return row!.rows;
    };
    const before = await looked();
    expect((await findTracks(act, undefined, "song 777", 25))[0]?.title).toBe("Song 777");
    // Ten groups of letters, three hundred of each at most; all of them would be 14,000.
    expect((await looked()) - before).toBeLessThan(5_000);
    expect((await findTracks(act, undefined, "song", 25))[0]?.title).toBe("Song");
  });
});
