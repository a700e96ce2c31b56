// The metrics that are measured, each with the one function that knows it. null: nobody measured then, which is not zero.
import type { Act } from "../act.ts";
import { activityOf, isCounted, overlapOf, viewersOf, watchHoursOf } from "../audience/index.ts";
import type { MetricSlug } from "../metrics/index.ts";
import { uptimeOf } from "../streams/index.ts";

export type Span = { from: Date; to: Date; channel?: string | undefined };
export type Measure = {
  of(act: Act, span: Span): Promise<number | null>;
  /** It can be asked of one channel. */
  channels: boolean;
};

const counted =
  (of: (act: Act, span: Span) => Promise<number>): Measure["of"] =>
  async (act, span) =>
    (await isCounted(act, span)) ? of(act, span) : null;

/** At the end of the time: the day before it, and the thirty days before it. */
const active = (which: "dau" | "mau" | "stickiness" | "interactionsPerHour"): Measure => ({
  channels: false,
  of: async (act, { to }) => (await activityOf(act, new Date(Math.min(to.getTime(), act.now.getTime()))))[which],
});

async function heard(act: Act, { from, to, channel }: Span): Promise<{ wanted: number; silent: number }> {
  const all = await uptimeOf(act, { from, to, ...(channel === undefined ? {} : { channel }) });
  return all.reduce((sum, c) => ({ wanted: sum.wanted + c.wantedSeconds, silent: sum.silent + c.silentSeconds }), {
    wanted: 0,
    silent: 0,
  });
}

export const MEASURES: Partial<Record<MetricSlug, Measure>> = {
  /** On average over the minutes that were counted, all sources together. */
  viewers: { channels: true, of: counted(viewersOf) },
  watch_hours: { channels: true, of: counted(watchHoursOf) },
  /** Of the listeners of a day, those who heard two channels or more. */
  audience_overlap: {
    channels: false,
    async of(act, span) {
      const { listeners, part } = await overlapOf(act, span);
      return listeners === 0 ? null : part;
    },
  },
  dau: active("dau"),
  mau: active("mau"),
  stickiness: active("stickiness"),
  interactions_per_hour: active("interactionsPerHour"),
  /** What was heard of the time that channels were wanted. */
  uptime: {
    channels: true,
    async of(act, span) {
      const { wanted, silent } = await heard(act, span);
      return wanted > 0 ? 1 - silent / wanted : null;
    },
  },
  dead_air: {
    channels: true,
    async of(act, span) {
      const { wanted, silent } = await heard(act, span);
      return wanted > 0 ? silent : null;
    },
  },
};
