// The list of processes is open to everybody on a machine, so ffmpeg is not told the key of a stream: it says a mask of the
// same length, and here, on the way to the server, the key takes the mask's place. Nothing else of RTMP is touched.

/** C0, C1 and C2: the handshake of the one who calls. */
const HANDSHAKE = 1 + 2 * 1536;
const HEADS = [11, 7, 3, 0] as const;
const [SET_CHUNK, COMMAND] = [1, 20];
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** As long as the key, in bytes. */
export function maskOf(key: string, random: () => number): string {
  const letter = () => LETTERS[Math.floor(random() * LETTERS.length)];
  return Array.from({ length: Buffer.byteLength(key) }, letter).join("");
}

type Message = { type: number; length: number; at: number[] };

/** A string of AMF: its kind, its length, itself. */
function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([2, bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** Give it all that is sent, in order; it answers with what is to be sent. What is not whole yet is kept for the next. */
export function unmask(mask: string, key: string): (bytes: Uint8Array) => Buffer {
  const [masked, real, publish] = [string(mask), string(key), string("publish")];
  const messages = new Map<number, Message>();
  let held: Buffer = Buffer.alloc(0);
  /** What of it was looked at already. */
  let seen = 0;
  let [greeting, size, over] = [HANDSHAKE, 128, false];

  function finish({ type, at }: Message): void {
    const body = Buffer.from(at.map((i) => held[i]!));
    if (type === SET_CHUNK && body.length >= 4) size = body.readUInt32BE(0) & 0x7fffffff;
    if (type !== COMMAND) return;
    for (let from = body.indexOf(masked); from >= 0; from = body.indexOf(masked, from + masked.length))
      for (let i = 0; i < real.length; i++) held[at[from + i]!] = real[i]!;
    // The name of the stream has been said: from here on it is sound and picture, as they are.
    if (body.indexOf(publish) === 0) over = true;
  }

  /** Where the chunk that begins here ends; undefined: it is not whole. */
  function chunk(start: number): number | undefined {
    const [format, id] = [held[start]! >> 6, held[start]! & 63];
    const more = id === 0 ? 1 : id === 1 ? 2 : 0;
    const head = start + 1 + more;
    const long = head + HEADS[format as 0 | 1 | 2 | 3];
    if (held.length < long) return undefined;
    const lane = more === 0 ? id : 64 + held[start + 1]! + (more === 2 ? 256 * held[start + 2]! : 0);
    const before = messages.get(lane);
    const fresh = format < 2 || !before;
    const message: Message = fresh
      ? { type: format < 2 ? held[head + 6]! : 0, length: format < 2 ? held.readUIntBE(head + 3, 3) : 0, at: [] }
      : before;
    const late = format < 3 && held.readUIntBE(head, 3) === 0xffffff ? 4 : 0;
    const part = Math.min(size, message.length - message.at.length);
    const end = long + late + part;
    if (held.length < end) return undefined;
    for (let i = end - part; i < end; i++) message.at.push(i);
    messages.set(lane, message);
    if (message.at.length < message.length) return end;
    finish(message);
    message.at = [];
    return end;
  }

  return (bytes) => {
    if (over) return Buffer.from(bytes);
    held = Buffer.concat([held, bytes]);
    const hello = Math.min(greeting, held.length);
    greeting -= hello;
    seen += hello;
    let whole = hello;
    while (seen < held.length && !over) {
      const end = chunk(seen);
      if (end === undefined) break;
      seen = end;
      // A message in pieces goes out when its last one is here: only then is it known what it says.
      if ([...messages.values()].every((m) => m.at.length === 0)) whole = seen;
    }
    if (over) whole = held.length;
    const out = held.subarray(0, whole);
    held = Buffer.from(held.subarray(whole));
    seen -= whole;
    for (const m of messages.values()) m.at = m.at.map((i) => i - whole);
    return out;
  };
}
