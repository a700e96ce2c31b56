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

/** Mean squares of 100 ms steps after weighting, one list a side. */
function steps(side: Float32Array, rate: number, [s, h]: [Filter, Filter]): Float64Array {
  const size = Math.round(rate / 10);
  const count = Math.floor(side.length / size);
  const means = new Float64Array(count);
  let [x1, x2, y1, y2, z1, z2] = [0, 0, 0, 0, 0, 0];
  for (let n = 0, i = 0; n < count; n++) {
    let sum = 0;
    for (const end = (n + 1) * size; i < end; i++) {
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
    means[n] = sum / size;
  }
  return means;
}

const lufs = (power: number) => -0.691 + 10 * Math.log10(power);

/** Loudness of every 400 ms, one each 100 ms: for the gates, and to see where nothing happens. */
export function momentary(sides: Sides, rate: number): Float64Array {
  const filters = weighting(rate);
  const all = sides.map((side) => steps(side, rate, filters));
  const count = Math.max(0, (all[0]?.length ?? 0) - 3);
  const out = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let power = 0;
    for (const means of all) for (let i = 0; i < 4; i++) power += means[n + i]! / 4;
    out[n] = lufs(power);
  }
  return out;
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

/** The highest point of the wave that a converter will draw through the samples, as a factor of full scale. */
export function truePeak(sides: Sides): number {
  let peak = 0;
  for (const side of sides) {
    for (let i = 0; i < side.length; i++) {
      const x = Math.abs(side[i]!);
      if (x > peak) peak = x;
      // Between small samples nothing can rise above a peak that is known already; 2 is more than the filter's gain.
      if (x * 2 < peak && Math.abs(side[i + 1] ?? 0) * 2 < peak) continue;
      for (const taps of BETWEEN) {
        let y = 0;
        for (let t = 0; t < TAPS; t++) y += (side[i + t - TAPS / 2 + 1] ?? 0) * taps[t]!;
        if (y > peak) peak = y;
        else if (-y > peak) peak = -y;
      }
    }
  }
  return peak;
}

export const decibels = (factor: number): number => 20 * Math.log10(factor);
