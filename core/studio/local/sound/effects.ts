// What happens to a whole track: filters, chorus, tremolo, ducking under the kick; and the two rooms that all share.

export type Stereo = { left: Float32Array; right: Float32Array };
export const stereo = (length: number): Stereo => ({ left: new Float32Array(length), right: new Float32Array(length) });

/** A high-pass of second order (Butterworth): takes rumble away so that only bass and kick live below. */
export function highPass(side: Float32Array, rate: number, cut: number): void {
  const w = Math.tan((Math.PI * cut) / rate);
  const n = 1 / (1 + Math.SQRT2 * w + w * w);
  const a1 = 2 * (w * w - 1) * n;
  const a2 = (1 - Math.SQRT2 * w + w * w) * n;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < side.length; i++) {
    const x = side[i]!;
    const y = (x - 2 * x1 + x2) * n - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    side[i] = y;
  }
}

/** Two copies, each a few milliseconds late and swaying against the other. */
export function chorus(track: Stereo, rate: number, depth: number): void {
  const size = 4096;
  const line = new Float32Array(size);
  const { left, right } = track;
  const middle = 0.011 * rate;
  const sway = 0.0026 * rate * depth;
  const wet = 0.45 * depth;
  const turn = (2 * Math.PI * 0.55) / rate;
  let [c, s] = [1, 0];
  const [ct, st] = [Math.cos(turn), Math.sin(turn)];
  for (let i = 0; i < left.length; i++) {
    const at = i & (size - 1);
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
}

/** Louder and softer; `wide` lets the sides take turns, as the cabinet of an electric piano does. */
export function tremolo(track: Stereo, rate: number, hertz: number, depth: number, wide: boolean): void {
  const turn = (2 * Math.PI * hertz) / rate;
  const { left, right } = track;
  for (let i = 0; i < left.length; i++) {
    const s = Math.sin(turn * i) * 0.5 * depth;
    left[i]! *= 1 - 0.5 * depth + s;
    right[i]! *= 1 - 0.5 * depth + (wide ? -s : s);
  }
}

/** Side-chain: everything steps back for the kick and is back within a beat. */
export function duck(track: Stereo, rate: number, kicks: readonly number[], depth: number, recover: number): void {
  const { left, right } = track;
  const back = recover * rate;
  const dip = Math.round(0.006 * rate);
  for (let k = 0; k < kicks.length; k++) {
    const from = Math.max(0, kicks[k]! - dip);
    const to = Math.min(left.length, Math.ceil(kicks[k]! + back), (kicks[k + 1] ?? left.length) - dip);
    // Where the next kick comes before it has recovered, it goes down from where it is.
    for (let i = from; i < to; i++) {
      const t = (i - kicks[k]!) / back;
      const gain = i < kicks[k]! ? 1 - (depth * (i - from)) / dip : 1 - depth * (1 - t) ** 2;
      left[i]! *= gain;
      right[i]! *= gain;
    }
  }
}

/** Echoes in time with the song that cross from side to side and grow darker. */
export function pingPong(
  send: Float32Array,
  out: Stereo,
  rate: number,
  { seconds, feedback }: { seconds: number; feedback: number },
): Stereo {
  const length = Math.max(1, Math.round(seconds * rate));
  const [a, b] = [new Float32Array(length), new Float32Array(length)];
  const cut = 1 - Math.exp((-2 * Math.PI * 3400) / rate);
  const low = 1 - Math.exp((-2 * Math.PI * 220) / rate);
  let [at, l, r, hl, hr] = [0, 0, 0, 0, 0];
  for (let i = 0; i < send.length; i++) {
    const x = a[at]!;
    const y = b[at]!;
    l += (x - l) * cut;
    r += (y - r) * cut;
    hl += (l - hl) * low;
    hr += (r - hr) * low;
    a[at] = send[i]! + (r - hr) * feedback;
    b[at] = (l - hl) * Math.min(0.95, feedback + 0.3);
    if (++at === length) at = 0;
    out.left[i] = x;
    out.right[i] = y;
  }
  return out;
}
