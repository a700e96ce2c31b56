// The numbers of a time, beside those of the time before and what was aimed at.
import type { Act } from "../act.ts";
import { addDays, choice, command, localOf, type Period, period, pick, startOf } from "../command/index.ts";
import { figureWords, listTargets, type MetricSlug, metrics, nameOf, unitOf } from "../metrics/index.ts";
import { refuse } from "../problem.ts";
import { type Channel, channels, listChannels } from "../streams/index.ts";
import { type Block, type ChartSpec, view } from "../view/index.ts";
import { MEASURES, type Measure, type Span } from "./measures.ts";

/** A line that can still be read, and few questions to the database. */
const MOST_POINTS = 31;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SLUGS = Object.keys(MEASURES) as MetricSlug[];

type Kpi = { metric: MetricSlug; value: number | null; previous: number | null; target: number | null };

async function kpiOf(act: Act, metric: MetricSlug, measure: Measure, { from, to, channel }: Span): Promise<Kpi> {
  const before = { from: new Date(2 * from.getTime() - to.getTime()), to: from, channel };
  return {
    metric,
    value: await measure.of(act, { from, to, channel }),
    previous: await measure.of(act, before),
    target: channel === undefined ? await targetOf(act, metric) : null,
  };
}

/** What holds for the whole business now. */
async function targetOf(act: Act, metric: MetricSlug): Promise<number | null> {
  const found = (await listTargets(act, { metric })).find((t) => t.scope === "" && t.due_on === null);
  return found ? Number(found.low) : null;
}

const words = (act: Act, metric: string, value: number | null): string =>
  value === null ? "–" : figureWords(act, metric, String(value), null);

const dataOf = ({ metric, value, previous, target }: Kpi, of: Period, act: Act) => ({
  id: metric,
  metric,
  period: of.label,
  from: of.from.toISOString(),
  to: of.to.toISOString(),
  value,
  unit: unitOf(metric),
  previous,
  target,
  through: new Date(Math.min(of.to.getTime(), act.now.getTime())).toISOString(),
});

const kpiList = command({
  name: "kpi list",
  says: "What is measured, beside the time before and the target",
  role: "staff",
  reads: true,
  options: { period: period("Of which time", { default: "this month" }) },
  examples: ["kpi list", "kpi list period:today"],
  async run({ act, options: { period: of } }) {
    const all: Kpi[] = [];
    for (const slug of SLUGS) all.push(await kpiOf(act, slug, MEASURES[slug]!, of));
    const table: Block = {
      kind: "table",
      columns: [
        { label: act.say("Metric") },
        { label: act.say("Value"), align: "right" },
        { label: act.say("Before"), align: "right" },
        { label: act.say("Target"), align: "right" },
      ],
      rows: all.map((k) => [nameOf(k.metric), ...[k.value, k.previous, k.target].map((v) => words(act, k.metric, v))]),
    };
    return {
      view: view(act.say("Figures of {period}", { period: of.label }), table),
      data: { items: all.map((k) => dataOf(k, of, act)) },
    };
  },
});

const kpiShow = command({
  name: "kpi show",
  says: "One figure: now, before, its target, and how it went",
  role: "staff",
  reads: true,
  options: {
    metric: pick(metrics, "Which metric"),
    period: period("Of which time", { default: "this month" }),
    channel: pick(channels, "Of one channel").optional(),
    by: choice("Parted by", ["channel"]).optional(),
  },
  examples: ["kpi show viewers", "kpi show uptime period:this-month by:channel"],
  async run({ act, options: { metric, period: of, channel, by } }) {
    const measure = measured(metric, channel !== undefined || by !== undefined);
    const kpi = await kpiOf(act, metric, measure, { from: of.from, to: of.to, channel: channel?.id });
    const series = await seriesOf(act, measure, of, channel?.id);
    const name = nameOf(metric);
    const parts = by ? await partsOf(act, metric, measure, of) : [];
    const chart: ChartSpec = {
      form: "line",
      title: name,
      unit: unitOf(metric) === "ratio" ? "percent" : unitOf(metric) === "seconds" ? "seconds" : "number",
      labels: series.map((p) => dayWords(act, p.at)),
      series: [{ name, values: series.map((p) => p.value) }],
      ...(kpi.target === null ? {} : { target: { name: act.say("Target"), value: kpi.target } }),
    };
    const blocks: Block[] = [
      {
        kind: "fields",
        fields: [
          { label: act.say("Before"), value: words(act, metric, kpi.previous) },
          ...(kpi.target === null ? [] : [{ label: act.say("Target"), value: words(act, metric, kpi.target) }]),
          ...parts.map((p) => ({ label: p.name, value: words(act, metric, p.value) })),
        ],
      },
      ...(series.some((p) => p.value !== null) ? [{ kind: "chart" as const, chart, alt: name }] : []),
    ];
    const text =
      kpi.value === null
        ? act.say("{metric}: nothing was measured in {period}.", { metric: name, period: of.label })
        : act.say("{metric}: {value} ({period}).", {
            metric: name,
            value: words(act, metric, kpi.value),
            period: of.label,
          });
    const item = {
      ...dataOf(kpi, of, act),
      channel: channel?.slug ?? null,
      series: series.map((p) => ({ at: p.at.toISOString(), value: p.value })),
      ...(by ? { parts: parts.map(({ channel: slug, value }) => ({ channel: slug, value })) } : {}),
    };
    return { view: view(text, ...blocks), data: { item } };
  },
});

function measured(metric: MetricSlug, parted: boolean): Measure {
  const measure = MEASURES[metric];
  const known = SLUGS.join(", ");
  if (!measure)
    throw refuse("rule", "{metric} is not measured here yet. These are: {known}.", { metric: nameOf(metric), known });
  if (parted && !measure.channels)
    throw refuse("rule", "{metric} is measured for all channels together only.", { metric: nameOf(metric) });
  return measure;
}

const dayWords = (act: Act, at: Date): string =>
  new Intl.DateTimeFormat(act.locale, { timeZone: act.workspace.zone, day: "numeric", month: "short" }).format(at);

/** Whole days of the workspace's zone, or hours of a day or two; nothing of the time to come. */
async function seriesOf(act: Act, measure: Measure, { from, to }: Period, channel: string | undefined) {
  const points: { at: Date; value: number | null }[] = [];
  const days = Math.ceil((to.getTime() - from.getTime()) / DAY);
  const step = Math.ceil(days / MOST_POINTS);
  const next = (at: Date): Date =>
    days <= 1
      ? new Date(at.getTime() + HOUR)
      : startOf(addDays(localOf(at, act.workspace.zone), step), act.workspace.zone);
  for (let at = from; at < to && at <= act.now; ) {
    const end = new Date(Math.min(next(at).getTime(), to.getTime()));
    points.push({ at, value: await measure.of(act, { from: at, to: end, channel }) });
    at = end;
  }
  return points;
}

async function partsOf(act: Act, metric: MetricSlug, measure: Measure, { from, to }: Period) {
  const all: (Pick<Channel, "name"> & { channel: string; value: number | null; metric: string })[] = [];
  for (const { id, slug, name } of (await listChannels(act)).items)
    all.push({ name, channel: slug, metric, value: await measure.of(act, { from, to, channel: id }) });
  return all;
}

export const kpiCommands = [kpiList, kpiShow];
