// The picture of a channel: a card with what plays and the open ballot, or its loop. It is encoded once, for four seconds;
// whoever sends it copies it again and again.
import { rm, writeFile } from "node:fs/promises";
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import type { Plan, Words } from "../../playout.ts";

const [WIDTH, HEIGHT] = [1280, 720];
const FPS = 5;
const SECONDS = 4;
const [LEFT, BAR, CHOICES] = [80, 1000, 5];
const [GROUND, INK, SOFT, EMPTY] = ["#14130f", "#f4f2ec", "#a9a69c", "#2a2821"];

/** XML has no way to write control characters at all. */
const escaped = (text: string, most: number): string =>
  [...text.replace(/\p{C}+/gu, " ").trim()]
    .slice(0, most)
    .join("")
    .replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)};`);

type Text = { x?: number; y: number; size: number; fill: string; most: number; anchor?: "end" };

const text = (words: string, { x = LEFT, y, size, fill, most, anchor }: Text): string =>
  `<text x="${x}" y="${y}" font-family="Inter" font-size="${size}" fill="${fill}"${anchor ? ` text-anchor="${anchor}"` : ""}>${escaped(words, most)}</text>`;

export function cardSvg({ name, hue }: Pick<Plan, "name" | "hue">, words: Words): string {
  const { title, artist, ballot, shout } = words;
  const colour = /^#[0-9a-f]{6}$/.test(hue) ? hue : "#888888";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">`,
    `<rect width="100%" height="100%" fill="${GROUND}"/><rect width="16" height="100%" fill="${colour}"/>`,
    text(name, { y: 110, size: 34, fill: colour, most: 50 }),
    text(title, { y: 200, size: 64, fill: INK, most: 34 }),
    ...(artist ? [text(artist, { y: 256, size: 34, fill: SOFT, most: 60 })] : []),
    ...(ballot ? ballotSvg(ballot, colour) : []),
    ...(shout ? [text(`${shout.name}: ${shout.words}`, { y: HEIGHT - 48, size: 28, fill: SOFT, most: 75 })] : []),
    "</svg>",
  ].join("");
}

/** Its question, and a bar for each choice with its number: what people type to vote. */
function ballotSvg({ question, choices }: NonNullable<Words["ballot"]>, colour: string): string[] {
  const bars = choices.slice(0, CHOICES).flatMap(({ label, share }, i) => {
    const top = 366 + i * 56;
    const filled = share === undefined ? 0 : Math.max(0, Math.min(1, share));
    return [
      `<rect x="${LEFT}" y="${top}" width="${BAR}" height="44" rx="6" fill="${EMPTY}"/>`,
      `<rect x="${LEFT}" y="${top}" width="${Math.round(filled * BAR)}" height="44" rx="6" fill="${colour}" fill-opacity="0.45"/>`,
      text(`${i + 1}  ${label}`, { x: LEFT + 16, y: top + 32, size: 28, fill: INK, most: 55 }),
      ...(share === undefined
        ? []
        : [
            text(`${Math.round(filled * 100)} %`, {
              x: LEFT + BAR - 16,
              y: top + 32,
              size: 28,
              fill: INK,
              most: 6,
              anchor: "end",
            }),
          ]),
    ];
  });
  return [text(question, { y: 340, size: 30, fill: SOFT, most: 65 }), ...bars];
}

export async function paint(ffmpeg: Ffmpeg, plan: Plan, words: Words, file: string): Promise<void> {
  if (plan.visual === "loop" && plan.loop !== undefined) return loop(ffmpeg, plan.loop, file);
  const { rasterise } = await import("../../../studio/index.ts");
  const png = `${file}.png`;
  await writeFile(png, await rasterise(cardSvg(plan, words)));
  try {
    await ffmpeg.run(
      [
        ...["-y", "-loop", "1", "-framerate", `${FPS}`, "-t", `${SECONDS}`, "-i", `file:${png}`],
        ...["-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-pix_fmt", "yuv420p"],
        ...["-g", `${FPS * SECONDS}`, "-r", `${FPS}`, "-f", "mp4", `file:${file}`],
      ],
      { seconds: 60 },
    );
  } finally {
    await rm(png, { force: true });
  }
}

/** A film of the library in the form that can be copied for ever: one size, a key picture every two seconds, no sound. */
const FILM_SECONDS = 60;

async function loop(ffmpeg: Ffmpeg, film: string, file: string): Promise<void> {
  await ffmpeg.run(
    [
      ...["-y", "-t", `${FILM_SECONDS}`, "-i", `file:${film}`, "-an"],
      ...[
        "-vf",
        `scale=${WIDTH}:${HEIGHT}:force_original_aspect_ratio=decrease,pad=${WIDTH}:${HEIGHT}:(ow-iw)/2:(oh-ih)/2`,
      ],
      ...["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-r", "30", "-g", "60", "-b:v", "2500k"],
      ...["-f", "mp4", `file:${file}`],
    ],
    { seconds: 300 },
  );
}
