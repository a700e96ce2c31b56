// Ogg: a container for Vorbis or Opus, each with a decoder of its own as WebAssembly, loaded when such a file comes.
import type { Sound } from "./decode.ts";
import { type Decoder, inPieces } from "./pieces.ts";

const MARK = Buffer.from("OggS");
/** Where the first page says how many pieces its body has; the body follows those. */
const PIECES = 26;

type Codec = { name: "vorbis" | "opus"; rate: number; channels: number };

function codecOf(bytes: Buffer): Codec {
  const body = 27 + (bytes[PIECES] ?? 0);
  if (bytes.subarray(body, body + 8).toString("latin1") === "OpusHead")
    // Opus is always played at 48 kHz, whatever it was recorded at.
    return { name: "opus", rate: 48_000, channels: bytes[body + 9] ?? 0 };
  if (bytes.subarray(body, body + 7).toString("latin1") === "\x01vorbis")
    return {
      name: "vorbis",
      rate: bytes.length > body + 16 ? bytes.readUInt32LE(body + 12) : 0,
      channels: bytes[body + 11] ?? 0,
    };
  throw new Error("This Ogg holds neither Vorbis nor Opus, which are what I can read.");
}

/** As its last page says: known before anything is decoded, for an hour of silence is a small file. */
function secondsOf(bytes: Buffer, { rate }: Codec): number {
  const last = bytes.lastIndexOf(MARK);
  return last + 14 > bytes.length ? 0 : Number(bytes.readBigInt64LE(last + 6)) / rate;
}

async function decoderOf({ name }: Codec): Promise<Decoder> {
  if (name === "opus") {
    const { OggOpusDecoder } = await import("ogg-opus-decoder");
    return new OggOpusDecoder();
  }
  const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
  return new OggVorbisDecoder() as unknown as Decoder;
}

export async function readOgg(given: Uint8Array, most: number): Promise<Sound> {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const codec = codecOf(bytes);
  if (codec.channels < 1 || codec.channels > 8 || codec.rate < 4000 || codec.rate > 192_000)
    throw new Error(`This Ogg says ${codec.channels} channels at ${codec.rate} Hz.`);
  if (secondsOf(bytes, codec) > most) throw new Error(`This sound lasts more than ${most} seconds.`);
  return inPieces(await decoderOf(codec), given, most, "This Ogg holds no page that could be read.");
}
