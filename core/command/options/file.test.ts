import { describe, expect, test } from "vitest";
import { say } from "../../words/say.ts";
import { type Option, Wrong } from "../option.ts";
import { file, fileText, safeName } from "./index.ts";

const at = { now: new Date("2026-11-20T12:00:00.000Z"), locale: "en", zone: "UTC", currency: "USD" };

/** What an option makes of something: its value, or the sentence that says why not. */
function read<T>(option: Option<T>, raw: unknown): T | string {
  try {
    return option.parse(raw, at) as T;
  } catch (error) {
    if (error instanceof Wrong) return say("en", error.message, error.vars);
    throw error;
  }
}

describe("file", () => {
  const csv = file("Which file", { max: 100, endings: ["csv"] });
  const bytes = new TextEncoder().encode("a,b\n");

  test("from JSON and from an upload", () => {
    expect(read(csv, { name: "x.csv", text: "a,b\n" })).toEqual({ name: "x.csv", type: "text/csv", bytes });
    expect(read(csv, { name: "x.csv", base64: "YSxiCg==" })).toMatchObject({ name: "x.csv", type: "text/csv" });
    expect(read(file("Any"), { name: "x", type: "Audio/X-Thing; q=1", bytes })).toEqual({
      name: "x",
      type: "audio/x-thing",
      bytes,
    });
    expect(read(file("Any"), { name: "x", type: "text/html\r\nX: y", bytes })).toMatchObject({
      type: "application/octet-stream",
    });
  });

  test.each([
    ["x.csv", "Attach a file, or send its name and text."],
    [null, "Attach a file, or send its name and text."],
    [[], "Attach a file, or send its name and text."],
    [{ text: "a" }, "Send the file's name too."],
    [{ name: "x.csv" }, "Attach a file, or send its name and text."],
    [{ name: "x.csv", size: 100 }, "This file could not be fetched. Send it again, please."],
    [{ name: "x.csv", size: 101 }, "This file is too large; 0 MB fit."],
    [{ name: "x.csv", size: 90, most: 80 }, "This file is too large; 0 MB fit."],
    [{ name: "x.csv", size: 90, most: 0 }, "This file could not be fetched. Send it again, please."],
    [{ name: "x.csv", base64: "%%%" }, "Attach a file, or send its name and text."],
    [{ name: "x.csv", text: "" }, "This file is empty."],
    [{ name: "x.csv", text: "x".repeat(101) }, "This file is too large; 0 MB fit."],
    [{ name: "x.csv", text: "é".repeat(60) }, "This file is too large; 0 MB fit."],
    [{ name: "x.exe", text: "a" }, "This takes files that end in .csv."],
  ])("%j is refused", (raw, reason) => {
    expect(read(csv, raw)).toBe(reason);
  });

  test.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\temp\\a.csv", "a.csv"],
    ["\u202egpj.exe", "gpj.exe"],
    [".env", "env"],
    ["..", "file"],
    ["", "file"],
    ["a\u0000b.csv", "ab.csv"],
    [`${"x".repeat(300)}.csv`, `${"x".repeat(116)}.csv`],
  ])("the name %j becomes %j", (raw, expected) => {
    expect(safeName(raw)).toBe(expected);
  });

  test("text that is not UTF-8 is refused, a byte order mark is not text", () => {
    expect(fileText({ name: "x", type: "", bytes: new Uint8Array([0xef, 0xbb, 0xbf, 0x61]) })).toBe("a");
    expect(() => fileText({ name: "x", type: "", bytes: new Uint8Array([0xff, 0x61]) })).toThrow(Wrong);
  });
});
