// What a caller sends, read with bounds: size, time, depth, and only text that the database can keep.
import { refuse } from "../../core/problem.ts";
import { within } from "../../core/within.ts";
import { HttpProblem } from "./problem.ts";
import type { Ctx } from "./web.ts";

const MB = 1024 * 1024;
export const MOST = { json: MB, upload: 16 * MB, depth: 16, values: 20_000 };
/** A phone on a bad line sends 1 MB within this; nobody needs to hold a connection for longer. */
const PATIENCE = { json: 20_000, upload: 115_000 };

export type Body = Record<string, unknown>;

/** The JSON object, or the fields and files of a form. Nothing sent is an empty object. */
export async function readBody(c: Ctx): Promise<Body> {
  const type = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (c.req.header("content-encoding"))
    throw new HttpProblem(415, "format", { says: "Send it uncompressed: Content-Encoding is not understood here." });
  const form = type === "multipart/form-data";
  const bytes = await readBytes(c, form ? MOST.upload : MOST.json, form ? PATIENCE.upload : PATIENCE.json);
  if (bytes.length === 0) return {};
  if (form) return checked(await readForm(c, bytes));
  if (type !== "application/json" && !type.endsWith("+json"))
    throw new HttpProblem(415, "format", {
      says: "Send a JSON object with Content-Type: application/json, or a form with files as multipart/form-data.",
    });
  return checked(parseObject(bytes));
}

/** The bytes as they came, for signatures. */
export const readRaw = (c: Ctx): Promise<Uint8Array> => readBytes(c, MOST.json, PATIENCE.json);

async function readBytes(c: Ctx, most: number, milliseconds: number): Promise<Uint8Array> {
  const length = c.req.header("content-length");
  const tooLarge = () =>
    new HttpProblem(413, "large", {
      says: "This is more than {most} MB, which is all that fits here.",
      vars: { most: most / MB },
      // Nobody reads the rest: the connection cannot be used again.
      headers: { connection: "close" },
    });
  if (length !== undefined && Number(length) > most) throw tooLarge();
  if (length === undefined && c.req.header("transfer-encoding") === undefined) return new Uint8Array();
  const whole = length === undefined ? chunks(c, most, tooLarge) : c.req.arrayBuffer().then((b) => new Uint8Array(b));
  return within(milliseconds, whole, () => {
    throw new HttpProblem(408, "slow", {
      says: "The request did not arrive in time. Send it again.",
      headers: { connection: "close" },
    });
  });
}

async function chunks(c: Ctx, most: number, tooLarge: () => Error): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of c.req.raw.body ?? []) {
    size += part.length;
    if (size > most) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parseObject(bytes: Uint8Array): Body {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw new HttpProblem(400, "request", { says: "The body is not valid JSON." });
    throw new HttpProblem(400, "request", { says: "The body is not valid UTF-8 text." });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new HttpProblem(400, "request", {
      says: "The body must be a JSON object of options, such as {example}.",
      vars: { example: '{"count": 2}' },
    });
  return value as Body;
}

/** Fields are options; a file is its name, type and content: as text when it is text. */
async function readForm(c: Ctx, bytes: Uint8Array): Promise<Body> {
  const type = c.req.header("content-type") ?? "";
  let form: FormData;
  try {
    form = await new Response(new Blob([new Uint8Array(bytes)]).stream(), {
      headers: { "content-type": type },
    }).formData();
  } catch {
    // What the parser says is about its own insides; the caller needs to know that the form is broken.
    throw new HttpProblem(400, "request", { says: "The form is not valid multipart/form-data." });
  }
  const body: Body = Object.create(null);
  for (const [name, value] of form) {
    const read = typeof value === "string" ? value : await readFile(value);
    const before = body[name];
    body[name] = before === undefined ? read : Array.isArray(before) ? [...before, read] : [before, read];
  }
  return { ...body };
}

async function readFile(file: File): Promise<Body> {
  const about = { name: file.name, type: file.type || "application/octet-stream" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const base64 = () => ({ ...about, base64: Buffer.from(bytes).toString("base64") });
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // An archive of texts is valid UTF-8 with zeros in it, and no text.
    return text.includes("\u0000") ? base64() : { ...about, text };
  } catch {
    // Not text: a picture, a song.
    return base64();
  }
}

/** Refuses what no honest caller sends and what the database cannot keep, before anything is written. */
function checked(body: Body): Body {
  let values = 0;
  const walk = (value: unknown, depth: number, option: string): void => {
    if (++values > MOST.values || depth > MOST.depth)
      throw new HttpProblem(400, "request", { says: "This has too many values, or too many inside each other." });
    if (typeof value === "number" && !Number.isFinite(value))
      throw new HttpProblem(400, "request", { says: "This has a number that is too large to be kept." });
    if (typeof value === "string") keepable(value, option);
    else if (value !== null && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) {
        keepable(key, option || key);
        walk(inner, depth + 1, option || key);
      }
    }
  };
  walk(body, 0, "");
  return body;
}

function keepable(text: string, option: string): void {
  if (!text.includes("\u0000") && text.isWellFormed()) return;
  throw refuse(
    "options",
    "This text has characters that cannot be kept: a zero, or half a letter.",
    {},
    {
      errors: [
        {
          option: option.replaceAll("\u0000", "").toWellFormed().slice(0, 60),
          text: "This text has characters that cannot be kept: a zero, or half a letter.",
        },
      ],
    },
  );
}
