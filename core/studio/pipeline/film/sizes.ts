// What each shape is rendered as. With ffmpeg: what the platforms ask for (1080 lines; TikTok, Reels and Shorts are 9:16, a
// feed is 1:1, YouTube 16:9); without: what one core can make in a moment.
export type Shape = "9:16" | "1:1" | "16:9";
export type Size = { width: number; height: number; fps: number };

export const FULL: Record<Shape, Size> = {
  "9:16": { width: 1080, height: 1920, fps: 30 },
  "1:1": { width: 1080, height: 1080, fps: 30 },
  "16:9": { width: 1920, height: 1080, fps: 30 },
};
export const SMALL: Record<Shape, Size> = {
  "9:16": { width: 540, height: 960, fps: 24 },
  "1:1": { width: 640, height: 640, fps: 24 },
  "16:9": { width: 960, height: 540, fps: 24 },
};
/** The shape with so many lines on its shorter side; a film that is small has fewer frames, too. */
export function sized(shape: Shape, lines: number): Size {
  const { width, height } = FULL[shape];
  const scale = lines / Math.min(width, height);
  const even = (side: number) => 2 * Math.round((side * scale) / 2);
  return { width: even(width), height: even(height), fps: lines < 720 ? 24 : 30 };
}

/** Kilobits a second at most: YouTube's advice for 1080p at 30 frames is 8,000; feeds make everything smaller again. */
export const MOST_KBPS: Record<Shape, number> = { "9:16": 8000, "1:1": 5000, "16:9": 8000 };
