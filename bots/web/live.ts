// What a channel plays, for whoever listens, signed in or not: its playlist, its segments, and one stream without end for
// players that know no playlists. Files are read once for all listeners; nothing but what a channel wrote can be named.
import { open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { refuse } from "../../core/problem.ts";
import { INDEX, type Playlist, readPlaylist } from "../../core/streams/engines/index.ts";
import { findIn, inWorkspace, rawOf } from "../../db/connect.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import { pace, soon } from "./identify.ts";
import { type App, type Ctx, isHead, isId, route, type Web } from "./web.ts";

type Listed = { text: Uint8Array<ArrayBuffer>; list: Playlist; until: number };
/** What is kept in memory, so that a thousand listeners read a file once. */
type Shelf = {
  channels: Map<string, { id: string | undefined; until: number }>;
  lists: Map<string, { until: number; found: Promise<Listed | undefined> }>;
  segments: Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>;
};

const LIST_MS = 250;
const CHANNEL_MS = 30_000;
const UNKNOWN_MS = 2_000;
/** Twelve segments a channel, of eighty kilobytes: a hundred channels take a hundred megabytes at most. */
const MOST_SEGMENTS = 1_200;
const MOST_CHANNELS = 1_000;
/** Not written for so long: nothing is on the air. Longer than a host takes to follow on another. */
const STALE_MS = 45_000;
const TYPES = { aac: "audio/aac", mp3: "audio/mpeg" } as const;
const SEGMENT = /^s\d{1,15}\.(aac|mp3)$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** A player may be on any page: what is heard here is public. */
const OPEN = { "access-control-allow-origin": "*" };

export function live(app: App, web: Web): void {
  const shelf: Shelf = { channels: new Map(), lists: new Map(), segments: new Map() };
  route(app, "/live/:channel/:file", { GET: (c) => answer(web, shelf, c) });
}

async function answer(web: Web, shelf: Shelf, c: Ctx): Promise<Response> {
  pace(web, "address", c.var.address);
  const [name, file] = [c.req.param("channel") ?? "", c.req.param("file") ?? ""];
  const id = await channelOf(web, shelf, name);
  const listed = id === undefined ? undefined : await listOf(web, shelf, id);
  if (id === undefined || !listed) throw nothing(c);
  if (file === INDEX)
    return whole(c, listed.text, {
      "content-type": "application/vnd.apple.mpegurl",
      "cache-control": "public, max-age=1",
    });
  const [, kind] = SEGMENT.exec(file) ?? [];
  if (kind === "aac" || kind === "mp3") {
    const bytes = await segmentOf(web, shelf, id, file);
    if (!bytes) throw nothing(c);
    return whole(c, bytes, {
      "content-type": TYPES[kind],
      "content-length": String(bytes.length),
      "cache-control": "public, max-age=60, immutable",
    });
  }
  if (file === "stream.mp3" || file === "stream.aac") return stream(web, shelf, c, id, listed, file);
  throw nothing(c);
}

const whole = (c: Ctx, bytes: Uint8Array<ArrayBuffer>, more: Record<string, string>): Response =>
  isHead(c) ? c.body(null, 200, { ...OPEN, ...more }) : c.body(bytes, 200, { ...OPEN, ...more });

const nothing = (c: Ctx) => refuse("missing", "There is nothing at {path}.", { path: c.req.path.slice(0, 200) });
const folderOf = (web: Web, id: string): string => join(dirname(web.house.files), "live", id);

/** By slug, or by id; the first workspace that has the slug. */
async function channelOf(web: Web, { channels }: Shelf, name: string): Promise<string | undefined> {
  if (!SLUG.test(name) || name.length > 60) return undefined;
  const now = web.elapsed();
  const known = channels.get(name);
  if (known && known.until > now) return known.id;
  const find = async (database: Web["house"]["databases"][number]): Promise<string | undefined> => {
    for (const workspace of await workspaceIds(database)) {
      const [row] = await inWorkspace(
        database,
        workspace,
        (tx) => rawOf(tx)<{ id: string }[]>`
          select id from channel where slug = ${name} or id = ${isId(name) ? name : null}::uuid limit 1`,
      );
      if (row) return row.id;
    }
    return undefined;
  };
  const id = await soon(findIn(web.house.databases, find)).catch((error: unknown) => {
    // A database that is away keeps nobody from listening to what plays on.
    if (known?.id === undefined) throw error;
    return known.id;
  });
  channels.delete(name);
  channels.set(name, { id, until: now + (id === undefined ? UNKNOWN_MS : CHANNEL_MS) });
  if (channels.size > MOST_CHANNELS) channels.delete(channels.keys().next().value!);
  return id;
}

function listOf(web: Web, { lists }: Shelf, id: string): Promise<Listed | undefined> {
  const now = web.elapsed();
  const known = lists.get(id);
  if (known && known.until > now) return known.found;
  const found = readList(join(folderOf(web, id), INDEX), now);
  lists.set(id, { until: now + LIST_MS, found });
  return found;
}

async function readList(file: string, now: number): Promise<Listed | undefined> {
  const handle = await open(file, "r").catch(gone);
  if (!handle) return undefined;
  try {
    const { mtimeMs } = await handle.stat();
    if (Date.now() - mtimeMs > STALE_MS) return undefined;
    const text = new Uint8Array(await handle.readFile());
    return { text, list: readPlaylist(new TextDecoder().decode(text)), until: now };
  } finally {
    await handle.close();
  }
}

function gone(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
}

/** What a segment holds never changes under its name. */
function segmentOf(
  web: Web,
  { segments }: Shelf,
  id: string,
  file: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const key = `${id}/${file}`;
  const known = segments.get(key);
  if (known) return known;
  const found = readFile(join(folderOf(web, id), file)).then((bytes) => new Uint8Array(bytes), gone);
  segments.set(key, found);
  if (segments.size > MOST_SEGMENTS) segments.delete(segments.keys().next().value!);
  const forget = (bytes: unknown) => bytes === undefined && segments.delete(key);
  found.then(forget, () => segments.delete(key));
  return found;
}

/** Behind the newest segment: a line that falters for a moment is not heard. */
const BEHIND = 2;
const LOOK_MS = 500;

/** All segments one after the other, without what only a playlist's player needs. */
function stream(web: Web, shelf: Shelf, c: Ctx, id: string, first: Listed, file: string): Response {
  const kind = first.list.segments.at(-1)?.name.split(".")[1];
  if (kind !== "aac" && kind !== "mp3") throw nothing(c);
  // The other kind is what is made here: the name says what it is.
  if (file !== `stream.${kind}`) return c.redirect(c.req.path.replace(/[^/]+$/, `stream.${kind}`), 302);
  const headers = { ...OPEN, "content-type": TYPES[kind], "cache-control": "no-store" };
  if (isHead(c)) return c.body(null, 200, headers);
  let last = first.list.segments.at(-1 - BEHIND)?.number ?? 0;
  let over = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (!over) {
          const listed = await listOf(web, shelf, id);
          if (!listed) return controller.close();
          const next = listed.list.segments.find((s) => s.number > last);
          const bytes = next && (await segmentOf(web, shelf, id, next.name));
          if (next) last = next.number;
          if (next && bytes && next.name.endsWith(kind)) return controller.enqueue(bytes.subarray(tagOf(bytes)));
          if (!next) await new Promise((done) => setTimeout(done, LOOK_MS));
        }
      },
      cancel() {
        over = true;
      },
    },
    { highWaterMark: 1 },
  );
  return c.body(body, 200, headers);
}

/** The length of the ID3 tag that a segment begins with. */
function tagOf(bytes: Uint8Array): number {
  if (bytes[0] !== 0x49 || bytes[1] !== 0x44 || bytes[2] !== 0x33) return 0;
  return 10 + ((bytes[6]! << 21) | (bytes[7]! << 14) | (bytes[8]! << 7) | bytes[9]!);
}
