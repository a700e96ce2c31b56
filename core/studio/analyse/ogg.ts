// Ogg: a container for Vorbis or Opus, each with a decoder of its own as WebAssembly, loaded when such a file comes.
import type { Sound } from "./decode.ts";

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

type Decoded = { channelData: Float32Array[]; sampleRate: number };
type Decoder = {
  ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush(): Decoded | Promise<Decoded>;
  free(): void;
};

async function decoderOf({ name }: Codec): Promise<Decoder> {
  if (name === "opus") {
    const { OggOpusDecoder } = await import("ogg-opus-decoder");
    return new OggOpusDecoder();
  }
  const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
  return new OggVorbisDecoder() as unknown as Decoder;
}

/** A minute or two of music: what is too long is noticed before all of it is in memory. */
const PIECE = 1 << 17;

function joined(parts: readonly Float32Array[][], side: number, frames: number): Float32Array {
  const all = new Float32Array(frames);
  let at = 0;
  for (const part of parts) {
    all.set(part[side]!, at);
    at += part[side]!.length;
  }
  return all;
}

export async function readOgg(given: Uint8Array, most: number): Promise<Sound> {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const codec = codecOf(bytes);
  if (codec.channels < 1 || codec.channels > 8 || codec.rate < 4000 || codec.rate > 192_000)
    throw new Error(`This Ogg says ${codec.channels} channels at ${codec.rate} Hz.`);
  if (secondsOf(bytes, codec) > most) throw new Error(`This sound lasts more than ${most} seconds.`);
  const decoder = await decoderOf(codec);
  await decoder.ready;
  try {
    const parts: Float32Array[][] = [];
    let [frames, rate] = [0, 0];
    const take = ({ channelData, sampleRate }: Decoded) => {
      if (!channelData[0]?.length) return;
      rate = sampleRate;
      frames += channelData[0].length;
      // What the last page says may be a lie.
      if (frames / rate > most) throw new Error(`This sound lasts more than ${most} seconds.`);
      parts.push(channelData.slice(0, 2));
    };
    for (let at = 0; at < given.length; at += PIECE) take(await decoder.decode(given.subarray(at, at + PIECE)));
    take(await decoder.flush());
    if (frames === 0) throw new Error("This Ogg holds no page that could be read.");
    return { rate, sides: parts[0]!.map((_, side) => joined(parts, side, frames)) };
  } finally {
    decoder.free();
  }
}
