// Looks at a film as somebody with little time would: twice a second, at a few points. Finds what is black and what stands still.

export type Seen = {
  seconds: number;
  /** Seconds in one piece, the longest. */
  black: number;
  frozen: number;
};

/** Luma of a frame that nobody calls dark: at most this is black, noise and all. */
const BLACK = 24;
/** A picture whose points change less than this on average is the same picture. */
const STILL = 0.15;
const GRID = 32;
const EVERY = 0.5;

export function makeLooker(width: number, height: number, fps: number) {
  const each = Math.max(1, Math.round(fps * EVERY));
  const longest = { black: 0, frozen: 0 };
  let [black, frozen, frames] = [0, 0, 0];
  let last: Float32Array | undefined;
  return {
    /** Luma first, a row after the other. */
    look(frame: Uint8Array): void {
      if (frames++ % each > 0) return;
      const points = new Float32Array(GRID * GRID);
      let brightest = 0;
      for (let i = 0; i < points.length; i++) {
        const [x, y] = [i % GRID, Math.floor(i / GRID)];
        const at = Math.floor(((y + 0.5) * height) / GRID) * width + Math.floor(((x + 0.5) * width) / GRID);
        points[i] = frame[at]!;
        brightest = Math.max(brightest, points[i]!);
      }
      const before = last;
      const moved = before ? points.reduce((sum, p, i) => sum + Math.abs(p - before[i]!), 0) / points.length : 255;
      black = brightest <= BLACK ? black + EVERY : 0;
      frozen = moved < STILL ? frozen + EVERY : 0;
      longest.black = Math.max(longest.black, black);
      longest.frozen = Math.max(longest.frozen, frozen);
      last = points;
    },
    seen: (): Seen => ({ seconds: frames / fps, ...longest }),
  };
}
