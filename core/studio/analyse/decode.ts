// What a provider gives is first of all bytes: WAV is read here, MP3 and Ogg by decoders as WebAssembly; anything else is named for what it is.
import { readOgg } from "./ogg.ts";
import { inPieces } from "./pieces.ts";

export type Sound = { rate: number; sides: Float32Array[] };
export type Container =
  | "wav"
  | "mp3"
  | "ogg"
  | "mp4"
  | "flac"
  | "webm"
  | "html"
  | "json"
  | "text"
  | "empty"
  | "unknown";

/** Ten minutes in stereo at 48 kHz take 230 MB as numbers; more is refused before it is taken. */
const MOST_SECONDS = 900;

const word = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));

export function containerOf(bytes: Uint8Array): Container {
  if (bytes.length === 0) return "empty";
  if (word(bytes, 0, 4) === "RIFF" && word(bytes, 8, 4) === "WAVE") return "wav";
  if (word(bytes, 0, 3) === "ID3" || (bytes[0] === 0xff && (bytes[1]! & 0xe6) === 0xe2)) return "mp3";
  if (word(bytes, 0, 4) === "OggS") return "ogg";
  if (word(bytes, 0, 4) === "fLaC") return "flac";
  if (word(bytes, 4, 4) === "ftyp") return "mp4";
  if (bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3) return "webm";
  const start = word(bytes, 0, 400).trimStart();
  if (/^<(!doctype|html|\?xml|head|body)/i.test(start)) return "html";
  if (/^[[{]/.test(start)) return "json";
  return /^[\s!-~]+$/.test(start) ? "text" : "unknown";
}

export type Shape = { format: number; channels: number; rate: number; bits: number };

function shapeOf(view: DataView, at: number): Shape {
  const format = view.getUint16(at, true);
  return {
    // Extensible: the real format is the first half of its id.
    format: format === 0xfffe && view.byteLength >= at + 26 ? view.getUint16(at + 24, true) : format,
    channels: view.getUint16(at + 2, true),
    rate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
}

export function reader(view: DataView, { format, bits }: Shape): (at: number) => number {
  if (format === 3 && bits === 32) return (at) => view.getFloat32(at, true);
  if (format === 3 && bits === 64) return (at) => view.getFloat64(at, true);
  if (format === 1 && bits === 8) return (at) => (view.getUint8(at) - 128) / 128;
  if (format === 1 && bits === 16) return (at) => view.getInt16(at, true) / 32768;
  if (format === 1 && bits === 24) return (at) => (view.getUint8(at) | (view.getInt16(at + 1, true) << 8)) / 8388608;
  if (format === 1 && bits === 32) return (at) => view.getInt32(at, true) / 2147483648;
  throw new Error(`This WAV holds format ${format} with ${bits} bits, which I cannot read.`);
}

/** Where the samples of a WAV are, seen from its beginning; undefined: it begins, and these bytes do not reach so far. */
export function openWav(bytes: Uint8Array): { shape: Shape; from: number; size: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let shape: Shape | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, size] = [word(bytes, at, 4), view.getUint32(at + 4, true)];
    if (name === "fmt " && at + 24 <= bytes.length) shape = shapeOf(view, at + 8);
    if (name === "data") {
      if (!shape) throw new Error("This WAV has sound before it says how it is written.");
      return { shape, from: at + 8, size };
    }
    at += 8 + size + (size & 1);
  }
  return undefined;
}

export function readWav(bytes: Uint8Array): Sound {
  const opened = openWav(bytes);
  if (!opened) throw new Error("This WAV holds no sound.");
  const { shape, from, size } = opened;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return samples(view, from, Math.min(size, bytes.length - from), shape);
}

function samples(view: DataView, from: number, bytes: number, shape: Shape): Sound {
  const { channels, rate, bits } = shape;
  if (channels < 1 || channels > 8 || rate < 4000 || rate > 192_000)
    throw new Error(`This WAV says ${channels} channels at ${rate} Hz.`);
  const read = reader(view, shape);
  const wide = (bits / 8) * channels;
  const frames = Math.floor(bytes / wide);
  if (frames / rate > MOST_SECONDS)
    throw new Error(`This sound lasts ${Math.round(frames / rate)} seconds; ${MOST_SECONDS} are the most.`);
  const sides = Array.from({ length: Math.min(2, channels) }, (_, c) => {
    const side = new Float32Array(frames);
    for (let i = 0; i < frames; i++) side[i] = read(from + i * wide + (c * bits) / 8);
    return side;
  });
  return { rate, sides };
}

async function readMp3(bytes: Uint8Array): Promise<Sound> {
  const { MPEGDecoder } = await import("mpg123-decoder");
  return inPieces(new MPEGDecoder(), bytes, MOST_SECONDS, "This MP3 holds no frame that could be read.");
}

/** The samples, or an error that says what the bytes are instead. */
export async function decode(bytes: Uint8Array): Promise<Sound> {
  const container = containerOf(bytes);
  if (container === "wav") return readWav(bytes);
  if (container === "mp3") return readMp3(bytes);
  if (container === "ogg") return readOgg(bytes, MOST_SECONDS);
  throw new Error(`These bytes are no sound that I can read, they look like ${container}.`);
}
