import { rawOf } from "../../db/connect.ts";
import { command } from "../command/index.ts";
import { view } from "../view/index.ts";
import { stageCheck, stageShow } from "./commands-stage.ts";
import { targetList, targetSet } from "./commands-target.ts";
import { aimName, figureWords } from "./figures.ts";

const SIGNS = { ">": ">", ">=": "≥", "<": "<", "<=": "≤" };

type Rule = {
  id: string;
  slug: string;
  name: string;
  metric: string;
  scope: string;
  operator: keyof typeof SIGNS;
  threshold: string;
  currency: string | null;
  window_seconds: number;
  severity: "notice" | "warning" | "critical";
  place: string;
  advice: string;
  enabled: boolean;
};

export const ruleList = command({
  name: "rule list",
  says: "What is watched, and when it is told",
  role: "staff",
  reads: true,
  examples: ["rule list"],
  async run({ act }) {
    const rules = await rawOf(act.db)<Rule[]>`
      select id, slug, name, metric, scope, operator, threshold, currency, window_seconds, severity, place, advice, enabled
      from rule order by array_position(array['critical', 'warning', 'notice'], severity), slug`;
    const items = rules.map((r) => ({ ...r }));
    if (items.length === 0)
      return {
        view: view(act.say("Nothing is watched yet. An owner starts with nine: /setup blueprint:empty")),
        data: { items },
      };
    const severity = { critical: act.say("critical"), warning: act.say("warning"), notice: act.say("notice") };
    const rows = items.map((r) => [
      r.enabled ? r.name : act.say("{rule} (off)", { rule: r.name }),
      `${aimName(act, r)} ${SIGNS[r.operator]} ${figureWords(act, r.metric, r.threshold, r.currency)}`,
      severity[r.severity],
    ]);
    const columns = [{ label: act.say("Rule") }, { label: act.say("When") }, { label: act.say("Severity") }];
    const words = act.say("{count, plural, one {# rule watches} other {# rules watch}}.", {
      count: items.filter((r) => r.enabled).length,
    });
    return { view: view(words, { kind: "table", columns, rows }), data: { items } };
  },
});

export const metricCommands = [stageShow, stageCheck, targetSet, targetList, ruleList];
