// Cuts what an encoder gives into its frames: each stands for itself, so a segment may begin and a listener join at any.
export type Codec = "aac" | "mp3";
export type Frame = { bytes: Uint8Array; samples: number };

export const TYPES: Readonly<Record<Codec, string>> = { aac: "audio/aac", mp3: "audio/mpeg" };

/** Of MPEG 1, layer III, in thousands of bits a second. */
const KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const RATES = [44_100, 48_000, 32_000, 0];

/** The length of the frame that begins here: 0 when none does, undefined when more bytes are needed to know. */
function lengthOf(codec: Codec, bytes: Uint8Array, at: number): number | undefined {
  if (at + 7 > bytes.length) return undefined;
  if (bytes[at] !== 0xff) return 0;
  if (codec === "aac") {
    if ((bytes[at + 1]! & 0xf6) !== 0xf0) return 0;
    const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
    return length > 7 ? length : 0;
  }
  if ((bytes[at + 1]! & 0xfe) !== 0xfa) return 0;
  const kbps = KBPS[bytes[at + 2]! >> 4]!;
  const rate = RATES[(bytes[at + 2]! >> 2) & 3]!;
  return kbps && rate ? Math.floor((144_000 * kbps) / rate) + ((bytes[at + 2]! >> 1) & 1) : 0;
}

const SAMPLES: Readonly<Record<Codec, number>> = { aac: 1024, mp3: 1152 };

/** Keeps what is not whole yet; passes over what is no frame. */
export function splitter(codec: Codec): (bytes: Uint8Array) => Frame[] {
  let rest: Uint8Array = new Uint8Array(0);
  return (more) => {
    const bytes = rest.length === 0 ? more : Buffer.concat([rest, more]);
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      const length = lengthOf(codec, bytes, at);
      if (length === undefined || (length > 0 && at + length > bytes.length)) break;
      if (length > 0) frames.push({ bytes: bytes.slice(at, at + length), samples: SAMPLES[codec] });
      at += length || 1;
    }
    rest = bytes.slice(at);
    return frames;
  };
}
