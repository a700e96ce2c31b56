// What happens to a whole track: filters, chorus, tremolo, ducking under the kick; and the echo that all share. Each goes
// through a sound a piece after the other.

export type Stereo = { left: Float32Array; right: Float32Array };
export const stereo = (length: number): Stereo => ({ left: new Float32Array(length), right: new Float32Array(length) });
/** The same memory, seen from one place to another. */
export const cut = ({ left, right }: Stereo, from: number, to: number): Stereo => ({
  left: left.subarray(from, to),
  right: right.subarray(from, to),
});

/** Goes through a side a piece after the other, and remembers where it was. */
export type Through = (side: Float32Array) => void;

/** A high-pass of second order (Butterworth): takes rumble away so that only bass and kick live below. */
export function makeHighPass(rate: number, hertz: number): Through {
  const w = Math.tan((Math.PI * hertz) / rate);
  const n = 1 / (1 + Math.SQRT2 * w + w * w);
  const a1 = 2 * (w * w - 1) * n;
  const a2 = (1 - Math.SQRT2 * w + w * w) * n;
  let [px1, px2, py1, py2] = [0, 0, 0, 0];
  return (side) => {
    let [x1, x2, y1, y2] = [px1, px2, py1, py2];
    for (let i = 0; i < side.length; i++) {
      const x = side[i]!;
      const y = (x - 2 * x1 + x2) * n - a1 * y1 - a2 * y2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      side[i] = y;
    }
    [px1, px2, py1, py2] = [x1, x2, y1, y2];
  };
}

export function highPasses(rate: number, hertz: number): (both: Stereo) => void {
  const [left, right] = [makeHighPass(rate, hertz), makeHighPass(rate, hertz)];
  return (both) => {
    left(both.left);
    right(both.right);
  };
}

/** Two copies, each a few milliseconds late and swaying against the other. `at`: where the piece is. */
export function makeChorus(rate: number, depth: number): (track: Stereo, at: number) => void {
  const size = 4096;
  const line = new Float32Array(size);
  const middle = 0.011 * rate;
  const sway = 0.0026 * rate * depth;
  const wet = 0.45 * depth;
  const turn = (2 * Math.PI * 0.55) / rate;
  const [ct, st] = [Math.cos(turn), Math.sin(turn)];
  let [cosine, sine, next] = [1, 0, 0];
  return ({ left, right }, from) => {
    // Who did not hear what was before sways as if they had.
    let [c, s] = from === next ? [cosine, sine] : [Math.cos(turn * from), Math.sin(turn * from)];
    for (let i = 0; i < left.length; i++) {
      const at = (from + i) & (size - 1);
      line[at] = (left[i]! + right[i]!) * 0.5;
      const a = at + size - middle - sway * s;
      const b = at + size - middle * 1.13 - sway * c;
      const [ai, bi] = [a | 0, b | 0];
      const x = line[ai & (size - 1)]!;
      const y = line[bi & (size - 1)]!;
      left[i]! += wet * (x + (line[(ai + 1) & (size - 1)]! - x) * (a - ai));
      right[i]! += wet * (y + (line[(bi + 1) & (size - 1)]! - y) * (b - bi));
      const c2 = c * ct - s * st;
      s = s * ct + c * st;
      c = c2;
    }
    [cosine, sine, next] = [c, s, from + left.length];
  };
}

export type Tremolo = readonly [hertz: number, depth: number, wide: boolean];

/** Louder and softer; `wide` lets the sides take turns, as the cabinet of an electric piano does. `at`: where this piece is. */
export function tremolo({ left, right }: Stereo, rate: number, at: number, [hertz, depth, wide]: Tremolo): void {
  const turn = (2 * Math.PI * hertz) / rate;
  for (let i = 0; i < left.length; i++) {
    const s = Math.sin(turn * (at + i)) * 0.5 * depth;
    left[i]! *= 1 - 0.5 * depth + s;
    right[i]! *= 1 - 0.5 * depth + (wide ? -s : s);
  }
}

export type Ducking = { kicks: readonly number[]; depth: number; recover: number; samples: number };

/** Side-chain: everything steps back for the kick and is back within a beat. `at`: where this piece of `samples` is. */
export function duck({ left, right }: Stereo, rate: number, at: number, ducking: Ducking): void {
  const { kicks, depth, recover, samples } = ducking;
  const back = recover * rate;
  const dip = Math.round(0.006 * rate);
  const end = at + left.length;
  for (let k = 0; k < kicks.length; k++) {
    const kick = kicks[k]!;
    const from = Math.max(0, kick - dip);
    if (from >= end) return;
    const to = Math.min(samples, Math.ceil(kick + back), (kicks[k + 1] ?? samples) - dip);
    // Where the next kick comes before it has recovered, it goes down from where it is.
    for (let i = Math.max(from, at); i < Math.min(to, end); i++) {
      const t = (i - kick) / back;
      const gain = i < kick ? 1 - (depth * (i - from)) / dip : 1 - depth * (1 - t) ** 2;
      left[i - at]! *= gain;
      right[i - at]! *= gain;
    }
  }
}

/** Echoes in time with the song that cross from side to side and grow darker. */
export function makeEcho(
  rate: number,
  { seconds, feedback }: { seconds: number; feedback: number },
): (send: Float32Array, out: Stereo) => void {
  const length = Math.max(1, Math.round(seconds * rate));
  const [a, b] = [new Float32Array(length), new Float32Array(length)];
  const high = 1 - Math.exp((-2 * Math.PI * 3400) / rate);
  const low = 1 - Math.exp((-2 * Math.PI * 220) / rate);
  let [place, pl, pr, phl, phr] = [0, 0, 0, 0, 0];
  return (send, out) => {
    let [at, l, r, hl, hr] = [place, pl, pr, phl, phr];
    for (let i = 0; i < send.length; i++) {
      const x = a[at]!;
      const y = b[at]!;
      l += (x - l) * high;
      r += (y - r) * high;
      hl += (l - hl) * low;
      hr += (r - hr) * low;
      a[at] = send[i]! + (r - hr) * feedback;
      b[at] = (l - hl) * Math.min(0.95, feedback + 0.3);
      if (++at === length) at = 0;
      out.left[i] = x;
      out.right[i] = y;
    }
    [place, pl, pr, phl, phr] = [at, l, r, hl, hr];
  };
}
