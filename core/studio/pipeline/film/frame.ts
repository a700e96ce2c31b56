// One frame of a film as luma and chroma: a scene's picture moves slowly, the next one comes over it, a caption lies on top.

/** BT.709 for what players show at 720 lines and more, BT.601 below: each in the range of video. */
export type Matrix = "709" | "601";
const WEIGHTS: Record<Matrix, readonly [number, number]> = { "709": [0.2126, 0.0722], "601": [0.299, 0.114] };

export type Plane = { width: number; height: number; yuv: Uint8Array };
/** Of a caption: how much it covers, for luma and for the coarser chroma; its rows in the frame. */
export type Overlay = Plane & { alpha: Uint8Array; thin: Uint8Array; top: number; from: number; to: number };

export function toPlane(rgba: Uint8Array, width: number, height: number, matrix: Matrix): Plane {
  const [kr, kb] = WEIGHTS[matrix];
  const kg = 1 - kr - kb;
  const yuv = new Uint8Array((width * height * 3) / 2);
  const [u, v, half] = [width * height, (width * height * 5) / 4, width >> 1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 4;
      const [r, g, b] = [rgba[i]!, rgba[i + 1]!, rgba[i + 2]!];
      const luma = kr * r + kg * g + kb * b;
      yuv[y * width + x] = 16.5 + luma * (219 / 255);
      if (y % 2 || x % 2) continue;
      const c = (y >> 1) * half + (x >> 1);
      yuv[u + c] = 128.5 + ((b - luma) / (2 * (1 - kb))) * (224 / 255);
      yuv[v + c] = 128.5 + ((r - luma) / (2 * (1 - kr))) * (224 / 255);
    }
  }
  return { width, height, yuv };
}

export function toOverlay(
  {
    pixels,
    width,
    height,
    top,
    from,
    to,
  }: { pixels: Uint8Array; width: number; height: number; top: number; from: number; to: number },
  matrix: Matrix,
): Overlay {
  const alpha = new Uint8Array(width * height);
  const thin = new Uint8Array((width * height) / 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const a = pixels[(y * width + x) * 4 + 3]!;
      alpha[y * width + x] = a;
      if (y % 2 === 0 && x % 2 === 0) thin[(y >> 1) * (width >> 1) + (x >> 1)] = a;
    }
  return { ...toPlane(pixels, width, height, matrix), alpha, thin, top, from, to };
}

/** Moves over a plate that is larger than the frame on one side: `share` from 0 to 1 of the room, between pixels too. */
export function pan(plate: Plane, out: Uint8Array, width: number, height: number, share: number): void {
  layer(plate.yuv, 0, plate.width, plate.height, out, 0, width, height, share);
  const [from, to] = [plate.width * plate.height, width * height];
  const [pw, ph, w, h] = [plate.width >> 1, plate.height >> 1, width >> 1, height >> 1];
  for (let n = 0; n < 2; n++) layer(plate.yuv, from + n * pw * ph, pw, ph, out, to + n * w * h, w, h, share);
}

function layer(
  src: Uint8Array,
  from: number,
  sw: number,
  sh: number,
  out: Uint8Array,
  to: number,
  w: number,
  h: number,
  share: number,
): void {
  const sideways = sw - w > sh - h;
  const room = Math.max(0, (sideways ? sw - w : sh - h) - 1);
  const at = room * share;
  const whole = Math.floor(at);
  const part = Math.round((at - whole) * 256);
  const rest = 256 - part;
  const next = sideways ? 1 : sw;
  const start = from + (sideways ? whole + ((sh - h) >> 1) * sw : whole * sw + ((sw - w) >> 1));
  for (let y = 0; y < h; y++) {
    let i = start + y * sw;
    const end = to + (y + 1) * w;
    for (let o = to + y * w; o < end; o++, i++) out[o] = (src[i]! * rest + src[i + next]! * part + 128) >> 8;
  }
}

/** `over` comes over `out`: 0 nothing of it, 256 all. */
export function blend(out: Uint8Array, over: Uint8Array, weight: number): void {
  const rest = 256 - weight;
  for (let i = 0; i < out.length; i++) out[i] = (out[i]! * rest + over[i]! * weight + 128) >> 8;
}

export function darken(out: Uint8Array, luma: number, light: number): void {
  for (let i = 0; i < luma; i++) out[i] = 16 + (out[i]! - 16) * light;
  for (let i = luma; i < out.length; i++) out[i] = 128 + (out[i]! - 128) * light;
}

export function lay(overlay: Overlay, out: Uint8Array, width: number, height: number): void {
  const { yuv, alpha, thin, top } = overlay;
  cover(yuv, 0, alpha, out, top * width, overlay.width * overlay.height);
  const own = overlay.width * overlay.height;
  const [all, half] = [width * height, (top >> 1) * (width >> 1)];
  for (let n = 0; n < 2; n++) cover(yuv, own + (n * own) / 4, thin, out, all + (n * all) / 4 + half, own / 4);
}

function cover(src: Uint8Array, from: number, alpha: Uint8Array, out: Uint8Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const a = alpha[i]!;
    if (a === 0) continue;
    const o = to + i;
    out[o] = (src[from + i]! * a + out[o]! * (255 - a) + 127) / 255;
  }
}
