// A room: eight delay lines that feed each other through a mirror, each a little darker every time round (Jot's network).
import type { Stereo } from "./effects.ts";

/** Seconds; no two have a common measure, so that echoes do not pile up into a pitch. */
const LINES = [0.0297, 0.0371, 0.0411, 0.0437, 0.0533, 0.0617, 0.0683, 0.0797];
const SPREAD = [0.0047, 0.0036, 0.0127, 0.0093];

function makeDiffuser(rate: number, shift: number): (side: Float32Array) => void {
  const lines = SPREAD.map((seconds) => new Float32Array(Math.max(1, Math.round((seconds + shift) * rate))));
  const places = lines.map(() => 0);
  return (side) => {
    lines.forEach((line, n) => {
      let at = places[n]!;
      for (let i = 0; i < side.length; i++) {
        const late = line[at]!;
        const x = side[i]! + late * 0.6;
        line[at] = x;
        side[i] = late - x * 0.6;
        if (++at === line.length) at = 0;
      }
      places[n] = at;
    });
  };
}

/** Comes so many samples later. */
function makeLate(samples: number): (side: Float32Array) => void {
  const line = new Float32Array(samples);
  let at = 0;
  return (side) => {
    if (samples === 0) return;
    for (let i = 0; i < side.length; i++) {
      const x = line[at]!;
      line[at] = side[i]!;
      side[i] = x;
      if (++at === samples) at = 0;
    }
  };
}

/** Plays `send` into the room and the room into `out`, a piece after the other; what `send` was is gone afterwards. */
export function makeRoom(
  rate: number,
  { seconds, damp, before }: { seconds: number; damp: number; before: number },
): (send: Stereo, out: Stereo) => void {
  const scale = 0.75 + Math.min(1, seconds / 6) * 0.9;
  const lengths = LINES.map((s) => Math.round(s * scale * rate));
  const start = Int32Array.from(lengths, (_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0));
  const memory = new Float32Array(lengths.reduce((a, b) => a + b, 0));
  const keep = Float64Array.from(lengths, (n) => 0.001 ** (n / rate / seconds));
  const dark = 1 - damp * 0.9;
  const at = new Int32Array(8);
  const length = Int32Array.from(lengths);
  const y = new Float64Array(8);
  const smooth = new Float64Array(8);
  const lateness = Math.round((before / 1000) * rate);
  const sides = [
    [makeDiffuser(rate, 0), makeLate(lateness)],
    [makeDiffuser(rate, 0.0006), makeLate(lateness)],
  ] as const;
  return (send, out) => {
    [send.left, send.right].forEach((side, n) => {
      for (const through of sides[n]!) through(side);
    });
    const { left, right } = send;
    for (let i = 0; i < left.length; i++) {
      const l = left[i]! * 0.35;
      const r = right[i]! * 0.35;
      let sum = 0;
      for (let n = 0; n < 8; n++) {
        smooth[n]! += (memory[start[n]! + at[n]!]! - smooth[n]!) * dark;
        const v = smooth[n]! * keep[n]!;
        y[n] = v;
        sum += v;
      }
      out.left[i] = y[0]! - y[2]! + y[4]! - y[6]!;
      out.right[i] = y[1]! - y[3]! + y[5]! - y[7]!;
      // Householder's mirror keeps all energy: two eighths of the sum away from each.
      sum *= 0.25;
      for (let n = 0; n < 8; n++) {
        memory[start[n]! + at[n]!] = (n & 1 ? r : l) + y[n]! - sum;
        if (++at[n]! === length[n]!) at[n] = 0;
      }
    }
  };
}
