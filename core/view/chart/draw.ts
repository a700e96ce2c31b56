// Draws a chart to PNG with the fonts that come with us. Runs in a thread of its own: see render.ts.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import type { ChartSpec } from "../view.ts";
import { HEIGHT, type Theme, WIDTH } from "./look.ts";
import { chartOption } from "./option.ts";

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, LabelLayout, SVGRenderer]);

const folder = (name: string) =>
  dirname(createRequire(import.meta.url).resolve(`@expo-google-fonts/${name}/package.json`));
const FONTS = {
  latin: [
    join(folder("inter"), "400Regular/Inter_400Regular.ttf"),
    join(folder("inter"), "600SemiBold/Inter_600SemiBold.ttf"),
  ],
  japanese: join(folder("noto-sans-jp"), "400Regular/NotoSansJP_400Regular.ttf"),
  korean: join(folder("noto-sans-kr"), "400Regular/NotoSansKR_400Regular.ttf"),
};

export function svgOf(chart: ChartSpec, theme: Theme, locale: string): string {
  const canvas = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    canvas.setOption(chartOption(chart, theme, locale));
    return canvas.renderToSVGString();
  } finally {
    canvas.dispose();
  }
}

export function draw(chart: ChartSpec, theme: Theme, locale: string): Buffer {
  const svg = svgOf(chart, theme, locale);
  const fontFiles = [...FONTS.latin];
  // Five megabytes each: read only for a text that needs them.
  if (/[\u2e80-\u9fff\uff00-\uffef]/u.test(svg)) fontFiles.push(FONTS.japanese);
  if (/[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]/u.test(svg)) fontFiles.push(FONTS.korean);
  const picture = new Resvg(svg, { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: "Inter" } });
  return picture.render().asPng();
}
