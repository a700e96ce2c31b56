// A chart as ECharts draws it: few lines, direct labels, zero on the axis of bars, gaps where data is missing.
import type { EChartsOption, SeriesOption } from "echarts";
import type { ChartSpec } from "../view.ts";
import { HUES, LOOKS, type Theme } from "./look.ts";
import { figure } from "./numbers.ts";

export const FAMILY = "Inter, 'Noto Sans JP', 'Noto Sans KR'";
/** On a phone 360 points wide these are 14, 10 and 9: what a thumb's width away can be read. */
const SIZE = { title: 46, text: 34, small: 31 };
const LINE = 54;
/** Letters of a title in a row, and how wide a letter of `text` is. */
const TITLE_LETTERS = 46;
const LETTER = 19;
/** More series than this have a legend: labels at the ends would lie on each other. */
const DIRECT = 5;
/** Points up to which a lone row of bars carries its own figures. */
const LABELLED_BARS = 12;

export function chartOption(chart: ChartSpec, theme: Theme, locale: string): EChartsOption {
  const look = LOOKS[theme];
  const bars = chart.form === "bar" || chart.form === "stacked";
  const legend = chart.series.length > 1 && (bars || chart.series.length > DIRECT);
  const names = Math.max(...chart.series.map((s) => width(s.name)), 0);
  const direct = !bars && chart.series.length > 1 && !legend;
  return {
    animation: false,
    backgroundColor: look.surface,
    textStyle: { fontFamily: FAMILY, color: look.ink },
    title: {
      text: wrap(chart.title, TITLE_LETTERS),
      subtext: chart.through ?? "",
      left: 48,
      top: 36,
      itemGap: 10,
      textStyle: { fontFamily: FAMILY, fontSize: SIZE.title, fontWeight: 600, lineHeight: LINE, color: look.ink },
      subtextStyle: { fontFamily: FAMILY, fontSize: SIZE.small, color: look.soft },
    },
    ...(legend
      ? {
          legend: {
            type: "plain",
            bottom: 24,
            left: 48,
            right: 48,
            itemGap: 28,
            icon: "roundRect",
            itemWidth: 20,
            itemHeight: 20,
            textStyle: { fontFamily: FAMILY, fontSize: SIZE.text, color: look.ink },
          },
        }
      : {}),
    grid: {
      left: 48,
      right: direct ? Math.min(400, 40 + names * LETTER) : 56,
      top: lines(chart.title) * LINE + (chart.through ? 46 : 0) + 80,
      bottom: legend ? 104 + (legendRows(chart) - 1) * 46 : 40,
      outerBoundsMode: "same",
    },
    xAxis: {
      type: "category",
      data: chart.labels,
      boundaryGap: bars,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.line, width: 2 } },
      axisLabel: { fontFamily: FAMILY, fontSize: SIZE.text, color: look.soft, margin: 16, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      ...axisOf(chart),
      axisLabel: {
        fontFamily: FAMILY,
        fontSize: SIZE.text,
        color: look.soft,
        formatter: (value: number) => figure(locale, chart, value, true),
      },
      splitLine: { lineStyle: { color: look.line, width: 2 } },
    },
    series: chart.series.map((one, at) => seriesOf(chart, one, at, { theme, locale, direct })),
  };
}

type How = { theme: Theme; locale: string; direct: boolean };

function seriesOf(chart: ChartSpec, one: ChartSpec["series"][number], at: number, how: How): SeriesOption {
  const look = LOOKS[how.theme];
  const hues = HUES[how.theme];
  const hue = one.hue ?? hues[at % hues.length]!;
  const values = one.values.map((v) => v ?? "-");
  const target = at === 0 && chart.target ? mark(chart, how) : {};
  if (chart.form === "bar" || chart.form === "stacked") {
    const alone = chart.series.length === 1 && chart.labels.length <= LABELLED_BARS;
    return {
      type: "bar",
      name: one.name,
      data: values,
      ...(chart.form === "stacked" ? { stack: "all" } : {}),
      barMaxWidth: 72,
      itemStyle: { color: hue, borderRadius: chart.form === "stacked" ? 0 : [6, 6, 0, 0] },
      label: {
        show: alone,
        position: "top",
        fontFamily: FAMILY,
        fontSize: SIZE.small,
        color: look.ink,
        formatter: ({ value }) => (typeof value === "number" ? figure(how.locale, chart, value, true) : ""),
      },
      ...target,
    };
  }
  return {
    type: "line",
    name: one.name,
    data: values,
    connectNulls: false,
    // A point between two gaps has no line to stand on: it is shown as a dot.
    showSymbol: one.values.some(
      (v, i) => v !== null && (one.values[i - 1] ?? null) === null && (one.values[i + 1] ?? null) === null,
    ),
    symbol: "circle",
    symbolSize: 10,
    lineStyle: { color: hue, width: 5 },
    itemStyle: { color: hue },
    ...(chart.form === "area" ? { areaStyle: { color: hue, opacity: 0.18 } } : {}),
    endLabel: {
      show: how.direct,
      fontFamily: FAMILY,
      fontSize: SIZE.text,
      fontWeight: 600,
      color: hue,
      distance: 12,
      formatter: () => one.name,
    },
    labelLayout: { moveOverlap: "shiftY" },
    ...target,
  };
}

