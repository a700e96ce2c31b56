// The pictures of three genres: a street at night, a road in the desert, a window.
import { between, pick } from "../score/random.ts";
import { type Art, blur, type Canvas, circle, fall, glow, line, n, rect, shape } from "./svg.ts";
import { towers } from "./towers.ts";

export function noir(c: Canvas): Art {
  const { width: w, height: h, r } = c;
  const [x, y] = [between(r, 0.3, 0.7) * w, between(r, 0.16, 0.26) * h];
  let rain = "";
  for (let i = 0; i < 150; i++) {
    const [rx, ry, length] = [r() * w, r() * h, between(r, 0.015, 0.07) * h];
    rain += line(
      rx,
      ry,
      rx - length * 0.12,
      ry + length,
      "#dfe5ec",
      between(r, 0.6, 1.8) * (w / 1200),
      `opacity="${n(between(r, 0.1, 0.5))}"`,
    );
  }
  let drops = "";
  for (let i = 0; i < 26; i++)
    drops += circle(
      r() * w,
      between(r, 0.3, 1) * h,
      between(r, 0.008, 0.03) * h,
      pick(r, ["#f2b25a", "#c9d2dd", "#8f98a6"]),
      `opacity="${n(between(r, 0.1, 0.4))}" filter="url(#soft)"`,
    );
  let blinds = "";
  for (let i = 0; i < 22; i++) blinds += rect(0, i * h * 0.046, w, h * 0.02, "#05060a", 'opacity="0.34"');
  const spread = between(r, 0.28, 0.4) * w;
  return {
    back: "url(#wall)",
    defs:
      fall("wall", ["#1b1e25", "#10131a", "#06070a"]) +
      glow("lamp", "#ffcf87", 0.95) +
      `<linearGradient id="cone" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffcf87" stop-opacity="0.6"/><stop offset="1" stop-color="#ffcf87" stop-opacity="0"/></linearGradient>` +
      blur("soft", h / 150),
    body:
      towers({ ...c }, 0.98, 0.5, "#0c0e13", "#f2c27a", 0.07) +
      shape(
        [
          [x - w * 0.03, y],
          [x + w * 0.03, y],
          [x + spread, h],
          [x - spread, h],
        ],
        "url(#cone)",
      ) +
      circle(x, y, h * 0.22, "url(#lamp)") +
      line(x, 0, x, y - h * 0.03, "#07080b", w / 240) +
      shape(
        [
          [x - w * 0.015, y - h * 0.04],
          [x + w * 0.015, y - h * 0.04],
          [x + w * 0.055, y],
          [x - w * 0.055, y],
        ],
        "#0a0b0e",
      ) +
      circle(x, y, h * 0.014, "#fff3d6") +
      drops +
      blinds +
      rain,
  };
}

export function country(c: Canvas): Art {
  const { width: w, height: h, r } = c;
  const sky = pick(r, [
    ["#2c5f8a", "#86b3c4", "#f5d9a2", "#f3a15f"],
    ["#5a3a6e", "#c4627a", "#f5a46a", "#ffd78a"],
    ["#7fa7b5", "#d9d3b0", "#f0c179"],
  ]);
  const horizon = between(r, 0.58, 0.66) * h;
  const x = between(r, 0.2, 0.8) * w;
  let mesas = "";
  for (let i = 0; i < 4; i++) {
    const [mx, mw, mh] = [between(r, -0.1, 0.95) * w, between(r, 0.1, 0.3) * w, between(r, 0.05, 0.2) * h];
    mesas += shape(
      [
        [mx, horizon + 2],
        [mx + mw * 0.14, horizon - mh * 0.75],
        [mx + mw * 0.2, horizon - mh],
        [mx + mw * 0.8, horizon - mh],
        [mx + mw * 0.86, horizon - mh * 0.7],
        [mx + mw, horizon + 2],
      ],
      pick(r, ["#8a4a33", "#a0563a", "#74402f"]),
    );
  }
  const vanish = between(r, 0.42, 0.6) * w;
  let dashes = "";
  for (let i = 0; i < 9; i++) {
    const [a, b] = [((i + 0.15) / 9) ** 2, ((i + 0.6) / 9) ** 2];
    const at = (t: number) => horizon + (h - horizon) * t;
    dashes += shape(
      [
        [vanish - 9 * a * (w / 1200), at(a)],
        [vanish + 9 * a * (w / 1200), at(a)],
        [vanish + 9 * b * (w / 1200), at(b)],
        [vanish - 9 * b * (w / 1200), at(b)],
      ],
      "#f2d27a",
    );
  }
  return {
    back: "url(#sky)",
    defs: fall("sky", sky) + fall("sand", ["#c9884e", "#8f5430", "#5a3320"]) + glow("halo", "#fff2c8", 0.9),
    body:
      circle(x, horizon - h * 0.1, h * 0.3, "url(#halo)") +
      circle(x, horizon - h * 0.1, h * 0.075, "#fff4d4") +
      mesas +
      rect(0, horizon, w, h - horizon, "url(#sand)") +
      shape(
        [
          [vanish - 3, horizon],
          [vanish + 3, horizon],
          [vanish + w * 0.34, h],
          [vanish - w * 0.34, h],
        ],
        "#3d2f2a",
      ) +
      dashes,
  };
}

export function intimate(c: Canvas): Art {
  const { width: w, height: h, r } = c;
  const [deep, warm] = pick(r, [
    ["#2a060d", "#cf4a4a"],
    ["#240a1c", "#d9567f"],
    ["#2b0f06", "#e0793f"],
  ]);
  let lights = "";
  for (let i = 0; i < 34; i++) {
    const radius = between(r, 0.015, 0.085) * h;
    lights += circle(
      r() * w,
      between(r, 0, 0.75) * h,
      radius,
      pick(r, [warm!, "#ffcf8f", "#ff8a6b"]),
      `opacity="${n(between(r, 0.08, 0.32))}"`,
    );
  }
  let candles = "";
  const first = between(r, 0.22, 0.5) * w;
  for (let i = 0; i < pick(r, [2, 3, 3]); i++) {
    const [x, tall] = [first + i * w * 0.13, between(r, 0.16, 0.32) * h];
    const top = h * 0.86 - tall;
    const f = h * 0.032;
    candles +=
      circle(x, top - f, h * 0.2, "url(#flame)") +
      rect(x - w * 0.022, top, w * 0.044, tall, "url(#wax)", 'rx="6"') +
      `<path d="M ${n(x)} ${n(top - f * 2.4)} C ${n(x + f * 0.9)} ${n(top - f)} ${n(x + f * 0.5)} ${n(top)} ${n(x)} ${n(top)} C ${n(x - f * 0.5)} ${n(top)} ${n(x - f * 0.9)} ${n(top - f)} ${n(x)} ${n(top - f * 2.4)} Z" fill="#fff0c4"/>`;
  }
  return {
    back: "url(#room)",
    defs:
      fall("room", [deep!, "#14040a", "#0a0205"]) +
      glow("flame", "#ffb45e", 0.75) +
      fall("wax", ["#f5d3a8", "#9c4f3a"]) +
      blur("soft", h / 90),
    body: `<g filter="url(#soft)">${lights}</g>${candles}${rect(0, h * 0.86, w, h * 0.14, "#0a0205", 'opacity="0.8"')}`,
  };
}
