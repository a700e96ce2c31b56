// What is heard when there is nothing else to hear: a quiet chord that swells and ebbs, made here, so that it is there
// at once and needs no file.
import { factor, RATE, type Stereo } from "./sound.ts";

/** A minor ninth, open: nobody takes it for a fault, and nobody for a song. */
const NOTES = [110, 164.81, 220, 261.63, 329.63, 493.88];
const LEVEL = factor(-27);

export type Bed = { pull(out: Stereo, count: number): void };

export function makeBed(): Bed {
  const voices = NOTES.map((hertz, i) => ({
    step: (2 * Math.PI * hertz) / RATE,
    // Slightly apart on both sides, and each at its own slow pace.
    apart: (2 * Math.PI * (hertz + 0.23 + i * 0.07)) / RATE,
    slow: (2 * Math.PI * (0.037 + i * 0.013)) / RATE,
    level: LEVEL / Math.sqrt(1 + i * 0.5),
    at: 0,
  }));
  return {
    pull({ left, right }, count) {
      left.fill(0, 0, count);
      right.fill(0, 0, count);
      for (const voice of voices) {
        for (let i = 0; i < count; i++, voice.at++) {
          const level = voice.level * (0.62 + 0.38 * Math.sin(voice.slow * voice.at + voice.step * 40_000));
          left[i]! += level * Math.sin(voice.step * voice.at);
          right[i]! += level * Math.sin(voice.apart * voice.at);
        }
      }
    },
  };
}
