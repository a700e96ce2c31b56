// A sound on its way, in pieces: in memory where it is short, else in a file that nobody else can open.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { cut, type Stereo, stereo } from "./effects.ts";

export type Tape = {
  pieces: number;
  /** What is there, until the next is read. It may be changed and written back. */
  read(piece: number): Stereo;
  write(piece: number, sound: Stereo): void;
  close(): void;
};

/** All of it is one piece. */
export function memoryTape(): Tape {
  let held = stereo(0);
  return {
    pieces: 1,
    read: () => held,
    write(_, sound) {
      held = sound;
    },
    close() {},
  };
}

/** `folder`: where the file is while it is needed. */
export function fileTape(samples: number, most: number, folder: string): Tape {
  const own = mkdtempSync(join(folder, "tape-"));
  const file = openSync(join(own, "samples"), "wx+", 0o600);
  const room = stereo(most);
  const wide = Float32Array.BYTES_PER_ELEMENT;
  const lengthOf = (n: number) => Math.min(most, samples - n * most);
  const bytesOf = (side: Float32Array) => new Uint8Array(side.buffer, side.byteOffset, side.byteLength);
  const each = (n: number, sound: Stereo, work: (bytes: Uint8Array, place: number) => number) => {
    for (const [s, side] of [sound.left, sound.right].entries()) {
      const bytes = bytesOf(side);
      const place = (2 * n * most + s * lengthOf(n)) * wide;
      for (let at = 0; at < bytes.length; ) {
        const done = work(bytes.subarray(at), place + at);
        if (done === 0) throw new Error("The tape ended too early.");
        at += done;
      }
    }
  };
  return {
    pieces: Math.ceil(samples / most),
    read(n) {
      const sound = cut(room, 0, lengthOf(n));
      each(n, sound, (bytes, place) => readSync(file, bytes, 0, bytes.length, place));
      return sound;
    },
    write: (n, sound) => each(n, sound, (bytes, place) => writeSync(file, bytes, 0, bytes.length, place)),
    close() {
      closeSync(file);
      rmSync(own, { recursive: true, force: true });
    },
  };
}
