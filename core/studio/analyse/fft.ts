// The spectrum of a real signal: radix two, tables made once for a size.

export type Spectrum = (frame: Float64Array, magnitudes: Float64Array) => void;

/** Windowed (Hann) magnitudes of `size` samples, size / 2 of them. */
export function spectrum(size: number): Spectrum {
  const half = size / 2;
  const [cos, sin] = [new Float64Array(half), new Float64Array(half)];
  const window = Float64Array.from(
    { length: size },
    (_, i) => (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size)) * (4 / size),
  );
  const swap = new Uint32Array(size);
  for (let i = 0; i < half; i++) {
    cos[i] = Math.cos((2 * Math.PI * i) / size);
    sin[i] = -Math.sin((2 * Math.PI * i) / size);
  }
  for (let i = 1; i < size; i++) swap[i] = (swap[i >> 1]! >> 1) | (i & 1 ? half : 0);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  return (frame, magnitudes) => {
    for (let i = 0; i < size; i++) {
      re[swap[i]!] = frame[i]! * window[i]!;
      im[i] = 0;
    }
    for (let span = 1; span < size; span *= 2) {
      const step = half / span;
      for (let at = 0; at < size; at += span * 2) {
        for (let k = 0; k < span; k++) {
          const [a, b] = [at + k, at + k + span];
          const [c, s] = [cos[k * step]!, sin[k * step]!];
          const x = re[b]! * c - im[b]! * s;
          const y = re[b]! * s + im[b]! * c;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a]! += x;
          im[a]! += y;
        }
      }
    }
    for (let i = 0; i < half; i++) magnitudes[i] = Math.hypot(re[i]!, im[i]!);
  };
}
