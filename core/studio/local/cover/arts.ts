// One art a genre, each drawn from a seed: the same place at another hour.
import { between, chance, pick } from "../score/random.ts";
import { type Art, blur, type Canvas, circle, fall, glow, line, n, rect, ridge, shape, stars } from "./svg.ts";

function towers(
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

function cityPop(c: Canvas): Art {
  const { width: w, height: h, r } = c;
  const sky = pick(r, [
    ["#2b1b5a", "#8a3f8f", "#f2789f", "#ffc98b"],
    ["#123a6b", "#4d6fb8", "#f0a6c0", "#ffe0a8"],
    ["#1d1448", "#5c2c86", "#e0569b", "#ff9e7a"],
  ]);
  const x = between(r, 0.25, 0.75) * w;
  const sun = between(r, 0.13, 0.2) * h;
  let water = "";
  for (let i = 0; i < 26; i++)
    water += rect(
      x - sun * between(r, 0.2, 1.3),
      h * (0.83 + i * 0.007),
      sun * between(r, 0.5, 2.2),
      h * 0.0025,
      "#ffe9c9",
      `opacity="${n(between(r, 0.15, 0.6))}"`,
    );
  return {
    back: "url(#sky)",
    defs: fall("sky", sky) + glow("halo", "#fff1cf", 0.8),
    body:
      stars(c, 40, 0.35, "#fff") +
      circle(x, h * 0.5, sun * 2.6, "url(#halo)") +
      circle(x, h * 0.5, sun, "#fff1cf") +
      towers(c, 0.82, 0.3, "#6b3a86", "#ffd9a0", 0.16) +
      towers(c, 0.84, 0.42, "#2a1a4f", "#ffe6a6", 0.3) +
      rect(0, h * 0.82, w, h * 0.2, "#1b1238", 'opacity="0.85"') +
      water,
  };
}

function synthwave(c: Canvas): Art {
  const { width: w, height: h, r } = c;
  const horizon = between(r, 0.56, 0.64) * h;
  const [top, low] = pick(r, [
    ["#ffe14d", "#ff2e88"],
    ["#7df9ff", "#b026ff"],
    ["#ffb35c", "#e0218a"],
  ]);
  const sun = between(r, 0.2, 0.27) * h;
  let grid = "";
  for (let i = 0; i < 16; i++)
    grid += line(
      0,
      horizon + (h - horizon) * (i / 16) ** 2.2,
      w,
      horizon + (h - horizon) * (i / 16) ** 2.2,
      "#ff4fd8",
      1 + i * 0.12,
      'opacity="0.85"',
    );
  for (let i = -22; i <= 22; i++)
    grid += line(w / 2 + i * w * 0.022, horizon, w / 2 + i * w * 0.16, h, "#ff4fd8", 1.4, 'opacity="0.75"');
  let bars = "";
  for (let i = 0; i < 7; i++)
    bars += rect(w / 2 - sun, horizon - sun * (0.62 - i * 0.09), sun * 2, sun * (0.012 + i * 0.007), "#1a0b3c");
  return {
    back: "url(#sky)",
    defs:
      fall("sky", ["#0a0620", "#2a0f5e", "#7a1d8a"]) +
      fall("sun", [top, low]) +
      glow("halo", low, 0.55) +
      fall("ground", ["#2b0a4d", "#08031a"]),
    body:
      stars(c, 110, 0.5, "#dff6ff") +
      circle(w / 2, horizon - sun * 0.25, sun * 2.1, "url(#halo)") +
      circle(w / 2, horizon - sun * 0.25, sun, "url(#sun)") +
      bars +
      ridge(c, horizon / h + 0.01, 0.1, 18, "#1c0a3f") +
      rect(0, horizon, w, h - horizon, "url(#ground)") +
      grid +
      line(0, horizon, w, horizon, "#8ef6ff", 3),
  };
}

function ambient(c: Canvas): Art {
  const { width: w, height: h, r } = c;
  const tints = pick(r, [
    ["#3d82d8", "#6f5bd6", "#2bb3c0"],
    ["#2a6fd1", "#8c4fd0", "#d05f9c"],
    ["#1f8f9e", "#3d82d8", "#6b8cff"],
  ]);
  let clouds = "";
  tints.forEach((_, i) => {
    for (let k = 0; k < 4; k++)
      clouds += `<ellipse cx="${n(between(r, 0, 1) * w)}" cy="${n(between(r, 0.1, 0.9) * h)}" rx="${n(between(r, 0.2, 0.5) * w)}" ry="${n(between(r, 0.08, 0.26) * h)}" fill="url(#g${i})" transform="rotate(${n(between(r, -40, 40))} ${n(w / 2)} ${n(h / 2)})"/>`;
  });
  const [x, y, radius] = [between(r, 0.3, 0.72) * w, between(r, 0.34, 0.52) * h, between(r, 0.1, 0.18) * h];
  const tilt = between(r, -24, 24);
  const ring = chance(r, 0.6)
    ? `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(radius * 1.9)}" ry="${n(radius * 0.4)}" fill="none" stroke="#cfe6ff" stroke-opacity="0.55" stroke-width="${n(w / 300)}" transform="rotate(${n(tilt)} ${n(x)} ${n(y)})"/>`
    : "";
  return {
    back: "url(#sky)",
    defs:
      fall("sky", ["#050914", "#0b1733", "#101a3d"]) +
      tints.map((t, i) => glow(`g${i}`, t, 0.5)).join("") +
      fall("planet", ["#cfe3ff", "#3d5f9f", "#0b1530"]) +
      blur("soft", h / 60),
    body:
      `<g filter="url(#soft)">${clouds}</g>` +
      stars(c, 180, 1, "#eaf3ff") +
      circle(x, y, radius * 2.4, "url(#g0)") +
      circle(x, y, radius, "url(#planet)") +
      ring,
  };
}

function fitness(c: Canvas): Art {
  const { width: w, height: h, r } = c;
  const [bright, dark, mid] = pick(r, [
    ["#d7ff3e", "#0d1410", "#2f9a56"],
    ["#ffe600", "#111014", "#ff5a1f"],
    ["#5bffb0", "#0b1020", "#1f6bff"],
  ]);
  const lean = pick(r, [-1, 1]) * between(r, 0.28, 0.45);
  let bands = "";
  for (let i = 0; i < 11; i++) {
    const x = between(r, -0.3, 1.1) * w;
    const wide = between(r, 0.015, 0.13) * w;
    const colour = pick(r, [bright, bright, mid, "#ffffff"]);
    bands += shape(
      [
        [x, h],
        [x + wide, h],
        [x + wide + lean * h, 0],
        [x + lean * h, 0],
      ],
      colour!,
      `opacity="${n(between(r, 0.5, 1))}"`,
    );
  }
  let speed = "";
  for (let i = 0; i < 26; i++)
    speed += rect(
      between(r, -0.2, 0.9) * w,
      between(r, 0, 1) * h,
      between(r, 0.08, 0.5) * w,
      h * between(r, 0.001, 0.005),
      "#ffffff",
      `opacity="${n(between(r, 0.1, 0.5))}"`,
    );
  const [x, y, radius] = [between(r, 0.4, 0.7) * w, between(r, 0.3, 0.5) * h, between(r, 0.16, 0.24) * h];
  let pulse = "";
  for (let i = 0; i < 5; i++)
    pulse += `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius * (1 + i * 0.28))}" fill="none" stroke="${bright}" stroke-opacity="${n(0.9 - i * 0.17)}" stroke-width="${n((h / 55) * (1 - i * 0.15))}"/>`;
  return { back: dark!, defs: "", body: bands + speed + circle(x, y, radius, dark!) + pulse };
}

function noir(c: Canvas): Art {
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

function country(c: Canvas): Art {
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

function intimate(c: Canvas): Art {
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

export const ARTS: Record<string, (canvas: Canvas) => Art> = {
  "city-pop-anime": cityPop,
  "neon-synthwave": synthwave,
  "cosmic-ambient": ambient,
  "fitness-beats": fitness,
  "noir-jazz": noir,
  "desert-country": country,
  "intimate-vibes": intimate,
};
/** A genre that somebody adds has nebulae until it has an art of its own. */
export const PLAIN = ambient;
