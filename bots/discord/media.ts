// Pictures, sounds, films, files and charts: sent along where the server takes them, else as a link to where they are.
import { isId } from "../../core/ids.ts";
import { type Block, chartText, clock } from "../../core/view/index.ts";
import { MESSAGE } from "./limits.ts";
import { type Drawing, type File, linkRow, type Piece, texts, webAddress } from "./pieces.ts";
import { escaped, short } from "./plain.ts";

type Of<K extends Block["kind"]> = Extract<Block, { kind: K }>;
type Made = Of<"picture"> | Of<"audio"> | Of<"video"> | Of<"file">;

const ADDRESS = /^\/(?:api\/v1\/)?assets\/([^/]+)$/;

/** The made file that a block shows, if it is one of ours. An id, and never a path. */
export const assetOf = (block: Block): string | undefined => {
  if (!("url" in block) || block.url === undefined) return undefined;
  const named = ("asset" in block ? block.asset : undefined) ?? ADDRESS.exec(block.url)?.[1];
  return named !== undefined && isId(named) ? named : undefined;
};

export function chartPieces({ chart, alt }: Of<"chart">, { reader, how, names }: Drawing): Piece[] {
  if (!how.charts) return texts(chartText(chart, reader), escaped);
  const name = `chart-${names.next++}.png`;
  const words = short(`${alt}. ${chartText(chart, reader)}`, MESSAGE.description);
  return [gallery(`attachment://${name}`, words, { name, chart })];
}

export function mediaPieces(block: Made, at: Drawing): Piece[] {
  const title = titleOf(block);
  const asset = assetOf(block);
  const bytes = asset === undefined ? undefined : at.how.assets?.get(asset);
  if (asset !== undefined && bytes !== undefined) return attached(block, { asset, bytes, title }, at);
  if (asset !== undefined && at.how.assets) at.lost.push(`${block.kind}: too large to send along, or gone; its link`);
  const url = webAddress(block.url, at.how);
  if (!url || block.kind === "audio" || block.kind === "file") return linkRow(block.url, title, at);
  const words = block.kind === "video" ? texts(title, escaped) : [];
  return [...words, gallery(url, short(altOf(block, title), MESSAGE.description))];
}

function attached(
  block: Made,
  { asset, bytes, title }: { asset: string; bytes: number; title: string },
  at: Drawing,
): Piece[] {
  const file: File = { name: nameFor(block, at.names.next++), asset };
  const url = `attachment://${file.name}`;
  const alt = short(altOf(block, title), MESSAGE.description);
  if (block.kind === "picture") return [gallery(url, alt, file, bytes)];
  if (block.kind === "video") return [...texts(title, escaped), gallery(url, alt, file, bytes)];
  const one: Piece = { component: { type: 13, file: { url } }, count: 1, letters: 0, file, alt, bytes };
  return block.kind === "audio" ? [...texts(title, escaped), one] : [one];
}

const altOf = (block: Made, title: string): string => ("alt" in block && block.alt) || title;

function titleOf(block: Made): string {
  if (block.kind === "picture") return block.alt;
  if (block.kind === "file") return block.name;
  const length = block.seconds === undefined ? "" : ` (${clock(block.seconds)})`;
  return block.kind === "audio" ? `▶ ${block.title}${length}` : `${block.title}${length}`;
}

const gallery = (url: string, description: string, file?: File, bytes = 0): Piece => ({
  component: { type: 12, items: [{ media: { url }, description }] },
  count: 1,
  letters: 0,
  ...(file ? { file, alt: description, bytes } : {}),
});

const ENDINGS: Record<string, string> = {
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/ogg": "ogg",
  "audio/flac": "flac",
  "audio/mp4": "m4a",
  "video/mp4": "mp4",
  "video/webm": "webm",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/gif": "gif",
  "text/csv": "csv",
  "text/plain": "txt",
  "application/json": "json",
  "application/pdf": "pdf",
};

/** Discord rewrites names that have other letters, and then no longer knows them. The number keeps them apart. */
function nameFor(block: Made, n: number): string {
  const said = block.kind === "picture" ? block.alt : block.kind === "file" ? block.name : block.title;
  const own = /\.([A-Za-z0-9]{1,8})$/.exec(block.kind === "file" ? block.name : "")?.[1];
  const ending = ENDINGS[block.type.split(";")[0]!.trim().toLowerCase()] ?? own?.toLowerCase() ?? "bin";
  const words = said
    .slice(0, 200)
    .replace(/\.[A-Za-z0-9]{1,8}$/, "")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  return `${words || block.kind}-${n}.${ending}`;
}
