// One file to one request: ETag, 304, compression made once, and a single range.
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Context } from "hono";

export type Servable = { type: string; body: Uint8Array<ArrayBuffer> };
type Coding = "br" | "gzip";
type Kept = { etag: string; packed: Map<Coding, Promise<Uint8Array<ArrayBuffer>>> };

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const FOR_EVER = "public, max-age=31536000, immutable";
export const ASK_AGAIN = "no-cache";

/** Makes a server of files that remembers, for each body it has seen, its tag and its compressed forms. */
export function fileServer() {
  const kept = new WeakMap<Uint8Array, Kept>();
  const about = (body: Uint8Array): Kept => {
    let known = kept.get(body);
    if (!known) {
      known = { etag: createHash("sha256").update(body).digest("base64url").slice(0, 22), packed: new Map() };
      kept.set(body, known);
    }
    return known;
  };

  return async (c: Context, file: Servable, cache: string = FOR_EVER): Promise<Response> => {
    const { etag, packed } = about(file.body);
    const coding = codingFor(c.req.header("accept-encoding") ?? "", file.type);
    const tag = `"${etag}${coding ? `-${coding}` : ""}"`;
    const headers: Record<string, string> = { etag: tag, "cache-control": cache, vary: "Accept-Encoding" };
    const known = (c.req.header("if-none-match") ?? "").split(",").map((t) => t.trim().replace(/^W\//, ""));
    if (known.includes(tag) || known.includes("*")) return c.body(null, 304, headers);
    headers["content-type"] = file.type;
    if (!coding) return whole(c, file.body, headers);
    let body = packed.get(coding);
    if (!body) {
      body = pack(file.body, coding);
      packed.set(coding, body);
    }
    headers["content-encoding"] = coding;
    return c.body(await body, 200, headers);
  };
}

/** As it is, or the part of it that was asked for. */
function whole(c: Context, body: Uint8Array<ArrayBuffer>, headers: Record<string, string>): Response {
  headers["accept-ranges"] = "bytes";
  const asked = c.req.header("range");
  const sameFile = [undefined, headers.etag].includes(c.req.header("if-range"));
  const range = asked && sameFile ? /^bytes=(\d*)-(\d*)$/.exec(asked.trim()) : null;
  if (!range || (range[1] === "" && range[2] === "")) return c.body(body, 200, headers);
  const size = body.length;
  const from = range[1] === "" ? Math.max(0, size - Number(range[2])) : Number(range[1]);
  const to = range[1] === "" || range[2] === "" ? size - 1 : Math.min(size - 1, Number(range[2]));
  if (from > to || from >= size) return c.body(null, 416, { ...headers, "content-range": `bytes */${size}` });
  return c.body(body.slice(from, to + 1), 206, { ...headers, "content-range": `bytes ${from}-${to}/${size}` });
}

/** Fonts and pictures are packed already. */
function codingFor(accepts: string, type: string): Coding | undefined {
  if (!/^(text\/|application\/(json|manifest\+json)|image\/svg)/.test(type)) return undefined;
  const offered = accepts.split(",").map((part) => part.trim().toLowerCase());
  const takes = (coding: string) => offered.some((o) => o.split(";")[0] === coding && !/;\s*q=0(\.0*)?$/.test(o));
  return takes("br") ? "br" : takes("gzip") ? "gzip" : undefined;
}

async function pack(body: Uint8Array, coding: Coding): Promise<Uint8Array<ArrayBuffer>> {
  const packed =
    coding === "br"
      ? await brotli(body, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
        })
      : await zip(body, { level: 9 });
  return new Uint8Array(packed);
}
