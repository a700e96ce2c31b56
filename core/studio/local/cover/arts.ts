// One art a genre, each drawn from a seed: the same place at another hour.

import { between, chance, pick } from "../score/random.ts";
import { country, intimate, noir } from "./arts-warm.ts";
import { type Art, blur, type Canvas, circle, fall, glow, line, n, rect, ridge, shape, stars } from "./svg.ts";
import { towers } from "./towers.ts";

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
