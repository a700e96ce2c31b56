// MP3 and Ogg Vorbis by the reference encoders as WebAssembly, fed in pieces; loaded only when somebody wants such a file.

export type Tags = { title: string; genre: string; bpm: number; key: string };
export type Encoding = "mp3" | "ogg";

/** Samples a piece: a second and a half, so that the encoder's memory stays small. */
const PIECE = 65_536;
/** Transparent for music made of synthesizers. */
const MP3_KBPS = 192;
const OGG_QUALITY = 5;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** ID3v2.3: what a player shows. Texts are UTF-16, the one encoding of that version that knows every letter. */
export function id3({ title, genre, bpm, key }: Tags): Uint8Array {
  const frames = [
    ["TIT2", title],
    ["TCON", genre],
    ["TBPM", String(Math.round(bpm))],
    ["TKEY", key],
    ["TENC", "Impresario, algorithmic composition"],
  ].map(([name, value]) => {
    const body = Buffer.concat([Buffer.from([1, 0xff, 0xfe]), Buffer.from(value!, "utf16le")]);
    const head = Buffer.alloc(10);
    head.write(name!, "latin1");
    head.writeUInt32BE(body.length, 4);
    return Buffer.concat([head, body]);
  });
  const body = Buffer.concat(frames);
  const n = body.length;
  return joined([
    Uint8Array.of(0x49, 0x44, 0x33, 3, 0, 0, (n >> 21) & 127, (n >> 14) & 127, (n >> 7) & 127, n & 127),
    body,
  ]);
}

export async function encode(
  kind: Encoding,
  sides: readonly Float32Array[],
  rate: number,
  tags?: Tags,
): Promise<Uint8Array> {
  const { createMp3Encoder, createOggEncoder } = await import("wasm-media-encoders");
  const channels = sides.length === 1 ? 1 : 2;
  const parts: Uint8Array[] = [];
  if (kind === "mp3" && tags) parts.push(id3(tags));
  // What an encoder answers is its own memory, used again for the next piece.
  const run = (encoder: { encode(samples: readonly Float32Array[]): Uint8Array; finalize(): Uint8Array }) => {
    for (let at = 0; at < sides[0]!.length; at += PIECE)
      parts.push(encoder.encode(sides.map((s) => s.subarray(at, at + PIECE))).slice());
    parts.push(encoder.finalize().slice());
  };
  if (kind === "mp3") {
    const encoder = await createMp3Encoder();
    encoder.configure({ channels, sampleRate: rate, bitrate: MP3_KBPS });
    run(encoder);
  } else {
    const encoder = await createOggEncoder();
    encoder.configure({ channels, sampleRate: rate, vbrQuality: OGG_QUALITY, oggSerialNo: 1 });
    run(encoder);
  }
  return joined(parts);
}
