// The look of every kind of view on every platform, kept as files; and whatever a view holds, nothing over a limit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block } from "../../core/view/index.ts";
import { report } from "../load/report.ts";
import { anyView } from "./any-view.ts";
import { BLOCKS } from "./commands.ts";
import { allDrivers } from "./driver.ts";

/** Ten thousand for the record. */
const VIEWS = Number(process.env.VIEWS ?? 500);

const PRESSED: Record<string, Block[]> = {
  buttons: [
    {
      kind: "buttons",
      buttons: [
        { label: "Go", style: "primary", action: "rAAAAAAAAAAAAAA" },
        { label: "Stop", style: "danger", action: "uBBBBBBBBBBBBBB" },
        { label: "Later", action: "pCCCCCCCCCCCCCC" },
      ],
    },
  ],
  select: [
    {
      kind: "select",
      label: "Which one?",
      choices: [
        { value: "a", label: "First", action: "rDDDDDDDDDDDDDD" },
        { value: "b", label: "Second", action: "rEEEEEEEEEEEEEE" },
      ],
    },
  ],
  form: [
    {
      kind: "form",
      title: "/test book",
      submit: "Run",
      command: "test book",
      action: "rFFFFFFFFFFFFFF",
      inputs: [
        { name: "title", label: "What is it called?", kind: "text", required: true, max: 80, error: "This is needed." },
        { name: "kind", label: "Which kind?", kind: "choice", required: true, value: "live" },
      ],
    },
  ],
};
const ALL = { ...BLOCKS, ...PRESSED };

describe.each(await allDrivers())("$surface", ({ surface, paint }) => {
  test.each(Object.keys(ALL))("a view with %s looks as it did", async (kind) => {
    const { payloads, wrong } = paint({ text: "This is it.", blocks: ALL[kind]! });
    expect(wrong).toEqual([]);
    await expect(`${JSON.stringify(payloads, null, 2)}\n`).toMatchFileSnapshot(`./golden/${surface}/${kind}.txt`);
  });

  test(`of ${VIEWS} views none is over a limit`, { timeout: 60_000 + VIEWS * 200 }, () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    let payloads = 0;
    fc.assert(
      fc.property(anyView, (view) => {
        const painted = paint(view);
        expect(painted.wrong).toEqual([]);
        expect(painted.payloads.length).toBeGreaterThan(0);
        payloads += painted.payloads.length;
      }),
      { numRuns: VIEWS, seed },
    );
    report("random views", surface, `${VIEWS} views, ${payloads} payloads, 0 over a limit`);
  });
});
