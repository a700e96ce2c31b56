import type { Act } from "../act.ts";
import { clip, command, period, person, text } from "../command/index.ts";
import { runningView } from "../jobs/index.ts";
import { persons } from "../people/index.ts";
import { view } from "../view/index.ts";
import { type Line, listAudit } from "./list.ts";
import { auditVerification, headOf, shown } from "./report.ts";
import { isLong, verifyAudit } from "./verify.ts";

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
  async run({ options: { head = "" }, act }) {
    const kept = head ? headOf(head) : undefined;
    if (!(await isLong(act))) return shown(act, await verifyAudit(act, kept));
    const job = await act.later(auditVerification, head ? { head } : {}, { key: `audit verify ${head.trim()}` });
    return { view: runningView(act, act.say("There are many entries: this takes a while."), job), job };
  },
});

export const auditCommands = [auditList, auditVerify];
