// The picture of a channel: a card with what plays and the open ballot, or its loop. It is encoded once, for four seconds;
// whoever sends it copies it again and again.
import { rm, writeFile } from "node:fs/promises";
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import type { Plan, Words } from "../../playout.ts";

const [WIDTH, HEIGHT] = [1280, 720];
const FPS = 5;
const SECONDS = 4;
const LINES = 6;

/** XML has no way to write control characters at all. */
const escaped = (text: string, most: number): string =>
  [...text.replace(/\p{C}+/gu, " ").trim()]
    .slice(0, most)
    .join("")
    .replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)};`);

export function cardSvg({ name, hue }: Pick<Plan, "name" | "hue">, { title, artist, lines = [] }: Words): string {
  const colour = /^#[0-9a-f]{6}$/.test(hue) ? hue : "#888888";
  const text = (y: number, size: number, fill: string, words: string, most: number) =>
    `<text x="80" y="${y}" font-family="Inter" font-size="${size}" fill="${fill}">${escaped(words, most)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">`,
    `<rect width="100%" height="100%" fill="#14130f"/><rect width="16" height="100%" fill="${colour}"/>`,
    text(120, 34, colour, name, 50),
    text(220, 64, "#f4f2ec", title, 34),
    ...(artist ? [text(280, 34, "#a9a69c", artist, 60)] : []),
    ...lines.slice(0, LINES).map((line, i) => text(390 + i * 52, 34, "#f4f2ec", line, 60)),
    "</svg>",
  ].join("");
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
