// Figures as a person of that language writes them, short enough for an axis.
import type { ChartSpec } from "../view.ts";

type Unit = Pick<ChartSpec, "unit" | "currency">;

export function figure(locale: string, { unit, currency }: Unit, value: number, short: boolean): string {
  const compact =
    short && Math.abs(value) >= 10_000 ? ({ notation: "compact", maximumFractionDigits: 1 } as const) : {};
  switch (unit) {
    case "money":
      return new Intl.NumberFormat(locale, {
        style: "currency",
        currency: currency ?? "USD",
        ...(short && Number.isInteger(value) ? { minimumFractionDigits: 0 } : {}),
        ...compact,
      }).format(value);
    case "percent":
      return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(value);
    case "seconds":
      return new Intl.NumberFormat(locale, {
        style: "unit",
        unit: Math.abs(value) < 1 && value !== 0 ? "millisecond" : "second",
        maximumFractionDigits: 1,
      }).format(Math.abs(value) < 1 ? value * 1000 : value);
    default:
      return new Intl.NumberFormat(locale, { maximumFractionDigits: 2, ...compact }).format(value);
  }
}
