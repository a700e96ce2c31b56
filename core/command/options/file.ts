// A file that a person hands over. Its name and type are only claims: cleaned here, and never a path.
import { type Option, option, Wrong } from "../option.ts";
import { composed, plain } from "./typed.ts";

export type UploadedFile = { name: string; type: string; bytes: Uint8Array };

const MEGABYTE = 1024 * 1024;
// What the surfaces let through at least (Discord's default for one attachment).
const MOST = 10 * MEGABYTE;
const NAME_LENGTH = 120;

const TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv",
  txt: "text/plain",
  md: "text/markdown",
  json: "application/json",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
  mp4: "video/mp4",
};

// Direction marks make "cod.exe" look like "exe.doc"; joiners hide.
const HIDDEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A name without folders, hidden letters or a leading dot; the end is kept when it is too long. */
export function safeName(raw: unknown): string {
  const last =
    plain(composed(String(raw).slice(-1000)))
      .replace(HIDDEN, "")
      .split(/[/\\]/)
      .at(-1) ?? "";
  const name = last
    .replace(/[<>:"|?*\n\t]/g, "_")
    .replace(/^[.\s]+/, "")
    .trimEnd();
  const letters = [...name];
  if (letters.length <= NAME_LENGTH) return name || "file";
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : "";
  return letters.slice(0, NAME_LENGTH - ending.length).join("") + ending;
}

const endingOf = (name: string): string => (name.includes(".") ? (name.split(".").at(-1) ?? "").toLowerCase() : "");

function typeOf(claimed: unknown, name: string): string {
  const ending = endingOf(name);
  const known = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
  if (known) return known;
  const type = typeof claimed === "string" ? claimed.slice(0, 100).split(";")[0]!.trim().toLowerCase() : "";
  return /^[a-z0-9]+\/[a-z0-9][a-z0-9.+-]*$/.test(type) ? type : "application/octet-stream";
}

function bytesOf(raw: Record<string, unknown>, max: number): Uint8Array {
  const { bytes, text, base64 } = raw;
  if (bytes instanceof Uint8Array) return bytes;
  if (typeof text === "string") {
    // A letter is at least one byte: what cannot fit is not copied first.
    if (text.length > max) throw tooLarge(max);
    return new TextEncoder().encode(text);
  }
  if (typeof base64 === "string") {
    if (base64.length > (max * 4) / 3 + 4) throw tooLarge(max);
    const decoded = Buffer.from(base64, "base64");
    if (decoded.toString("base64").replace(/=+$/, "") === base64.replace(/=+$/, "")) return decoded;
  }
  throw unread(raw, max);
}

/** A surface that could not get an attached file says how large it is, and what it may get at `most`. */
function unread({ size, most }: Record<string, unknown>, max: number): Wrong {
  if (typeof size !== "number") return new Wrong("Attach a file, or send its name and text.");
  const room = typeof most === "number" && most > 0 ? Math.min(max, most) : max;
  return size > room ? tooLarge(room) : new Wrong("This file could not be fetched. Send it again, please.");
}

const tooLarge = (max: number) =>
  new Wrong("This file is too large; {size} MB fit.", { size: Math.round((max / MEGABYTE) * 10) / 10 });

type Limits = {
  /** In bytes. */
  max?: number;
  /** Endings that are taken, without the dot. */
  endings?: readonly string[];
};

/** `{ name, text }` or `{ name, base64 }` from JSON, `{ name, type, bytes }` from an upload. */
export const file = (says: string, { max = MOST, endings }: Limits = {}): Option<UploadedFile> =>
  option<UploadedFile>({
    kind: "file",
    says,
    max,
    example: `file.${endings?.[0] ?? "csv"}`,
    schema: {
      type: "object",
      properties: { name: { type: "string" }, text: { type: "string" }, base64: { type: "string" } },
      required: ["name"],
      anyOf: [{ required: ["text"] }, { required: ["base64"] }],
    },
    parse(raw) {
      if (typeof raw !== "object" || raw === null || Array.isArray(raw))
        throw new Wrong("Attach a file, or send its name and text.");
      const given = raw as Record<string, unknown>;
      if (typeof given.name !== "string") throw new Wrong("Send the file's name too.");
      const name = safeName(given.name);
      if (endings && !endings.includes(endingOf(name)))
        throw new Wrong("This takes files that end in {endings}.", { endings: endings.map((e) => `.${e}`).join(", ") });
      const bytes = bytesOf(given, max);
      if (bytes.byteLength > max) throw tooLarge(max);
      if (bytes.byteLength === 0) throw new Wrong("This file is empty.");
      return { name, type: typeOf(given.type, name), bytes };
    },
  });

/** The text of a file that should be UTF-8. */
export function fileText(upload: UploadedFile): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(upload.bytes);
  } catch (error) {
    if (error instanceof TypeError)
      throw new Wrong("This file is not text in UTF-8. Save it as CSV UTF-8 and send it again.");
    throw error;
  }
}
