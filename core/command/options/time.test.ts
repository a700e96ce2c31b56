import { describe, expect, test } from "vitest";
import type { Act } from "../../act.ts";
import { type ParseContext, Wrong } from "../option.ts";
import { vocabulary } from "./calendar-words.ts";
import { instantOf, localOf, moment, momentOf, period, periodOf, startOf } from "./index.ts";

// A Friday. In Tokyo it is already Saturday from 15:00 UTC on.
const NOW = new Date("2026-11-20T12:00:00.000Z");
const at = (zone = "UTC", locale = "en", now = NOW): ParseContext => ({ now, locale, zone, currency: "USD" });
const span = (raw: string, where = at()) => {
  const found = periodOf(raw, where);
  return found && `${found.from.toISOString()} ${found.to.toISOString()} ${found.grain}`.replaceAll(":00.000Z", "");
};

describe("period", () => {
  test.each([
    ["today", "2026-11-20T00:00 2026-11-21T00:00 day"],
    ["Yesterday", "2026-11-19T00:00 2026-11-20T00:00 day"],
    ["last 7 days", "2026-11-14T00:00 2026-11-21T00:00 day"],
    ["past 30 days", "2026-10-22T00:00 2026-11-21T00:00 day"],
    ["last 24 hours", "2026-11-19T12:00 2026-11-20T12:00 hour"],
    ["this week", "2026-11-16T00:00 2026-11-23T00:00 week"],
    ["last week", "2026-11-09T00:00 2026-11-16T00:00 week"],
    ["last 2 weeks", "2026-11-09T00:00 2026-11-23T00:00 week"],
    ["this month", "2026-11-01T00:00 2026-12-01T00:00 month"],
    ["last month", "2026-10-01T00:00 2026-11-01T00:00 month"],
    ["next month", "2026-12-01T00:00 2027-01-01T00:00 month"],
    ["last 12 months", "2025-12-01T00:00 2026-12-01T00:00 month"],
    ["this quarter", "2026-10-01T00:00 2027-01-01T00:00 quarter"],
    ["last quarter", "2026-07-01T00:00 2026-10-01T00:00 quarter"],
    ["this year", "2026-01-01T00:00 2027-01-01T00:00 year"],
    ["2026-10", "2026-10-01T00:00 2026-11-01T00:00 month"],
    ["2026", "2026-01-01T00:00 2027-01-01T00:00 year"],
    ["2026-02-28", "2026-02-28T00:00 2026-03-01T00:00 day"],
    ["2028-02-29", "2028-02-29T00:00 2028-03-01T00:00 day"],
    ["28.02.2026", "2026-02-28T00:00 2026-03-01T00:00 day"],
    ["2026-W41", "2026-10-05T00:00 2026-10-12T00:00 week"],
    ["2026-w53", "2026-12-28T00:00 2027-01-04T00:00 week"],
    ["Q3 2026", "2026-07-01T00:00 2026-10-01T00:00 quarter"],
    ["2026-Q3", "2026-07-01T00:00 2026-10-01T00:00 quarter"],
    ["q1", "2026-01-01T00:00 2026-04-01T00:00 quarter"],
    ["October 2026", "2026-10-01T00:00 2026-11-01T00:00 month"],
    ["oct. 2026", "2026-10-01T00:00 2026-11-01T00:00 month"],
    ["5 October 2026", "2026-10-05T00:00 2026-10-06T00:00 day"],
    ["March", "2026-03-01T00:00 2026-04-01T00:00 month"],
    ["2026-10-01..2026-10-31", "2026-10-01T00:00 2026-11-01T00:00 day"],
    ["2026-10-01 - 2026-10-31", "2026-10-01T00:00 2026-11-01T00:00 day"],
    ["2026-08..2026-10", "2026-08-01T00:00 2026-11-01T00:00 month"],
    ["2026-10-28 to today", "2026-10-28T00:00 2026-11-21T00:00 day"],
    ["last month..today", "2026-10-01T00:00 2026-11-21T00:00 day"],
  ])("%s", (raw, expected) => {
    expect(span(raw)).toBe(expected);
  });

  // The same four stretches in every language.
  test.each([
    [
      "es",
      [
        "los últimos 7 días",
        "hoy",
        "la semana pasada",
        "este mes",
        "octubre de 2026",
        "últimas 24 horas",
        "año pasado",
      ],
    ],
    [
      "pt-BR",
      ["últimos 7 dias", "hoje", "semana passada", "este mês", "outubro de 2026", "últimas 24 horas", "ano passado"],
    ],
    [
      "fr",
      [
        "les 7 derniers jours",
        "aujourd’hui",
        "la semaine dernière",
        "ce mois",
        "octobre 2026",
        "dernières 24 heures",
        "l'année dernière",
      ],
    ],
    [
      "de",
      [
        "letzte 7 Tage",
        "heute",
        "letzte Woche",
        "dieser Monat",
        "Oktober 2026",
        "die letzten 24 Stunden",
        "letztes Jahr",
      ],
    ],
    ["ja", ["過去7日間", "今日", "先週", "今月", "2026年10月", "過去24時間", "去年"]],
    ["ko", ["최근 7일", "오늘", "지난주", "이번 달", "2026년 10월", "지난 24시간", "작년"]],
  ])("in %s", (locale, phrases) => {
    const english = ["last 7 days", "today", "2026-W46", "this month", "2026-10", "last 24 hours", "2025"];
    for (const [index, phrase] of phrases.entries()) {
      const found = span(phrase, { ...at("UTC", locale), act: { workspace: { locale: "en" } } as Act });
      expect(`${phrase}: ${found?.split(" ").slice(0, 2)}`).toBe(
        `${phrase}: ${span(english[index]!)?.split(" ").slice(0, 2)}`,
      );
    }
  });

  test("quarters and days of Japanese, Korean and German", () => {
    expect(span("3. Quartal 2026")).toBe(span("2026-Q3"));
    expect(span("2026年10月5日")).toBe(span("2026-10-05"));
    expect(span("2026년 10월 5일")).toBe(span("2026-10-05"));
    expect(span("2026년 3분기")).toBe(span("2026-Q3"));
  });

  test.each([
    "",
    "soon",
    "last",
    "last 0 days",
    "last 100000 days",
    "2026-13",
    "2026-00",
    "2026-02-30",
    "2026-W54",
    "2025-W53",
    "2026-10-31..2026-10-01",
    "2026-10-01..",
    "..",
    "a..b",
    "2026-10..2026-11..2026-12",
    "Q5 2026",
    "0000",
    "9999",
    "last 7 days days",
    "today tomorrow",
    "monday",
    "5 5 5",
    "__proto__",
    "last 7 __proto__",
  ])("%j is none", (raw) => {
    expect(periodOf(raw, at())).toBeUndefined();
    expect(() => period("When").parse(raw || "x", at())).toThrow(Wrong);
  });

  test("days are the zone's own, and as long as they are there", () => {
    expect(span("today", at("Asia/Tokyo", "ja", new Date("2026-11-20T15:00:00Z")))).toBe(
      "2026-11-20T15:00 2026-11-21T15:00 day",
    );
    // Clocks go forward in Berlin on 29 March and back on 25 October 2026.
    expect(span("2026-03-29", at("Europe/Berlin"))).toBe("2026-03-28T23:00 2026-03-29T22:00 day");
    expect(span("2026-10-25", at("Europe/Berlin"))).toBe("2026-10-24T22:00 2026-10-25T23:00 day");
    expect(span("2026-10", at("Europe/Berlin"))).toBe("2026-09-30T22:00 2026-10-31T23:00 month");
    // In Beirut clocks go forward at midnight: the day begins at one.
    expect(span("2026-03-29", at("Asia/Beirut"))).toBe("2026-03-28T22:00 2026-03-29T21:00 day");
  });

  test("a week begins on Monday unless the workspace's language says otherwise, whoever reads", () => {
    const inWorkspace = (locale: string) => ({ ...at("UTC", "de"), act: { workspace: { locale } } as Act });
    expect(span("this week", inWorkspace("en"))).toContain("2026-11-16");
    expect(span("this week", inWorkspace("en-GB"))).toContain("2026-11-16");
    expect(span("this week", inWorkspace("pt-BR"))).toContain("2026-11-15");
    expect(span("2026-W47", inWorkspace("pt-BR"))).toContain("2026-11-16");
  });

  test("its label is a date in the reader's language", () => {
    expect(periodOf("2026-10", at("UTC", "en"))?.label).toBe("October 2026");
    expect(periodOf("2026-10", at("UTC", "fr"))?.label).toBe("octobre 2026");
    expect(periodOf("this year", at())?.label).toBe("2026");
    expect(periodOf("today", at("UTC", "de"))?.label).toBe("20.11.2026");
    expect(periodOf("last 7 days", at())?.label).toBe("Nov 14\u2009–\u200920, 2026");
  });
});

