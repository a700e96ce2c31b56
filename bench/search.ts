// Asking for a track by mistyped words, in a library of up to 50,000 songs: one search as a request makes it, and one as
// each letter that is typed makes it.
import { findTracks } from "../core/votes/search.ts";
import { inWorkspace } from "../db/connect.ts";
import { openWorld, spread } from "./votes/world.ts";

const quick = process.env.BENCH_QUICK === "1";
const SIZES = quick ? [5_000] : [5_000, 50_000];
const TIMES = quick ? 40 : 200;
const FIRST =
  "Midnight,Neon,Velvet,Paper,Silver,Hollow,Crimson,Electric,Lonely,Golden,Distant,Broken,Quiet,Burning,Frozen".split(
    ",",
  );
const SECOND =
  "Rain,Drive,Harbour,Shadows,Skyline,Letters,Motel,Horizon,Garden,Station,Mirror,Highway,Tide,Signal,Lantern".split(
    ",",
  );

for (const songs of SIZES) {
  const world = await openWorld(1);
  const { owner, workspaceId, database } = world;
  await owner`
    insert into asset (workspace_id, id, kind, type, name, bytes, sha256, path, created_at)
    select ${workspaceId}, gen_random_uuid(), 'song', 'audio/wav', n || '.wav', 1, decode(repeat('00', 32), 'hex'), '', now()
    from generate_series(1, ${songs}::int) n`;
  const began = performance.now();
  await owner`
    insert into work (workspace_id, id, kind, title, status, provider, model, prompt, cost, rights, seconds, facts, created_at)
    select workspace_id, id, 'song', (${FIRST}::text[])[1 + n % 15] || ' ' || (${SECOND}::text[])[1 + (n / 15) % 15] || ' ' || n, 'approved', 'tester',
      'test-1', 'jazz', 0, '{}', 180, jsonb_build_object('artist', 'Artist ' || n % 997), now()
    from (select workspace_id, id, left(name, -4)::int as n from asset where workspace_id = ${workspaceId}) a`;
  const kept = (performance.now() - began) / songs;
  await owner`analyze`;
  const times = { request: [] as number[], typing: [] as number[] };
  let right = 0;
  for (let n = 0; n < TIMES; n++) {
    const number = 1 + ((n * 7919) % songs);
    const title = `${FIRST[number % 15]} ${SECOND[Math.floor(number / 15) % 15]} ${number}`;
    // Two letters changed places, and one is missing.
    const typed = `${title[0]}${title[2]}${title[1]}${title.slice(3, 6)}${title.slice(7)}`.toLowerCase();
    await inWorkspace(database, workspaceId, async (tx) => {
      for (const [into, words, most] of [
        [times.request, typed, 1],
        [times.typing, typed.slice(0, 3 + (n % 8)), 25],
      ] as const) {
        const at = performance.now();
        const found = await findTracks({ db: tx }, undefined, words, most);
        into.push(performance.now() - at);
        if (most === 1 && found[0]?.title === title) right++;
      }
    });
  }
  const [request, typing] = [spread(times.request), spread(times.typing)];
  console.log(
    JSON.stringify({
      songs,
      "request p50 ms": request.p50,
      "request p99 ms": request.p99,
      "typing p50 ms": typing.p50,
      "typing p99 ms": typing.p99,
      "found %": Math.round((right / TIMES) * 100),
      "kept in ms a song": Math.round(kept * 100) / 100,
    }),
  );
  await world.close();
}
