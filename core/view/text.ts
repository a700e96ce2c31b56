// A view in plain words: for notifications, alternative texts, voice, agents, and surfaces that cannot show a block.
// Everything that a block tells is in its text; what it only shows (colour, a picture) is named.
import type { Act } from "../act.ts";
import { figure } from "./chart/numbers.ts";
import type { Block, Button, ChartSpec, Field, Input, Media, View } from "./view.ts";

/** Whose language it is. An `act` will do. */
export type Reader = Pick<Act, "say" | "locale">;

export function textOf({ text, blocks }: View, reader: Reader): string {
  const parts = [text.trim()];
  for (const block of blocks) {
    const part = blockText(block, reader).trim();
    // The first line is often said again in a block.
    if (part !== "" && part !== parts[0]) parts.push(part);
  }
  return parts.filter((part) => part !== "").join("\n\n");
}

export function blockText(block: Block, reader: Reader): string {
  const { say } = reader;
  switch (block.kind) {
    case "text":
      return block.text;
    case "fields":
      return block.fields.map((field) => fieldText(field, reader)).join("\n");
    case "list":
      return block.items
        .map(({ text, note }, at) => `${block.ordered ? `${at + 1}.` : "•"} ${text}${note ? ` (${note})` : ""}`)
        .join("\n");
    case "table":
      return tableText(block);
    case "chart":
      return chartText(block.chart, reader);
    case "picture":
      return mediaText(say("Picture"), block.alt, block);
    case "audio":
    case "video":
      return mediaText(block.kind === "audio" ? say("Sound") : say("Video"), block.title, block, block.seconds);
    case "progress":
      return progressText(block);
    case "buttons":
      return block.buttons.map((button) => buttonText(button)).join(" ");
    case "select":
      return `${block.label}: ${block.choices.map((c) => c.label).join(", ")}`;
    case "form":
      return [block.title, ...block.inputs.map((input) => inputText(input, reader)), `[${block.submit}]`].join("\n");
    case "link":
      return block.label === block.url ? block.url : `${block.label}: ${block.url}`;
    case "file":
      return `${block.name} (${block.type}, ${bytesText(block.bytes, reader.locale)}): ${block.url}`;
  }
}

const fieldText = ({ label, value, change, target }: Field, { say }: Reader): string =>
  `${label}: ${value}${change ? `, ${change.text}` : ""}${target ? `, ${say("target {target}", { target })}` : ""}`;

const mediaText = (kind: string, title: string, { url, alt }: Media, seconds?: number): string => {
  const length = seconds === undefined ? "" : ` (${clock(seconds)})`;
  const more = alt && alt !== title ? `, ${alt}` : "";
  return `${kind}: ${title}${length}${more}: ${url}`;
};

const buttonText = ({ label }: Button): string => `[${label}]`;

function inputText({ label, required, value, choices, min, max, hint, error }: Input, { say }: Reader): string {
  const notes = [
    required ? say("needed") : "",
    choices ? choices.map((c) => c.label).join(", ") : "",
    min === undefined ? "" : say("at least {min}", { min }),
    max === undefined ? "" : say("at most {max}", { max }),
    hint ? say("such as {example}", { example: hint }) : "",
  ].filter((note) => note !== "");
  return `${label}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}: ${value ?? "…"}${error ? ` ⚠ ${error}` : ""}`;
}

/** Ten cells and a number, and what is being done now. Full only when it is done. */
export function progressText({ done, total, now }: { done: number; total: number; now: string }): string {
  const part = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const full = Math.floor(part * 10);
  const words = now === "" ? "" : ` · ${now}`;
  return `${"▰".repeat(full)}${"▱".repeat(10 - full)} ${Math.floor(part * 100)}% (${done}/${total})${words}`;
}

type Table = Extract<Block, { kind: "table" }>;

/** Columns under each other in a font of equal widths: letters of Chinese, Japanese and Korean take two places. */
export function tableText({ columns, rows, caption }: Table): string {
  const lines = [columns.map((c) => c.label), ...rows].map((row) =>
    columns.map((_, at) => (row[at] ?? "").replace(/\s+/g, " ")),
  );
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => widthOf(line[at]!))));
  const drawn = lines.map((line) =>
    line
      .map((cell, at) => {
        const space = " ".repeat(widths[at]! - widthOf(cell));
        return columns[at]!.align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [...(caption ? [caption] : []), drawn[0] ?? "", rule, ...drawn.slice(1)].join("\n");
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of letters.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** More points than a sentence holds are told by where they begin, end, and are lowest and highest. */
const MOST_POINTS = 12;

/** The numbers of a chart, in a sentence a series. */
export function chartText(chart: ChartSpec, reader: Reader): string {
  const { say } = reader;
  const sentences = chart.series.map((series) => seriesText(chart, series, reader));
  const { target, through } = chart;
  if (target)
    sentences.push(say("{name}: {value}.", { name: target.name, value: written(chart, target.value, reader) }));
  if (through) sentences.push(say("Data through {moment}.", { moment: through }));
  return [chart.title, ...sentences].filter((s) => s !== "").join("\n");
}

const written = (chart: ChartSpec, value: number, { locale }: Reader) => figure(locale, chart, value, false);

function seriesText(chart: ChartSpec, { name, values }: ChartSpec["series"][number], reader: Reader): string {
  const { say } = reader;
  const points = values
    .map((value, at) => ({ value, label: chart.labels[at] ?? String(at + 1) }))
    .filter((p): p is { value: number; label: string } => p.value !== null);
  const gaps = values.length - points.length;
  const point = ({ value, label }: { value: number; label: string }) => `${label} ${written(chart, value, reader)}`;
  const missing = gaps === 0 ? "" : ` ${say("{count, plural, one {# gap} other {# gaps}}.", { count: gaps })}`;
  if (points.length === 0) return say("{name}: no data.", { name });
  if (points.length <= MOST_POINTS) return `${name}: ${points.map(point).join(", ")}.${missing}`;
  const sorted = points.toSorted((a, b) => a.value - b.value);
  const words = say("{name}: {count} values, first {first}, last {last}, lowest {lowest}, highest {highest}.", {
    name,
    count: points.length,
    first: point(points[0]!),
    last: point(points.at(-1)!),
    lowest: point(sorted[0]!),
    highest: point(sorted.at(-1)!),
  });
  return words + missing;
}

const two = (n: number) => String(n).padStart(2, "0");
/** 3:07 or 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function bytesText(bytes: number, locale: string): string {
  const [unit, size] =
    bytes >= 1e6 ? ["megabyte", bytes / 1e6] : bytes >= 1e3 ? ["kilobyte", bytes / 1e3] : ["byte", bytes];
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(size);
}
