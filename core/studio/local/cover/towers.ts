// A row of towers with some of their windows lit.
import { between, chance } from "../score/random.ts";
import { type Canvas, n, rect } from "./svg.ts";

export function towers(
  { width, height, r }: Canvas,
  base: number,
  tall: number,
  fill: string,
  lit: string,
  windows: number,
): string {
  let out = "";
  for (let x = -20; x < width; ) {
    const w = between(r, 0.035, 0.09) * width;
    const h = between(r, 0.25, 1) * tall * height;
    const top = base * height - h;
    out += rect(x, top, w + 1, height - top, fill);
    if (chance(r, 0.25)) out += rect(x + w * 0.45, top - h * 0.18, w * 0.06, h * 0.18, fill);
    const step = width / 90;
    for (let wx = x + step * 0.6; wx < x + w - step * 0.5; wx += step)
      for (let wy = top + step; wy < base * height + height * 0.1; wy += step * 1.35)
        if (chance(r, windows)) out += rect(wx, wy, step * 0.42, step * 0.6, lit, `opacity="${n(between(r, 0.4, 1))}"`);
    x += w + (chance(r, 0.3) ? width * 0.012 : 0);
  }
  return out;
}