function mark(chart: ChartSpec, { theme, locale }: How): { markLine: object } {
  const look = LOOKS[theme];
  const { name, value } = chart.target!;
  return {
    markLine: {
      silent: true,
      symbol: "none",
      data: [{ yAxis: value }],
      lineStyle: { color: look.soft, type: [8, 8], width: 3 },
      label: {
        position: "insideStartTop",
        fontFamily: FAMILY,
        fontSize: SIZE.small,
        color: look.soft,
        formatter: `${name} ${figure(locale, chart, value, true)}`,
      },
    },
  };
}

/** Four grid lines at most, on round figures. Bars and areas begin at zero; lines may begin near their data. */
export function axisOf(chart: ChartSpec): { min: number; max: number; interval: number } {
  const columns =
    chart.form === "stacked"
      ? chart.labels.map((_, i) => chart.series.reduce((sum, s) => sum + Math.max(0, s.values[i] ?? 0), 0))
      : [];
  const all = [...columns, ...chart.series.flatMap((s) => s.values), chart.target?.value ?? null].filter(
    (v) => v !== null,
  );
  const zero = chart.form !== "line";
  const low = Math.min(...(all.length > 0 ? all : [0]), ...(zero ? [0] : []));
  const high = Math.max(...(all.length > 0 ? all : [1]), ...(zero ? [0] : []));
  const from = !zero && low >= 0 && low < (high - low) * 2 ? 0 : low;
  // Differences smaller than a float can carry have no axis of their own.
  const rough = Math.max(high - from || Math.abs(high) || 1, Math.abs(high) * 1e-9, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  // Of things that are counted there is no half.
  const counted = chart.unit === "number" && all.every(Number.isInteger);
  for (const step of [1, 2, 2.5, 5, 10, 20]) {
    const interval = step * power;
    if (counted && !Number.isInteger(tidy(interval))) continue;
    const min = Math.floor(from / interval) * interval;
    const max = Math.ceil(high / interval) * interval || interval;
    if (interval >= rough * 0.999 && (max - min) / interval <= 4.001)
      return { min: tidy(min), max: tidy(max), interval: tidy(interval) };
  }
  return counted
    ? { min: 0, max: Math.max(high, 1), interval: 1 }
    : { min: from, max: high, interval: (high - from) / 4 };
}

/** 0.30000000000000004 is 0.3. */
const tidy = (value: number) => Number(value.toPrecision(12));

/** Letters a text is wide: those of Chinese, Japanese and Korean count twice. */
export const width = (text: string): number =>
  [...text].reduce((sum, c) => sum + ((c.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0);

/** At most two lines; what is longer ends with a sign that it does. */
export function wrap(text: string, most: number): string {
  const out: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=[\s\u3000-\u9fff\uac00-\ud7af])/u)) {
    if (line && width(line + word.trimEnd()) > most) {
      out.push(line.trimEnd());
      line = "";
    }
    line += word;
  }
  out.push(line.trimEnd());
  if (out.length <= 2) return out.join("\n");
  return `${out[0]}\n${out[1]!.slice(0, most - 1)}…`;
}

const lines = (title: string) => wrap(title, TITLE_LETTERS).split("\n").length;

function legendRows(chart: ChartSpec): number {
  let rows = 1;
  let used = 0;
  for (const { name } of chart.series) {
    const need = width(name) * LETTER + 56;
    if (used > 0 && used + need > 1104) {
      rows++;
      used = 0;
    }
    used += need;
  }
  return rows;
}
