// What was found, in words, whether somebody waited for it or a job did the work.
import { type Act, jobKind } from "../act.ts";
import { refuse } from "../problem.ts";
import { type Block, view } from "../view/index.ts";
import type { Head } from "./seal.ts";
import type { Finding, Report } from "./verify.ts";

/** `head`: one that was kept elsewhere, as it was typed. */
export const auditVerification = jobKind<{ head?: string }>("audit verify");

export function headOf(typed: string): Head {
  const [, number, hash] = /^(\d{1,9}):([0-9a-f]{64})$/i.exec(typed.trim()) ?? [];
  if (!number || !hash) throw refuse("options", "A head is written as /audit verify shows it: number:hash.");
  return { number: Number(number), hash: Buffer.from(hash, "hex") };
}

export function shown(act: Act, report: Report) {
  const head = report.head && `${report.head.number}:${report.head.hash.toString("hex")}`;
  const { ok, rows, blocks, found, count } = report;
  return {
    view: view(textOf(act, report), ...blocksOf(act, report, head)),
    data: { item: { id: act.workspace.id, ok, rows, blocks, head: head ?? null, count, found } },
  };
}

const textOf = (act: Act, { ok, rows, count }: Report): string =>
  ok
    ? act.say("{rows, plural, one {# entry} other {# entries}}, all as they were written.", { rows })
    : act.say(
        "{count, plural, one {# thing is} other {# things are}} not as written. Look who may reach the database.",
        {
          count,
        },
      );

function blocksOf(act: Act, { found, blocks }: Report, head: string | undefined): Block[] {
  const told: Block[] = head
    ? [
        {
          kind: "fields",
          fields: [
            { label: act.say("Blocks"), value: String(blocks) },
            { label: act.say("Head"), value: head },
          ],
        },
        { kind: "text", tone: "soft", text: act.say("Keep the head elsewhere: with it, a cut-off end is found too.") },
      ]
    : [];
  if (found.length === 0) return told;
  return [
    { kind: "list", items: found.map((f) => ({ text: words(act, f), ...("row" in f ? { id: f.row } : {}) })) },
    ...told,
  ];
}

function words(act: Act, finding: Finding): string {
  switch (finding.kind) {
    case "edited":
      return act.say("Entry {row} was changed.", { row: finding.row });
    case "deleted":
      return act.say("Entry {row} was removed.", { row: finding.row });
    case "inserted":
      return act.say("Entry {row} was not written by us.", { row: finding.row });
    case "block":
      return act.say("The list or the order in block {block} was changed.", { block: finding.block });
    case "missing":
      return act.say("Block {block} is missing.", { block: finding.block });
    case "cut":
      return act.say("The end was cut off: block {block} was there once.", { block: finding.block });
  }
}
