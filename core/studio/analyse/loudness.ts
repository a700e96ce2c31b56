// Loudness as broadcasters measure it (ITU-R BS.1770-4: K-weighting, gates at −70 LUFS and −10 LU) and peaks between samples.

export type Sides = readonly Float32Array[];

type Filter = readonly [number, number, number, number, number];

/** The two K-weighting filters at any rate: the standard gives 48 kHz, De Man's formulas give the analogue shape. */
function weighting(rate: number): [Filter, Filter] {
  const shelf = (): Filter => {
    const k = Math.tan((Math.PI * 1681.974450955533) / rate);
    const q = 0.7071752369554196;
    const vh = 10 ** (3.999843853973347 / 20);
    const vb = vh ** 0.4996667741545416;
    const a0 = 1 + k / q + k * k;
    return [
      (vh + (vb * k) / q + k * k) / a0,
      (2 * (k * k - vh)) / a0,
      (vh - (vb * k) / q + k * k) / a0,
      (2 * (k * k - 1)) / a0,
      (1 - k / q + k * k) / a0,
    ];
  };
  const high = (): Filter => {
    const k = Math.tan((Math.PI * 38.13547087602444) / rate);
    const q = 0.5003270373238773;
    const a0 = 1 + k / q + k * k;
    return [1, -2, 1, (2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0];
  };
  return [shelf(), high()];
}

/** Mean squares of 100 ms steps of a side after weighting, however long the pieces are that it comes in. */
function makeSteps(rate: number, [s, h]: [Filter, Filter]) {
  const size = Math.round(rate / 10);
  const means: number[] = [];
  let [px1, px2, py1, py2, pz1, pz2, begun, filled] = [0, 0, 0, 0, 0, 0, 0, 0];
  const push = (side: Float32Array): void => {
    let [x1, x2, y1, y2, z1, z2] = [px1, px2, py1, py2, pz1, pz2];
    for (let i = 0; i < side.length; ) {
      let sum = begun;
      const end = Math.min(side.length, i + size - filled);
      filled += end - i;
      for (; i < end; i++) {
        const x = side[i]!;
        const y = s[0] * x + s[1] * x1 + s[2] * x2 - s[3] * y1 - s[4] * y2;
        const z = y - 2 * y1 + y2 - h[3] * z1 - h[4] * z2;
        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = y;
        z2 = z1;
        z1 = z;
        sum += z * z;
      }
      begun = sum;
      if (filled < size) break;
      means.push(sum / size);
      [begun, filled] = [0, 0];
    }
    [px1, px2, py1, py2, pz1, pz2] = [x1, x2, y1, y2, z1, z2];
  };
  return { push, means };
}

const lufs = (power: number) => -0.691 + 10 * Math.log10(power);

export type Loudness = {
  push(sides: Sides): void;
  /** Of every 400 ms so far, one each 100 ms: for the gates, and to see where nothing happens. */
  momentary(): Float64Array;
};

/** Measures what comes piece by piece. */
export function makeLoudness(rate: number, channels: number): Loudness {
  const filters = weighting(rate);
  const all = Array.from({ length: channels }, () => makeSteps(rate, filters));
  return {
    push(sides) {
      for (const [n, steps] of all.entries()) steps.push(sides[n]!);
    },
    momentary() {
      const count = Math.max(0, (all[0]?.means.length ?? 0) - 3);
      const out = new Float64Array(count);
      for (let n = 0; n < count; n++) {
        let power = 0;
        for (const { means } of all) for (let i = 0; i < 4; i++) power += means[n + i]! / 4;
        out[n] = lufs(power);
      }
      return out;
    },
  };
}

export function momentary(sides: Sides, rate: number): Float64Array {
  const loudness = makeLoudness(rate, sides.length);
  loudness.push(sides);
  return loudness.momentary();
}

export function gated(blocks: Float64Array): number {
  const mean = (floor: number): number => {
    let [sum, count] = [0, 0];
    for (const b of blocks) {
      if (b <= floor) continue;
      sum += 10 ** ((b + 0.691) / 10);
      count++;
    }
    return count === 0 ? Number.NEGATIVE_INFINITY : lufs(sum / count);
  };
  const first = mean(-70);
  return Number.isFinite(first) ? mean(Math.max(-70, first - 10)) : first;
}

/** Integrated loudness in LUFS; minus infinity for silence and for less than 0.4 s. */
export const integrated = (sides: Sides, rate: number): number => gated(momentary(sides, rate));

const TAPS = 12;
/** Three points between two samples, each from twelve around them: a windowed sinc, four times the rate. */
const BETWEEN: readonly Float64Array[] = [1, 2, 3].map((phase) => {
  const taps = Float64Array.from({ length: TAPS }, (_, i) => {
    const x = i - TAPS / 2 + 1 - phase / 4;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (TAPS / 2 + 0.5));
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * window;
  });
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((t) => t / sum);
});

/** Samples before and after one that its neighbourhood needs. */
const BEFORE = TAPS / 2 - 1;
const AFTER = TAPS / 2;
/** As many are copied at once: small enough for a processor's own memory. */
const AT_ONCE = 16_384;

export type Peak = { push(sides: Sides): void; value(): number };

/** The highest point of the wave that a converter will draw through the samples, as a factor of full scale; piece by piece. */
export function makePeak(channels: number): Peak {
  let peak = 0;
  // What comes before the first sample and after the last is silence.
  const waiting = Array.from({ length: channels }, () => ({ line: new Float32Array(AT_ONCE + TAPS), filled: BEFORE }));
  const look = (line: Float32Array, to: number): void => {
    let top = peak;
    for (let i = BEFORE; i < to; i++) {
      const x = Math.abs(line[i]!);
      if (x > top) top = x;
      // Between small samples nothing can rise above a peak that is known already; 2 is more than the filter's gain.
      if (x * 2 < top && Math.abs(line[i + 1]!) * 2 < top) continue;
      for (const taps of BETWEEN) {
        let y = 0;
        for (let t = 0; t < TAPS; t++) y += line[i + t - BEFORE]! * taps[t]!;
        if (y > top) top = y;
        else if (-y > top) top = -y;
      }
    }
    peak = top;
  };
  const push = (state: { line: Float32Array; filled: number }, side: Float32Array): void => {
    for (let at = 0; at < side.length; ) {
      const count = Math.min(side.length - at, state.line.length - state.filled);
      state.line.set(side.subarray(at, at + count), state.filled);
      state.filled += count;
      at += count;
      const whole = state.filled - AFTER;
      if (whole <= BEFORE) continue;
      look(state.line, whole);
      state.line.copyWithin(0, whole - BEFORE, state.filled);
      state.filled -= whole - BEFORE;
    }
  };
  return {
    push(sides) {
      for (const [n, state] of waiting.entries()) push(state, sides[n]!);
    },
    value() {
      for (const { line, filled } of waiting) {
        const end = line.slice(0, filled + AFTER);
        end.fill(0, filled);
        look(end, filled);
      }
      return peak;
    },
  };
}

export function truePeak(sides: Sides): number {
  const peak = makePeak(sides.length);
  peak.push(sides);
  return peak.value();
}

export const decibels = (factor: number): number => 20 * Math.log10(factor);
