// The frames of an MP3 as they stand in the file: what a container needs to know of them.

export type Frames = { rate: number; channels: number; perFrame: number; frames: Uint8Array[] };

const KBPS_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES = [44_100, 48_000, 32_000];

type Head = { size: number; rate: number; channels: number; perFrame: number };

function headOf(bytes: Uint8Array, at: number): Head | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1]! & 0xe6) !== 0xe2) return undefined;
  const version = (bytes[at + 1]! >> 3) & 3;
  const [kbps, third] = [bytes[at + 2]! >> 4, (bytes[at + 2]! >> 2) & 3];
  if (version === 1 || kbps === 0 || kbps === 15 || third === 3) return undefined;
  const first = version === 3;
  const rate = RATES[third]! / (first ? 1 : version === 2 ? 2 : 4);
  const perFrame = first ? 1152 : 576;
  const size =
    Math.floor(((perFrame / 8) * (first ? KBPS_1 : KBPS_2)[kbps]! * 1000) / rate) + ((bytes[at + 2]! >> 1) & 1);
  return { size, rate, channels: bytes[at + 3]! >> 6 === 3 ? 1 : 2, perFrame };
}

/** Encoders put a frame in front that holds no sound, only what they know about the file. */
const tells = (frame: Uint8Array): boolean => /Xing|Info|VBRI/.test(String.fromCharCode(...frame.subarray(0, 64)));

export function framesOf(bytes: Uint8Array): Frames {
  let at = 0;
  if (bytes[0] === 0x49 && bytes[1] === 0x44 && bytes[2] === 0x33)
    at = 10 + ((bytes[6]! << 21) | (bytes[7]! << 14) | (bytes[8]! << 7) | bytes[9]!);
  const frames: Uint8Array[] = [];
  let first: Head | undefined;
  while (at + 4 <= bytes.length) {
    const head = headOf(bytes, at);
    if (!head || (first && head.rate !== first.rate) || at + head.size > bytes.length) {
      at++;
      continue;
    }
    const frame = bytes.subarray(at, at + head.size);
    if (first || !tells(frame)) frames.push(frame);
    first ??= head;
    at += head.size;
  }
  if (!first || frames.length === 0) throw new Error("There is no MP3 frame in these bytes.");
  return { rate: first.rate, channels: first.channels, perFrame: first.perFrame, frames };
}
