import { expect, test } from "vitest";
import type { Short } from "../budgets/index.ts";
import { say } from "../words/say.ts";
import { shortWords } from "./short.ts";

const act = (zone = "UTC", at = "2026-11-20T12:00:00Z") => ({
  locale: "en",
  now: new Date(at),
  workspace: { zone },
  say: (text: string, vars?: Parameters<typeof say>[2]) => say("en", text, vars),
});
const short = (more: Partial<Short>): Short => ({
  scope: "workspace",
  each: "",
  period: "month",
  asset: "USD/6",
  cap: 95_000_000n,
  used: 92_150_000n,
  wanted: 4_500_000n,
  ...more,
});

test.each<[string, Partial<Short>, string]>([
  [
    "97% are used, and it is dearer than the rest",
    {},
    "The whole workspace: $2.85 of $95.00 a month is left, and this would cost $4.50. Wait until December 1, or let an owner raise it with /budget set.",
  ],
  [
    "all of it is used",
    { used: 95_000_000n },
    "The whole workspace: the budget of $95.00 a month is used up, and this would cost $4.50. Wait until December 1, or let an owner raise it with /budget set.",
  ],
  [
    "more than all of it was spent",
    { used: 99_000_000n, period: "week" },
    "The whole workspace: the budget of $95.00 a week is used up, and this would cost $4.50. Wait until November 23, or let an owner raise it with /budget set.",
  ],
  [
    "it never fits: nobody is told to wait",
    { wanted: 100_000_000n },
    "The whole workspace: this would cost $100.00, more than the whole budget of $95.00 a month. An owner can raise it with /budget set.",
  ],
  [
    "counted in songs, each channel its own",
    { scope: "provider:suno", each: "channel", asset: "song", period: "day", cap: 12n, used: 11n, wanted: 2n },
    "Provider suno, each channel: 1 of 12 a day is left, and this would cost 2. Wait until November 21, or let an owner raise it with /budget set.",
  ],
  [
    "once and for all",
    { period: "once" },
    "The whole workspace: $2.85 of $95.00 in all is left, and this would cost $4.50. An owner can raise it with /budget set.",
  ],
  [
    "less than a cent",
    { cap: 1000n, used: 900n, wanted: 400n },
    "The whole workspace: $0.0001 of $0.001 a month is left, and this would cost $0.0004. Wait until December 1, or let an owner raise it with /budget set.",
  ],
])("%s", (_, more, words) => {
  expect(shortWords(act(), short(more))).toBe(words);
});

test("the next day is the workspace's own", () => {
  const day = { period: "day" };
  expect(shortWords(act("Asia/Tokyo", "2026-11-20T16:00:00Z"), short(day))).toContain("Wait until November 22");
  expect(shortWords(act("America/New_York", "2026-12-31T23:00:00Z"), short(day))).toContain("Wait until January 1");
});
