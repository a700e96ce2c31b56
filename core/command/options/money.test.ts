import { describe, expect, test } from "vitest";
import type { Act } from "../../act.ts";
import { say } from "../../words/say.ts";
import { type Option, type ParseContext, Wrong } from "../option.ts";
import { amountOf, money, moneyWords, readMoney } from "./index.ts";

const at = (locale = "en", currency = "USD"): ParseContext => ({
  now: new Date("2026-11-20T12:00:00.000Z"),
  locale,
  zone: "UTC",
  currency,
});

/** What an option makes of something: its value, or the sentence that says why not. */
function read<T>(option: Option<T>, raw: unknown, where = at()): T | string {
  try {
    return option.parse(raw, where) as T;
  } catch (error) {
    if (error instanceof Wrong) return say("en", error.message, error.vars);
    throw error;
  }
}

describe("money", () => {
  const amount = money("How much");
  const worth = (raw: unknown, locale?: string, currency?: string) => {
    const value = read(amount, raw, at(locale, currency));
    return typeof value === "string" ? value : `${amountOf(value)} ${value.currency}`;
  };

  test.each([
    ["12.34", "en", "12.34 USD"],
    ["$12.34", "en", "12.34 USD"],
    ["12,34 €", "en", "12.34 EUR"],
    ["12,34 €", "de", "12.34 EUR"],
    ["USD 12.34", "de", "12.34 USD"],
    ["12.34usd", "en", "12.34 USD"],
    ["1,234.56", "en", "1234.56 USD"],
    ["1.234,56", "en", "1234.56 USD"],
    ["1.234,56", "de", "1234.56 USD"],
    ["1.234", "de", "1234.00 USD"],
    ["1,234", "en", "1234.00 USD"],
    ["1 234,56 €", "fr", "1234.56 EUR"],
    ["1\u202f234,56\u00a0€", "fr", "1234.56 EUR"],
    ["1'234.50 CHF", "de", "1234.50 CHF"],
    ["1,234,567", "en", "1234567.00 USD"],
    ["¥1200", "ja", "1200 JPY"],
    ["１２００円", "ja", "1200 JPY"],
    ["₩1,200", "ko", "1200 KRW"],
    ["R$ 12,34", "pt-BR", "12.34 BRL"],
    ["1.234 BHD", "en", "1.234 BHD"],
    ["0.10", "en", "0.10 USD"],
    ["$.50", "en", "0.50 USD"],
    ["+5", "en", "5.00 USD"],
    ["12.3400", "en", "12.34 USD"],
    ["$5 USD", "en", "5.00 USD"],
    ["CA$5", "en", "5.00 CAD"],
  ])("%s in %s is %s", (raw, locale, expected) => {
    expect(worth(raw, locale)).toBe(expected);
  });

  test("a sign that several countries share is the workspace's", () => {
    expect(worth("$5", "en", "CAD")).toBe("5.00 CAD");
    expect(worth("$5", "en", "EUR")).toBe("5.00 USD");
    expect(worth("¥5", "en", "CNY")).toBe("5.00 CNY");
    expect(worth("5", "en", "JPY")).toBe("5 JPY");
  });

  test.each([
    ["12.345", "USD has 2 decimals; this has more."],
    ["JPY 1.5", "JPY has no decimals; this has more."],
    ["1.2345 KWD", "KWD has 3 decimals; this has more."],
    ["-5", "Write the amount without a minus."],
    ["-$5", "Write the amount without a minus."],
    ["$-5", "Write the amount without a minus."],
    [-5, "Write the amount without a minus."],
    ["0", "More than nothing, please."],
    [`1${"0".repeat(30)}`, "At most $10,000,000,000,000.00, please."],
    ["12 XYZ", "There is no currency xyz. Write its code, such as EUR."],
    ["EUR 5 USD", "Write one currency, such as USD 12.50."],
    ["lots", "Write an amount, such as USD 12.50."],
    ["1e3", "Write an amount, such as USD 12.50."],
    ["1.2.3", "Write an amount, such as USD 12.50."],
    [1e300, "Write so large or small an amount as text, in quotes."],
    [0.1 + 0.2, "Write so large or small an amount as text, in quotes."],
    [true, "Write an amount, such as 12.50."],
    [["5"], "Write an amount, such as 12.50."],
    [{ amount: 5 }, "Write an amount, such as 12.50."],
  ])("%j is refused: %s", (raw, reason) => {
    const answer = worth(raw);
    expect(answer).toBe(reason);
  });

  test("what the API answers is taken again, and programs always write a point", () => {
    expect(worth({ amount: "12.34", minor: "1234", currency: "EUR" })).toBe("12.34 EUR");
    const act = { surface: "http" } as Act;
    expect(read(amount, "1.234", { ...at("de"), act })).toContain("2 decimals");
    expect(worth(1234.5)).toBe("1234.50 USD");
  });

  test("nothing is an amount where the command says so; another currency is refused where only one fits", () => {
    expect(read(money("Limit", { zero: true }), "0")).toEqual({ minor: 0n, currency: "USD" });
    expect(read(money("Fee", { currency: "EUR" }), "$5")).toBe("This is in EUR only.");
    expect(read(money("Fee", { currency: "EUR" }), "5")).toEqual({ minor: 500n, currency: "EUR" });
    expect(read(money("Fee", { max: 1000n }), "10.01")).toBe("At most $10.00, please.");
  });

  test("its currency may be an option of its own", () => {
    const worth = (raw: string, only: string) => amountOf(readMoney(raw, at(), { zero: false, max: 10n ** 9n, only }));
    expect(worth("12.34", "EUR")).toBe("12.34");
    expect(worth("12", "JPY")).toBe("12");
    expect(() => worth("12.34", "JPY")).toThrow("this has more");
    expect(() => worth("USD 12", "EUR")).toThrow("only");
    expect(() => worth("12", "NOPE")).toThrow("There is no currency");
  });

  test("in words it has its currency and its decimals, however large", () => {
    expect(moneyWords({ minor: 123456789012345678n, currency: "USD" }, "en")).toBe("$1,234,567,890,123,456.78");
    expect(moneyWords({ minor: 5n, currency: "KWD" }, "en")).toContain("0.005");
    expect(moneyWords({ minor: 1200n, currency: "JPY" }, "ja")).toBe("￥1,200");
  });
});
