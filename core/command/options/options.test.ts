import { describe, expect, test } from "vitest";
import type { Act } from "../../act.ts";
import { say } from "../../words/say.ts";
import { type Option, type ParseContext, type Parsing, parseOptions, Wrong } from "../option.ts";
import { choice, colour, decimal, duration, durationWords, type Entity, pick, text, whole, yesNo } from "./index.ts";

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

describe("numbers", () => {
  test.each([
    ["0.05", "en", 0.05],
    ["0,05", "de", 0.05],
    ["0,05", "en", 0.05],
    ["5%", "en", 0.05],
    ["12,5 %", "de", 0.125],
    ["1.234", "de", 1234],
    ["1.234", "en", 1.234],
    ["1,234", "en", 1234],
    [".5", "en", 0.5],
    [0.1, "de", 0.1],
    ["-1", "en", "Between 0 and 1,000,000,000, please."],
    ["1.2345678", "en", "At most 6 digits after the point."],
    ["abc", "en", "Write a number, such as 12.5."],
    [Number.POSITIVE_INFINITY, "en", "Write a number, such as 12.5."],
    [Number.NaN, "en", "Write a number, such as 12.5."],
    ["123456789.1234567", "en", "At most 6 digits after the point."],
  ])("decimal %j in %s", (raw, locale, expected) => {
    expect(read(decimal("Rate"), raw, at(locale))).toBe(expected);
  });

  test("a default is not read in the reader's language", () => {
    const { values } = parseOptions({ rate: decimal("Rate", { default: 1.125 }) }, {}, at("de")) as Parsing;
    expect(values).toEqual({ rate: 1.125 });
  });

  test.each([
    ["1,000", 1000],
    ["１２", 12],
    [" 7 ", 7],
    ["7.0", 7],
    [Number.POSITIVE_INFINITY, "Between 0 and 1,000,000, please."],
    [-0, 0],
    ["1.5", "Write a whole number, such as 1."],
    [1.5, "Write a whole number, such as 1."],
    ["0x10", "Write a whole number, such as 1."],
    ["", "Write a whole number, such as 1."],
    [{}, "Write a whole number, such as 1."],
  ])("whole %j", (raw, expected) => {
    expect(read(whole("How many"), raw)).toBe(expected);
  });
});

describe("duration", () => {
  test.each([
    ["90s", 90],
    ["90", 90],
    [90, 90],
    ["1h 30m", 5400],
    ["1h30m", 5400],
    ["1h30", 5400],
    ["1.5h", 5400],
    ["1,5 h", 5400],
    ["2 days", 172800],
    ["2 days and 3 hours", 183600],
    ["3:45", 225],
    ["1:02:03", 3723],
    ["PT1H30M", 5400],
    ["P1DT2H", 93600],
    ["P2W", 1209600],
    ["2 horas y 5 minutos", 7500],
    ["2 Stunden", 7200],
    ["3 jours", 259200],
    ["2時間30分", 9000],
    ["2시간 30분", 9000],
    ["1 semana", 604800],
  ])("%j is %d s", (raw, seconds) => {
    expect(read(duration("How long"), raw)).toBe(seconds);
  });

  test.each(["", "soon", "1h 2h", "30m 1h", "P1M", "P", "PT", "3:75", "h", "-5s", "1 month", "5 5", null, [], 1.5])(
    "%j is none",
    (raw) => {
      expect(read(duration("How long"), raw)).toBe("Write how long, such as 90s, 1h 30m or 2 days.");
    },
  );

  test("bounds are told in words", () => {
    expect(read(duration("How long", { min: 60, max: 3600 }), "2h")).toBe("Between 1m and 1h, please.");
    expect(durationWords(93_784)).toBe("1d 2h 3m 4s");
  });
});

