// What we write is read back as the same, in every language.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOCALES } from "../../words/say.ts";
import type { ParseContext } from "../option.ts";
import {
  amountOf,
  currencies,
  duration,
  durationWords,
  exponentOf,
  moment,
  money,
  moneyWords,
  type Period,
  period,
} from "./index.ts";

describe("round trips", () => {
  const at = (locale: string): ParseContext => ({
    now: new Date("2026-11-20T12:00:00Z"),
    locale,
    zone: "Europe/Berlin",
    currency: "USD",
  });
  const locale = fc.constantFrom(...LOCALES);

  test("an amount, as data and as people of each language read it", () => {
    const amount = money("How much");
    const minor = fc.bigInt({ min: 1n, max: 10n ** 15n });
    fc.assert(
      fc.property(minor, fc.constantFrom(...currencies()), locale, (value, currency, spoken) => {
        const is = { minor: value, currency };
        expect(amount.parse(`${currency} ${amountOf(is)}`, at("en"))).toEqual(is);
        expect(amount.parse({ amount: amountOf(is), currency }, at(spoken))).toEqual(is);
        const number = new Intl.NumberFormat(spoken, { minimumFractionDigits: exponentOf(currency) });
        const words = number.format(amountOf(is) as Intl.StringNumericLiteral);
        expect(amount.parse(`${words} ${currency}`, at(spoken))).toEqual(is);
      }),
      { numRuns: 2000 },
    );
  });

  test("the amounts we show in a workspace's own currency are read back", () => {
    const signs = fc.constantFrom("USD", "EUR", "GBP", "JPY", "KRW", "BRL");
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), signs, locale, (minor, currency, spoken) => {
        const shown = moneyWords({ minor, currency }, spoken);
        expect(money("How much").parse(shown, { ...at(spoken), currency })).toEqual({ minor, currency });
      }),
      { numRuns: 1000 },
    );
  });

  test("durations, moments and days", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 366 * 86_400 }), (seconds) => {
        expect(duration("How long").parse(durationWords(seconds), at("en"))).toBe(seconds);
      }),
      { numRuns: 1000 },
    );
    const date = fc.date({ min: new Date("1971-01-01"), max: new Date("2199-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(date, locale, (when, spoken) => {
        expect(moment("When").parse(when.toISOString(), at(spoken))).toEqual(when);
        const { from, to } = period("When").parse(when.toISOString().slice(0, 10), at(spoken)) as Period;
        expect(to.getTime() - from.getTime()).toBeGreaterThanOrEqual(23 * 3_600_000);
        expect(to.getTime() - from.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
      }),
      { numRuns: 1000 },
    );
  });
});
