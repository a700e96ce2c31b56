import type { Act } from "../act.ts";
import { clip, command, period, person, text } from "../command/index.ts";
import { persons } from "../people/index.ts";
import { refuse } from "../problem.ts";
import { type Block, view } from "../view/index.ts";
import { type Line, listAudit } from "./list.ts";
import type { Head } from "./seal.ts";
import { type Finding, type Report, verifyAudit } from "./verify.ts";

const PAGE = 50;

const auditList = command({
  name: "audit list",
  says: "Who did what, newest first",
  options: {
    from: period("From which time").optional(),
    person: person(persons, "Whose doing").optional(),
    before: text("Go on before this id", { max: 40 }).optional(),
  },
  role: "owner",
  reply: "private",
  reads: true,
  examples: ["audit list", 'audit list from:"last 7 days" person:@ken'],
  async run({ options, act }) {
    const rows = await listAudit(act, { ...options, person: options.person?.id }, PAGE + 1);
    const items = rows.slice(0, PAGE);
    return {
      view: view(
        act.say("{count, plural, =0 {Nothing was done in this time.} one {# entry.} other {# entries.}}", {
          count: items.length,
        }),
        {
          kind: "table",
          columns: [
            { label: act.say("When") },
            { label: act.say("Who") },
            { label: act.say("What") },
            { label: act.say("Where") },
          ],
          rows: items.map((line) => rowOf(act, line)),
        },
      ),
      data: { items, ...(rows.length > PAGE ? { next: items.at(-1)?.id } : {}) },
    };
  },
});

function rowOf(act: Act, line: Line): string[] {
  const when = new Intl.DateTimeFormat(act.locale, {
    dateStyle: "short",
    timeStyle: "medium",
    timeZone: act.workspace.zone,
  });
  const done = line.outcome === "done" ? `/${line.command}` : `/${line.command} (${line.outcome})`;
  return [when.format(new Date(line.at)), clip(line.name || "—", 30), done, line.surface];
}

const auditVerify = command({
  name: "audit verify",
  says: "Check that nobody changed, removed or added what was noted",
  options: { head: text("A head that you kept: number:hash", { max: 80 }).optional() },
  role: "owner",
  reply: "private",
  agents: "never",
  examples: ["audit verify"],
  async run({ options, act }) {
    const kept = options.head ? headOf(options.head) : undefined;
    const report = await verifyAudit(act, kept);
    const head = report.head && `${report.head.number}:${report.head.hash.toString("hex")}`;
    const { ok, rows, blocks, found, count } = report;
    return {
      view: view(textOf(act, report), ...blocksOf(act, report, head)),
      data: { item: { id: act.workspace.id, ok, rows, blocks, head: head ?? null, count, found } },
    };
  },
});

function headOf(typed: string): Head {
  const [, number, hash] = /^(\d{1,9}):([0-9a-f]{64})$/i.exec(typed.trim()) ?? [];
  if (!number || !hash) throw refuse("options", "A head is written as /audit verify shows it: number:hash.");
  return { number: Number(number), hash: Buffer.from(hash, "hex") };
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

export const auditCommands = [auditList, auditVerify];
