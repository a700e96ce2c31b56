import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { ChartSpec } from "../view.ts";
import { svgOf } from "./draw.ts";
import { HUES, LOOKS } from "./look.ts";
import { figure } from "./numbers.ts";
import { axisOf, width, wrap } from "./option.ts";
import { painter } from "./render.ts";

const paint = painter(200);
afterAll(() => paint.close());

const week: ChartSpec = {
  form: "line",
  title: "Synthwave overtook City Pop on Tuesday",
  unit: "money",
  currency: "USD",
  labels: ["Mon", "Tue", "Wed", "Thu"],
  series: [
    { name: "City Pop", values: [120, 130, null, 140] },
    { name: "Synthwave", values: [100, 150, 160, 170] },
  ],
  target: { name: "Target", value: 150 },
  through: "Data through 14:05",
};

test("a chart is a picture of 1200 by 675 points, and says the same twice", async () => {
  const [one, two] = await Promise.all([
    paint.render(week, { theme: "light", locale: "en" }),
    paint.render(week, { theme: "light", locale: "en" }),
  ]);
  const png = Buffer.from(one);
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 675]);
  expect(Buffer.from(two).equals(png)).toBe(true);
  expect(Buffer.from(await paint.render(week, { theme: "dark", locale: "en" })).equals(png)).toBe(false);
});

test("what is written in Japanese and Korean has letters, not boxes", async () => {
  const told = (title: string) => paint.render({ ...week, title }, { theme: "light", locale: "ja" });
  const [one, other, korean, different] = await Promise.all([told("夜空"), told("朝日"), told("월간"), told("주간")]);
  // The same number of missing letters would draw the same boxes.
  expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false);
  expect(Buffer.from(korean).equals(Buffer.from(different))).toBe(false);
});

test("names stand at the ends of lines, gaps stay open, the target is marked", () => {
  const svg = svgOf(week, "light", "en");
  expect(svg).toContain("Synthwave</text>");
  expect(svg).toContain("Target $150");
  expect(svg).toContain("Data through 14:05");
});

test("somebody's words never become markup of the picture", () => {
  const svg = svgOf(
    {
      ...week,
      title: '<script>x</script>"&',
      series: [{ name: "<image href='file:///etc/passwd'/>", values: [1, 2, 3, 4] }],
    },
    "light",
    "en",
  );
  expect(svg).not.toContain("<script");
  expect(svg).not.toContain("<image");
});

test("the axis has at most four lines above its base, holds every value, and bars begin at zero", () => {
  const numbers = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(numbers, { minLength: 1, maxLength: 20 }),
      fc.constantFrom("line", "bar", "area"),
      (values, form) => {
        const { min, max, interval } = axisOf({
          ...week,
          form: form as "line",
          target: undefined as never,
          series: [{ name: "a", values }],
        });
        const slack = interval * 1e-6;
        expect((max - min) / interval).toBeLessThanOrEqual(4.01);
        expect(min - slack).toBeLessThanOrEqual(Math.min(...values));
        expect(max + slack).toBeGreaterThanOrEqual(Math.max(...values));
        if (form !== "line") expect(min <= 0 && max >= 0).toBe(true);
      },
    ),
    { numRuns: 2000, seed: 7 },
  );
});

test("of things that are counted there is no half", () => {
  const axis = (...values: number[]) =>
    axisOf({ form: "bar", title: "", unit: "number", labels: [], series: [{ name: "a", values }] });
  expect(axis(0, 2)).toEqual({ min: 0, max: 2, interval: 1 });
  expect(axis(0)).toEqual({ min: 0, max: 1, interval: 1 });
  expect(axis(3, 5)).toEqual({ min: 0, max: 6, interval: 2 });
  expect(axis(10)).toEqual({ min: 0, max: 10, interval: 5 });
});

test("figures are written as the language writes them", () => {
  const money = { unit: "money", currency: "EUR" } as const;
  expect(figure("de", money, 1234.5, false)).toBe("1.234,50\u00a0€");
  expect(figure("en", { unit: "money", currency: "USD" }, 25_000, true)).toBe("$25K");
  expect(figure("en", { unit: "percent" }, 0.125, true)).toBe("12.5%");
  expect(figure("en", { unit: "seconds" }, 0.025, true)).toBe("25 ms");
  expect(figure("ja", { unit: "number" }, 12_000, true)).toBe("1.2万");
});

test("titles take two lines at most and say when they were cut", () => {
  expect(wrap("short", 58)).toBe("short");
  const long = wrap("word ".repeat(60), 58);
  expect(long.split("\n")).toHaveLength(2);
  expect(long.endsWith("…")).toBe(true);
  expect(width("日本")).toBe(4);
});

test("hues have contrast 3 on their surface, letters 4.5", () => {
  for (const theme of ["light", "dark"] as const) {
    const { surface, ink, soft } = LOOKS[theme];
    for (const hue of HUES[theme]) expect(contrast(hue, surface), `${theme} ${hue}`).toBeGreaterThanOrEqual(3);
    for (const text of [ink, soft]) expect(contrast(text, surface)).toBeGreaterThanOrEqual(4.5);
  }
});

test("an empty chart, one point, and all gaps are drawn; too many points are refused", async () => {
  const how = { theme: "light", locale: "en" } as const;
  for (const values of [[], [5], [null, null]] as (number | null)[][]) {
    const png = await paint.render(
      { ...week, labels: values.map(String), series: [{ name: "a", values }], form: "bar" },
      how,
    );
    expect(png.length).toBeGreaterThan(1000);
  }
  const many = { ...week, labels: Array.from({ length: 6000 }, String) };
  await expect(paint.render(many, how)).rejects.toThrow("at most 5000 points");
});

test("after a rest or an end the next chart is drawn by a new process", async () => {
  const one = paint.render(week, { theme: "light", locale: "en" });
  paint.close();
  await expect(one).rejects.toThrow("closed");
  await paint.render(week, { theme: "light", locale: "en" });
  await new Promise((r) => setTimeout(r, 300));
  expect((await paint.render(week, { theme: "light", locale: "en" })).length).toBeGreaterThan(1000);
});

function contrast(a: string, b: string): number {
  const light = (hex: string) => {
    const [r, g, blue] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * blue!;
  };
  const [x, y] = [light(a), light(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
