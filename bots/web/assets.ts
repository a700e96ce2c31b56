// Made files, to those who may have them: whole or in ranges, so that players can seek; unchanged ones are not sent again.
import { Readable } from "node:stream";
import {
  type Asset,
  keyOf,
  type Linked,
  openAsset,
  openBytes,
  openLinked,
  readLink,
  sizeOf,
} from "../../core/assets/index.ts";
import { refuse } from "../../core/problem.ts";
import { findIn, inWorkspace } from "../../db/connect.ts";
import { looking } from "./asking.ts";
import { caller, pace, soon } from "./identify.ts";
import { type App, type Ctx, isHead, route, type Web } from "./web.ts";

export function assets(app: App, web: Web): void {
  route(app, "/api/v1/assets/:id", { GET: (c) => asset(web, c) });
  route(app, "/api/v1/links/:token", { GET: (c) => linked(web, c) });
}

/** A file that somebody uploaded or a model made is shown, never run: no script, no style of its own, no frame. */
const FILE_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

async function asset(web: Web, c: Ctx): Promise<Response> {
  const who = await caller(web, c);
  const found = await soon(looking(web, c, who, 2_000, (act) => openAsset(act, c.req.param("id") ?? "")));
  // The bytes under an id never change; who may have them can: nobody else's cache keeps them.
  return send(web, c, found, { "cache-control": "private, max-age=86400", vary: "cookie, authorization" });
}

/** A sealed link stands for its file alone: whoever has it needs no token. */
async function linked(web: Web, c: Ctx): Promise<Response> {
  pace(web, "address", c.var.address);
  const { databases, keys, sources } = web.house;
  const now = sources.now();
  const link = readLink(keys, c.req.param("token") ?? "", now);
  const look = (said: Linked) =>
    findIn(databases, (database) => inWorkspace(database, said.workspaceId, (db) => openLinked({ db, now }, said)));
  const found = link && (await soon(look(link)));
  if (!found)
    throw refuse("missing", "This link leads nowhere: it is not ours, its time is over, or its file is gone.");
  const more = { "cache-control": "private, no-store", "referrer-policy": "no-referrer" };
  const direct = await directly(web, c, found, link.until);
  return direct ? c.body(null, 302, { ...more, location: direct }) : send(web, c, found, more);
}

/** The bucket's own address signs for itself, and so briefly that passing it on is of no use. */
const DIRECT_SECONDS = 300;

/** Where a bucket hands files over itself, and this one is there and not on this machine still. */
async function directly(web: Web, c: Ctx, found: Asset, until: Date): Promise<string | undefined> {
  const { bucket, sources } = web.house;
  if (!bucket?.settings.direct) return undefined;
  const here = await sizeOf({ files: web.house.files }, found.workspaceId, found.id);
  if (here !== undefined) return undefined;
  const left = Math.floor((until.getTime() - sources.now().getTime()) / 1000);
  return bucket.link(keyOf(found.workspaceId, found.id), {
    seconds: Math.max(1, Math.min(left, DIRECT_SECONDS)),
    type: typeOf(found),
    disposition: dispositionOf(found, c.req.query("download") !== undefined),
  });
}

const typeOf = ({ type }: Asset): string => (SHOWN.test(type) ? type : "application/octet-stream");

async function send(web: Web, c: Ctx, found: Asset, more: Record<string, string>): Promise<Response> {
  const etag = `"${Buffer.from(found.sha256).toString("base64url")}"`;
  const headers: Record<string, string> = {
    etag,
    "last-modified": found.createdAt.toUTCString(),
    ...more,
    "accept-ranges": "bytes",
    "content-type": typeOf(found),
    "content-disposition": dispositionOf(found, c.req.query("download") !== undefined),
    "content-security-policy": FILE_POLICY,
  };
  if (matches(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
  const range = rangeOf(c, found.bytes, etag);
  if (range === "none")
    return c.body(null, 416, { "content-range": `bytes */${found.bytes}`, "cache-control": "no-store" });
  const { start, end } = range ?? { start: 0, end: found.bytes - 1 };
  headers["content-length"] = String(end - start + 1);
  if (range) headers["content-range"] = `bytes ${start}-${end}/${found.bytes}`;
  const status = range ? 206 : 200;
  if (isHead(c) || found.bytes === 0) return c.body(null, status, headers);
  const stream = await openFile(web, found, range && { start, end });
  return c.body(Readable.toWeb(stream) as ReadableStream, status, headers);
}

async function openFile(web: Web, found: Asset, range: Range | undefined): Promise<Readable> {
  const { id, workspaceId, sha256 } = found;
  const stream = await openBytes(web.house, { workspaceId, id, range, sha256 }).catch((err: unknown) => {
    web.house.log.error({ err, asset: id }, "the bytes of a file cannot be read");
    throw refuse("away", "The store of files does not answer. Try again in a minute.");
  });
  if (stream) return stream;
  web.house.log.error({ asset: id }, "the bytes of a file are not where its row says");
  throw refuse("missing", "The bytes of this file are not on this machine. Tell whoever runs it.");
}

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag));

type Range = { start: number; end: number };

/** One range, as players ask. Several at once, or units that nobody knows, are answered with the whole. */
function rangeOf(c: Ctx, bytes: number, etag: string): Range | "none" | undefined {
  const header = c.req.header("range");
  const unless = c.req.header("if-range");
  if (header === undefined || (unless !== undefined && unless.trim() !== etag)) return undefined;
  return readRange(header, bytes);
}

export function readRange(header: string, bytes: number): Range | "none" | undefined {
  const [, from = "", to = ""] = /^bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header) ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "") {
    const last = Math.min(Number(to), bytes);
    return last > 0 ? { start: bytes - last, end: bytes - 1 } : "none";
  }
  const start = Number(from);
  const end = to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  // The end before the beginning is not a range at all.
  if (to !== "" && Number(to) < start) return undefined;
  return start < bytes ? { start, end } : "none";
}

/** The name in letters that every header can have, and as it is. */
function dispositionOf({ name, type }: Asset, download: boolean): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const whole = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${download || !SHOWN.test(type) ? "attachment" : "inline"}; filename="${plain}"; filename*=UTF-8''${whole}`;
}