const when = (raw: string, where = at(), which?: "future" | "past") => momentOf(raw, where, which)?.toISOString();

describe("moment", () => {
  test.each([
    ["2026-10-05T18:30:00Z", "2026-10-05T18:30:00.000Z"],
    ["2026-10-05T18:30:00.250+09:00", "2026-10-05T09:30:00.250Z"],
    ["2026-10-05T18:30", "2026-10-05T18:30:00.000Z"],
    ["2026-10-05 18:30:15", "2026-10-05T18:30:15.000Z"],
    ["2026-10-05", "2026-10-05T00:00:00.000Z"],
    ["18:30", "2026-11-20T18:30:00.000Z"],
    ["tomorrow 9:00", "2026-11-21T09:00:00.000Z"],
    ["tomorrow at 9am", "2026-11-21T09:00:00.000Z"],
    ["today 9:30 p.m.", "2026-11-20T21:30:00.000Z"],
    ["12am", "2026-11-20T00:00:00.000Z"],
    ["12 pm", "2026-11-20T12:00:00.000Z"],
    ["yesterday", "2026-11-19T00:00:00.000Z"],
    ["now", "2026-11-20T12:00:00.000Z"],
    ["in 2 hours", "2026-11-20T14:00:00.000Z"],
    ["in 1h 30m", "2026-11-20T13:30:00.000Z"],
    ["2 days ago", "2026-11-18T12:00:00.000Z"],
    ["monday 9:00", "2026-11-23T09:00:00.000Z"],
    ["next friday 9:00", "2026-11-27T09:00:00.000Z"],
    ["last friday", "2026-11-13T00:00:00.000Z"],
    ["last monday", "2026-11-16T00:00:00.000Z"],
    ["5 October 2026, 18:30", "2026-10-05T18:30:00.000Z"],
    ["5.10.2026 18:30 Uhr", "2026-10-05T18:30:00.000Z"],
    ["mañana a las 9:00", "2026-11-21T09:00:00.000Z"],
    ["dentro de 2 horas", "2026-11-20T14:00:00.000Z"],
    ["amanhã às 9h", "2026-11-21T09:00:00.000Z"],
    ["demain à 9h30", "2026-11-21T09:30:00.000Z"],
    ["il y a 2 heures", "2026-11-20T10:00:00.000Z"],
    ["morgen um 9 Uhr", "2026-11-21T09:00:00.000Z"],
    ["vor 2 Stunden", "2026-11-20T10:00:00.000Z"],
    ["明日9時", "2026-11-21T09:00:00.000Z"],
    ["明日 午後6時30分", "2026-11-21T18:30:00.000Z"],
    ["2時間後", "2026-11-20T14:00:00.000Z"],
    ["내일 오후 6시", "2026-11-21T18:00:00.000Z"],
    ["2시간 전", "2026-11-20T10:00:00.000Z"],
    ["2026년 10월 5일 9시 30분", "2026-10-05T09:30:00.000Z"],
    ["<t:1791225000:R>", "2026-10-05T18:30:00.000Z"],
  ])("%s", (raw, expected) => {
    expect(when(raw)).toBe(expected);
  });

  test.each([
    "",
    "soon",
    "25:00",
    "12:60",
    "13pm",
    "2026-02-30",
    "2026-02-30T10:00Z",
    "2026-10-05T25:00Z",
    "20/11/2026",
    "tomorrow 9",
    "in 5",
    "in",
    "9",
    "tomorrow tomorrow",
    "2026-10-05T10:00+99:00",
    "0001-01-01",
    "9999-01-01",
    "<t:99999999999>",
    "now 9:00",
    "monday tuesday",
    "31 february",
  ])("%j is none", (raw) => {
    expect(when(raw)).toBeUndefined();
  });

  test("clocks are the zone's own; what is skipped moves on, what comes twice is the first", () => {
    expect(when("18:30", at("Asia/Tokyo"))).toBe("2026-11-20T09:30:00.000Z");
    expect(when("2026-03-29 02:30", at("Europe/Berlin"))).toBe("2026-03-29T01:30:00.000Z");
    expect(when("2026-10-25 02:30", at("Europe/Berlin"))).toBe("2026-10-25T00:30:00.000Z");
    expect(when("2026-11-01 01:30", at("America/New_York"))).toBe("2026-11-01T05:30:00.000Z");
    expect(when("2026-03-08 02:30", at("America/New_York"))).toBe("2026-03-08T07:30:00.000Z");
    // Half an hour in Lord Howe.
    expect(when("2026-10-04 02:15", at("Australia/Lord_Howe"))).toBe("2026-10-03T15:45:00.000Z");
  });

  test("a clock alone is the next one for a schedule and the last one for a report", () => {
    expect(when("9:00", at(), "future")).toBe("2026-11-21T09:00:00.000Z");
    expect(when("18:30", at(), "past")).toBe("2026-11-19T18:30:00.000Z");
    expect(() => moment("When", { when: "future" }).parse("yesterday", at())).toThrow("That has passed");
    expect(() => moment("When", { when: "past" }).parse("tomorrow", at())).toThrow("still to come");
    expect(() => moment("When").parse(1234, at())).toThrow(Wrong);
  });
});

test("a local time that exists comes back as it was, in zones with every kind of clock", () => {
  for (const zone of [
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Antarctica/Troll",
  ]) {
    for (let n = 0; n < 400; n++) {
      const instant = new Date(Date.UTC(2026, 0, 1) + n * 22 * 3_600_000);
      const local = localOf(instant, zone);
      const back = instantOf(local, zone);
      // The hour that comes twice is the first of the two.
      expect(localOf(back, zone)).toEqual(local);
      expect(back.getTime()).toBeLessThanOrEqual(instant.getTime());
      expect(localOf(startOf(local, zone), zone)).toMatchObject({
        year: local.year,
        month: local.month,
        day: local.day,
      });
    }
  }
});

test("no two languages disagree about the name of a month", () => {
  const words = vocabulary();
  for (const locale of ["en", "es", "pt-BR", "fr", "de"]) {
    for (let n = 0; n < 12; n++) {
      const name = new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }).format(Date.UTC(2026, n, 5));
      const plain = name
        .toLowerCase()
        .normalize("NFD")
        .replace(/[\u0300-\u036f]/g, "");
      expect(words.get(plain)).toEqual([{ is: "month", month: n + 1 }]);
    }
  }
});
