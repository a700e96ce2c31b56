// A metric's value in words and as data. Values come from the database as exact decimals and stay so.
import type { Act } from "../act.ts";
import { decimalOf } from "../amount.ts";
import type { Entity } from "../command/index.ts";
import { near } from "../command/index.ts";
import { METRIC_SLUGS, METRICS, type MetricSlug, unitOf } from "./slugs.ts";

type Speaking = Pick<Act, "say" | "locale">;

/** "revenue_gross" is "Revenue gross" until the catalogue names it better. */
export const nameOf = (metric: string): string => {
  const words = metric.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const written = (value: string) => value as Intl.StringNumericLiteral;

export function moneyWords(locale: string, decimal: string, currency: string): string {
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    trailingZeroDisplay: "stripIfInteger",
  }).format(written(decimal));
}

/** "$1,000", "99.95%", "500 ms", "12,000". */
export function figureWords({ locale }: Speaking, metric: string, value: string, currency: string | null): string {
  const unit = unitOf(metric);
  const amount = written(value);
  if (unit === "money" && currency) return moneyWords(locale, value, currency);
  if (unit === "ratio")
    return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 }).format(amount);
  if (unit === "seconds" || unit === "hours") return timeWords(locale, value, unit);
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(amount);
}

function timeWords(locale: string, value: string, unit: "seconds" | "hours"): string {
  const short = unit === "seconds" && Number(value) < 1;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: short ? "millisecond" : unit === "seconds" ? "second" : "hour",
    unitDisplay: "short",
    maximumFractionDigits: 3,
  }).format(short ? Number(value) * 1000 : written(value));
}

export type Aim = { metric: string; low: string; high: string | null; currency: string | null };

/** "$300 to $900", "at least 50", "at most $50". */
export function aimWords(act: Speaking, { metric, low, high, currency }: Aim): string {
  const value = figureWords(act, metric, low, currency);
  if (high !== null) return act.say("{low} to {high}", { low: value, high: figureWords(act, metric, high, currency) });
  const down = Object.hasOwn(METRICS, metric) && METRICS[metric as MetricSlug].good === "down";
  return down ? act.say("at most {value}", { value }) : act.say("at least {value}", { value });
}

/** "source:stores" is "stores", "each:channel" is "each channel". */
const partWords = (act: Speaking, scope: string): string => {
  const [kind = "", ...rest] = scope.split(":");
  const part = rest.join(":").replaceAll("-", " ");
  return kind === "each" ? act.say("each {thing}", { thing: part }) : part || kind;
};

/** "Revenue gross · stores" */
export const aimName = (act: Speaking, { metric, scope }: { metric: string; scope: string }): string =>
  scope === "" ? nameOf(metric) : `${nameOf(metric)} · ${partWords(act, scope)}`;

/** What a budget is for: "The whole workspace", "Provider: suno". */
export function capName(act: Speaking, scope: string): string {
  const [kind = "", ...rest] = scope.split(":");
  const name = rest.join(":").replaceAll("-", " ");
  const words: Record<string, string> = {
    workspace: act.say("The whole workspace"),
    providers: act.say("All providers"),
    provider: act.say("Provider {name}", { name }),
    kind: act.say("Everything of kind {name}", { name }),
    channel: act.say("Channel {name}", { name }),
    pool: act.say("Pool {name}", { name }),
    campaign: act.say("Campaign {name}", { name }),
  };
  return words[kind] ?? scope;
}

export function periodWords(act: Speaking, period: string): string {
  const words: Record<string, string> = {
    hour: act.say("an hour"),
    day: act.say("a day"),
    week: act.say("a week"),
    month: act.say("a month"),
    year: act.say("a year"),
    once: act.say("in all"),
  };
  return words[period] ?? "";
}

export type MoneyData = { amount: string; minor: string; currency: string };

/** Money for machines: in the currency's own smallest unit, also where it is counted finer. */
export function moneyData(minor: string, asset: string): MoneyData {
  const currency = asset.slice(0, 3);
  const fine = decimalOf(BigInt(minor), asset);
  const amount = fine.replace(/(\.\d{2}\d*?)0+$/, "$1");
  const [whole, part = ""] = amount.split(".");
  return { amount, minor: BigInt(whole + part.slice(0, 2).padEnd(2, "0")).toString(), currency };
}

export const isMoney = (asset: string): boolean => /^[A-Z]{3}(\/\d)?$/.test(asset);

/** What an option can ask for: a metric, by its slug or its name. */
export const metrics: Entity<MetricSlug> = {
  name: "metric",
  async find(_act, raw) {
    const slug = raw.toLowerCase().replaceAll(/[\s-]+/g, "_");
    return METRIC_SLUGS.find((m) => m === slug);
  },
  async search(_act, typed) {
    const wanted = typed.toLowerCase().replaceAll(/[\s-]+/g, "_");
    const within = METRIC_SLUGS.filter((m) => m.includes(wanted)).sort(
      (a, b) => Number(b.startsWith(wanted)) - Number(a.startsWith(wanted)),
    );
    const found = within.length > 0 ? within : near(METRIC_SLUGS, wanted, (m) => [m]);
    return found.map((m) => ({ value: m, label: nameOf(m) }));
  },
};
