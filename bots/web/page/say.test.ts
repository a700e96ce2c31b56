import { expect, test } from "vitest";
import { say as core } from "../../../core/words/say.ts";
import { format } from "./say.ts";

test("fills in values, and numbers as the language writes them", () => {
  expect(format("Hello {name}", { name: "Ada" }, "en")).toBe("Hello Ada");
  expect(format("{count} songs", { count: 12345 }, "de")).toBe("12.345 songs");
  expect(format("nothing {missing}", {}, "en")).toBe("nothing ");
  expect(format("no end {name", { name: "Ada" }, "en")).toContain("no end");
});

test("says plurals as the server does", () => {
  const text = "{count, plural, =0 {Nothing fits} one {# suggestion for {name}} other {# suggestions for {name}}}";
  for (const count of [0, 1, 2, 1234])
    expect(format(text, { count, name: "you" }, "en")).toBe(core("en", text, { count, name: "you" }));
  const french = "{n, plural, one {# chanson} other {# chansons}}";
  expect(format(french, { n: 0 }, "fr")).toBe("0 chanson");
  expect(format("{n, plural, other {#曲}}", { n: 3 }, "ja")).toBe("3曲");
});
