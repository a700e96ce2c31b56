// What a channel plays next, and what people may vote on: out of a library of many songs, behind a long history. Once
// right after they were put in, when the planner knows nothing of them, and once with fresh statistics.
import { makeAct, readWho } from "../core/inbox/index.ts";
import { candidates, claimNext } from "../core/streams/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { openWorld, spread } from "./votes/world.ts";

const quick = process.env.BENCH_QUICK === "1";
const TIMES = quick ? 5 : 40;
const HISTORY = quick ? 10_000 : 100_000;
const SIZES = quick ? [100, 1_000] : [100, 1_000, 10_000];
const TOKEN = 1;

async function fill(world: Awaited<ReturnType<typeof openWorld>>, songs: number) {
  const { owner, workspaceId, sources } = world;
  // As after a large import: nothing looks at the tables behind our back.
  for (const name of ["work", "asset", "queue_item", "air"])
    await owner`alter table ${owner(name)} set (autovacuum_enabled = false)`;
  const [channel, rotation] = [sources.newId(), sources.newId()];
  await owner`
    insert into channel (workspace_id, id, slug, name, genre, hue, created_at)
    values (${workspaceId}, ${channel}, 'noir', 'Noir', 'noir-jazz', '#112233', now())`;
  await owner`
    insert into rotation (workspace_id, id, channel_id, name, kind, queries, created_at)
    values (${workspaceId}, ${rotation}, ${channel}, 'All', 'standard', ${'[{"genre":"noir-jazz"}]'}::text::jsonb, now())`;
  await owner`
    insert into channel_lease (workspace_id, channel_id, host_id, token, until)
    values (${workspaceId}, ${channel}, 'bench', ${TOKEN}, now() + interval '1 day')`;
  await owner`
    insert into asset (workspace_id, id, kind, type, name, bytes, sha256, path, created_at)
    select ${workspaceId}, gen_random_uuid(), 'song', 'audio/wav', n || '.wav', 1, decode(repeat('00', 32), 'hex'), '', now()
    from generate_series(1, ${songs}::int) n`;
  await owner`
    insert into work (workspace_id, id, kind, title, status, provider, model, prompt, prompt_name, cost, rights, seconds, facts, created_at)
    select workspace_id, id, 'song', 'Song ' || name, 'approved', 'tester', 'test-1', repeat('slow smoky jazz ', 20), 'genres/noir-jazz', 0,
      '{"commercial": "yes", "terms": "yours"}', 180, jsonb_build_object('artist', 'Artist ' || left(name, 3), 'bpm', 90, 'lufs', -14,
        'sections', (select jsonb_agg(jsonb_build_object('bar', b * 8, 'bars', 8, 'name', 'verse')) from generate_series(0, 9) b)), now()
    from asset where workspace_id = ${workspaceId}`;
  await owner`
    with song as (select array_agg(id) as ids from work where workspace_id = ${workspaceId}),
    played as (
      insert into queue_item (workspace_id, id, channel_id, asset_id, source, tier, rank, state, decided_by, created_at, handed_token,
        handed_at, heard_at, ended_at, rotation_id)
      select ${workspaceId}, gen_random_uuid(), ${channel}, song.ids[1 + (n * 7919) % array_length(song.ids, 1)], 'rotation', 6, 0, 'played', 'rotation',
        at, 1, at, at, at + interval '3 minutes', ${rotation}
      from song, generate_series(1, ${HISTORY}::int) n, lateral (select now() - n * interval '3 minutes') t (at)
      returning *)
    insert into air (workspace_id, id, channel_id, item_id, asset_id, source, decided_by, from_at, to_at)
    select workspace_id, gen_random_uuid(), channel_id, id, asset_id, source, decided_by, heard_at, ended_at from played`;
  return channel;
}

async function measure(world: Awaited<ReturnType<typeof openWorld>>, channel: string) {
  const { house, database, workspaceId, personId, sources } = world;
  const place = { surface: "http", tenant: "", external: "" };
  const times = { claim: [] as number[], candidates: [] as number[] };
  const timed = async <T>(into: number[], work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const done = await work();
    into.push(performance.now() - began);
    return done;
  };
  for (let n = -2; n < TIMES; n++) {
    await inWorkspace(database, workspaceId, async (tx) => {
      const [person] = await readWho(tx, personId);
      const { act } = makeAct(house, { database, tx }, { workspaceId, personId }, person, sources.newId(), place);
      const [a, b] = n < 0 ? [[], []] : [times.candidates, times.claim];
      const found = await timed(a, () => candidates(act, channel, { count: 4, seed: `${n}` }));
      const item = await timed(b, () => claimNext(act, { channel, token: TOKEN }));
      if (found.length !== 4 || item?.source !== "rotation") throw new Error("There was nothing to choose.");
      await rawOf(tx)`update queue_item set state = 'skipped', ended_at = now() where id = ${item.id}`;
    });
  }
  return { claim: spread(times.claim), candidates: spread(times.candidates) };
}

for (const songs of SIZES) {
  const world = await openWorld(1);
  const channel = await fill(world, songs);
  for (const statistics of ["none", "fresh"]) {
    if (statistics === "fresh") await world.owner`analyze`;
    const { claim, candidates } = await measure(world, channel);
    const row = { songs, history: HISTORY, statistics, "claim p50 ms": claim.p50, "claim p99 ms": claim.p99 };
    console.log(JSON.stringify({ ...row, "candidates p50 ms": candidates.p50, "candidates p99 ms": candidates.p99 }));
  }
  await world.close();
}
