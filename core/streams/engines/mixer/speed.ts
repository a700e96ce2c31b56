// How fast sound leaves the encoder, against the time that passes: over the last ten seconds.
import { RATE } from "./sound.ts";

const WINDOW_MS = 10_000;
const STEP_MS = 500;

export function makeSpeed() {
  const marks: { at: number; frames: number }[] = [];
  return {
    note(at: number, frames: number): void {
      const last = marks.at(-1);
      if (last && at - last.at < STEP_MS) return;
      marks.push({ at, frames });
      while (marks.length > 2 && at - marks[0]!.at > WINDOW_MS) marks.shift();
    },
    /** 1 while too little time has passed to know. */
    now(): number {
      const [from, to] = [marks[0], marks.at(-1)];
      if (!from || !to || to.at - from.at < WINDOW_MS / 2) return 1;
      return ((to.frames - from.frames) * 1000) / RATE / (to.at - from.at);
    },
  };
}
