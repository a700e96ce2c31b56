// The form that sound has everywhere in the mixer: two sides of float at one rate, in blocks of one length.
export const RATE = 48_000;
/** A frame of AAC: 21 ms. */
export const BLOCK = 1024;

export type Stereo = { left: Float32Array; right: Float32Array };

export const stereo = (length: number): Stereo => ({
  left: new Float32Array(length),
  right: new Float32Array(length),
});

export const silence = ({ left, right }: Stereo, from = 0): void => {
  left.fill(0, from);
  right.fill(0, from);
};

export const factor = (decibels: number): number => 10 ** (decibels / 20);
