// The process that draws: echarts and resvg live and die here, so that they cost nothing while nobody looks at a chart.
import type { ChartSpec } from "../view.ts";
import { draw } from "./draw.ts";
import type { Theme } from "./look.ts";

export type Wanted = { id: number; chart: ChartSpec; theme: Theme; locale: string };
export type Drawn = { id: number; png: Uint8Array } | { id: number; error: string };

process.on("message", (wanted) => {
  const { id, chart, theme, locale } = wanted as Wanted;
  let answer: Drawn;
  try {
    answer = { id, png: draw(chart, theme, locale) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(answer);
});
process.on("disconnect", () => process.exit());