describe("words", () => {
  test.each([
    ["sí", true],
    ["Yes", true],
    ["はい", true],
    ["네", true],
    ["não", false],
    ["nein", false],
    ["いいえ", false],
    ["아니요", false],
    [false, false],
    [1, true],
    [2, "Write yes or no."],
    ["maybe", "Write yes or no."],
    [{}, "Write yes or no."],
  ])("yes or no: %j", (raw, expected) => {
    expect(read(yesNo("Sure"), raw)).toBe(expected);
  });

  test("a wrong choice hears what was perhaps meant", () => {
    const kind = choice("Which", ["daily", "weekly", "monthly"]);
    expect(read(kind, "Weekly")).toBe("weekly");
    expect(read(kind, "weakly")).toBe("Choose one of: daily, weekly, monthly. Did you mean weekly?");
    expect(read(kind, "xyzzy")).toBe("Choose one of: daily, weekly, monthly.");
    expect(read(kind, "__proto__")).toBe("Choose one of: daily, weekly, monthly.");
  });

  test.each([
    ["#5b4ce0", "#5b4ce0"],
    ["#FFF", "#ffffff"],
    ["5B4CE0", "#5b4ce0"],
    ["Teal", "#008080"],
    ["#12", "Write a colour as #5b4ce0, or by name, such as teal."],
    ["constructor", "Write a colour as #5b4ce0, or by name, such as teal."],
    [5, "Write a colour as #5b4ce0, or by name, such as teal."],
  ])("colour %j", (raw, expected) => {
    expect(read(colour("Hue"), raw)).toBe(expected);
  });

  test("text is whole code points without control characters, counted as people count", () => {
    expect(read(text("Say"), "a\u0000b\ud800c\r\nd")).toBe("ab\ufffdc\nd");
    expect(read(text("Say", { max: 2 }), "🎵🎵")).toBe("🎵🎵");
    expect(read(text("Say", { max: 2 }), "🎵🎵🎵")).toBe("This has 3 letters; 2 fit.");
    expect(read(text("Say", { min: 2 }), " a ")).toBe("Write at least 2 letters.");
    expect(read(text("Say"), "x".repeat(5_000_000))).toBe("This has 5,000,000 letters; 1,000 fit.");
    expect(read(text("Say"), 12)).toBe("12");
    expect(read(text("Say"), { toString: 1 })).toBe("Write it as text.");
  });
});

describe("pick", () => {
  const all = [
    { id: "1", slug: "neon-synthwave", name: "Neon Synthwave" },
    { id: "2", slug: "noir-jazz", name: "Noir Jazz" },
  ];
  const channels: Entity<(typeof all)[number]> = {
    name: "channel",
    find: async (_act, raw) => all.find((c) => c.id === raw || c.slug === raw || c.name === raw),
    search: async (_act, typed) =>
      all.filter((c) => c.slug.startsWith(typed)).map((c) => ({ value: c.slug, label: c.slug })),
  };
  const channel = pick(channels, "Which channel");
  const act = {} as Act;
  const find = async (raw: unknown) => {
    try {
      return await channel.parse(raw, { ...at(), act });
    } catch (error) {
      if (error instanceof Wrong) return say("en", error.message, error.vars);
      throw error;
    }
  };

  test("by id, slug or name; otherwise the nearest is offered", async () => {
    expect(await find("2")).toBe(all[1]);
    expect(await find(" noir-jazz ")).toBe(all[1]);
    expect(await find("noir")).toBe("Nothing here is called noir. Did you mean noir-jazz?");
    expect(await find("noir-jaz")).toBe("Nothing here is called noir-jaz. Did you mean noir-jazz?");
    expect(await find("zzzzzz")).toBe("Nothing here is called zzzzzz.");
    expect(await find({})).toBe("Write its id or name.");
    expect(await find("x".repeat(201))).toBe("Write its id or name.");
  });

  test("errors come in the order the options were declared, and another failure is not swallowed", async () => {
    const options = { b: channel, a: whole("How many") };
    const { errors } = await parseOptions(options, { a: "x", b: "x", z: 1 }, { ...at(), act });
    expect(errors.map((e) => e.option)).toEqual(["z", "b", "a"]);
    const broken: Option<number> = {
      ...whole("Broken"),
      parse: () => {
        throw new TypeError("broken");
      },
    };
    await expect(parseOptions({ b: channel, a: broken }, { a: 1, b: "x" }, { ...at(), act })).rejects.toThrow("broken");
  });

  test("a wrong option name hears what was perhaps meant", () => {
    const { errors } = parseOptions({ count: whole("How many", { default: 1 }) }, { cuont: 3 }, at()) as Parsing;
    expect(errors).toMatchObject([{ option: "cuont", vars: { near: "count" } }]);
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`x${n}`, n]));
    expect((parseOptions({}, many, at()) as Parsing).errors).toHaveLength(20);
  });
});
