// The look of charts: tokens of the house in light and dark, and hues for series that bring none.

export type Theme = "light" | "dark";

export const LOOKS = {
  light: { surface: "#ffffff", line: "#e7e4de", ink: "#1b1a17", soft: "#6b6860", accent: "#5b4ce0" },
  dark: { surface: "#17181e", line: "#2a2c35", ink: "#f1f0ec", soft: "#a09f9a", accent: "#8f84ff" },
} as const;

/** Told apart by people who see colours differently too; each has contrast 3 or more on its surface. */
export const HUES = {
  light: ["#5b4ce0", "#c2410c", "#0f766e", "#b4236a", "#7a6200", "#2563a8", "#5f6b2d"],
  dark: ["#8f84ff", "#ff9d5c", "#3fc7b8", "#ff7fb5", "#e0bf3a", "#6db3f2", "#b5c46a"],
} as const;

/** A picture for a chat: wide enough for a monitor, its letters still readable when a phone shows it 360 px wide. */
export const WIDTH = 1200;
export const HEIGHT = 675;
