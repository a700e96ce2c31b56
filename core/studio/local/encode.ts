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

/** Takes a sound piece after piece. */
export type Encoder = { push(sides: readonly Float32Array[]): void; end(): Uint8Array };

export async function openEncoder(kind: Encoding, channels: 1 | 2, rate: number, tags?: Tags): Promise<Encoder> {
  const { createMp3Encoder, createOggEncoder } = await import("wasm-media-encoders");
  const parts: Uint8Array[] = kind === "mp3" && tags ? [id3(tags)] : [];
  const configured = async () => {
    if (kind === "ogg") {
      const encoder = await createOggEncoder();
      encoder.configure({ channels, sampleRate: rate, vbrQuality: OGG_QUALITY, oggSerialNo: 1 });
      return encoder;
    }
    const encoder = await createMp3Encoder();
    encoder.configure({ channels, sampleRate: rate, bitrate: MP3_KBPS });
    return encoder;
  };
  const encoder = await configured();
  return {
    push(sides) {
      // What an encoder answers is its own memory, used again for the next piece.
      for (let at = 0; at < sides[0]!.length; at += PIECE)
        parts.push(encoder.encode(sides.map((s) => s.subarray(at, at + PIECE))).slice());
    },
    end() {
      parts.push(encoder.finalize().slice());
      return joined(parts);
    },
  };
}

export async function encode(
  kind: Encoding,
  sides: readonly Float32Array[],
  rate: number,
  tags?: Tags,
): Promise<Uint8Array> {
  const encoder = await openEncoder(kind, sides.length === 1 ? 1 : 2, rate, tags);
  encoder.push(sides);
  return encoder.end();
}
