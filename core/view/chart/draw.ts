// Draws a chart to PNG with the fonts that come with us. Runs in a thread of its own: see render.ts.
import { Resvg } from "@resvg/resvg-js";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import type { ChartSpec } from "../view.ts";
import { fontFilesFor } from "./fonts.ts";
import { HEIGHT, type Theme, WIDTH } from "./look.ts";
import { chartOption } from "./option.ts";

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, LabelLayout, SVGRenderer]);

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
  const fontFiles = fontFilesFor(svg);
  const picture = new Resvg(svg, { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: "Inter" } });
  return picture.render().asPng();
}
