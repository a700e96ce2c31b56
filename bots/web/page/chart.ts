// A chart is the server's picture in the page's theme, and its numbers as a table for whoever wants or needs them.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import type { ChartSpec } from "../../../core/view/index.ts";
import { Table } from "./facts.ts";
import { locale } from "./say.ts";
import { length } from "./text.ts";
import { useTheme } from "./theme.ts";
import { words } from "./words.ts";

export function Chart({ chart, alt, run, index }: { chart: ChartSpec; alt: string; run: string; index: number }) {
  const theme = useTheme();
  const [state, set] = useState<"loading" | "shown" | "away">("loading");
  const src = `/api/v1/charts/${encodeURIComponent(run)}/${index}.png?theme=${theme}`;
  return html`<figure class="chart">
    ${
      state === "away"
        ? html`<p class="words tone-soft">${words.chartAway()}</p>`
        : html`<img class="plot ${state === "loading" ? "skeleton" : ""}" src=${src} alt=${alt || chart.title} width="1200" height="675"
            decoding="async" onLoad=${() => set("shown")} onError=${() => set("away")} />`
    }
    <details class="numbers" open=${state === "away"}>
      <summary>${words.asTable()}</summary>
      <${Numbers} chart=${chart} />
      ${chart.through && html`<p class="soft through">${chart.through}</p>`}
    </details>
  </figure>`;
}

function Numbers({ chart }: { chart: ChartSpec }) {
  const target = chart.target;
  const columns = [
    { label: words.time() },
    ...chart.series.map((s) => ({ label: s.name, align: "right" as const })),
    ...(target ? [{ label: target.name, align: "right" as const }] : []),
  ];
  const show = formatter(chart);
  const rows = chart.labels.map((label, n) => [
    label,
    ...chart.series.map((s) => show(s.values[n])),
    ...(target ? [show(target.value)] : []),
  ]);
  return html`<${Table} columns=${columns} rows=${rows} caption=${chart.title} />`;
}

/** The same number of digits all the way down a column. */
function formatter({ unit, currency, series }: ChartSpec): (value: number | null | undefined) => string {
  const values = series.flatMap((s) => s.values.filter((v) => v !== null));
  const digits = values.every(Number.isInteger) ? 0 : Math.max(...values.map(Math.abs)) >= 100 ? 1 : 2;
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format =
    unit === "percent"
      ? new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 })
      : unit === "money" && currency
        ? new Intl.NumberFormat(locale(), { style: "currency", currency })
        : new Intl.NumberFormat(locale(), fixed);
  return (value) => {
    if (value === null || value === undefined) return words.noData();
    return unit === "seconds" ? length(value) : format.format(value);
  };
}
