import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { command, text } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { type Block, view } from "../view/index.ts";
import { type Budget, capsByStage, listBudgets } from "./budget.ts";
import { stageCheck, stageShow } from "./commands-stage.ts";
import { targetList, targetSet } from "./commands-target.ts";
import { aimName, capName, figureWords, isMoney, moneyData, moneyWords, periodWords } from "./figures.ts";

const budgetData = ({ asset, amount, ...budget }: Budget) => ({
  ...budget,
  ...(isMoney(asset) ? { amount: moneyData(amount, asset) } : { count: Number(amount), of: asset }),
});

function capWords(act: Act, { asset, amount, each, period }: Budget): string {
  const money = isMoney(asset) ? moneyData(amount, asset) : undefined;
  const cap = money
    ? moneyWords(act.locale, money.amount, money.currency)
    : asset === "song"
      ? act.say("{count, plural, one {# song} other {# songs}}", { count: Number(amount) })
      : `${amount} × ${asset}`;
  const words = `${cap} ${periodWords(act, period)}`;
  if (each === "channel") return act.say("{cap}, each channel", { cap: words });
  if (each === "person") return act.say("{cap}, each person", { cap: words });
  return words;
}

export const budgetShow = command({
  name: "budget show",
  says: "What may be spent, by whom and in how long a time",
  role: "owner",
  reply: "private",
  reads: true,
  options: { scope: text("Only this one, such as workspace or provider:suno", { max: 100 }).optional() },
  examples: ["budget show", "budget show scope:provider:suno"],
  async run({ act, options }) {
    const budgets = await listBudgets(act, options.scope?.toLowerCase());
    const [first] = budgets;
    if (!first) {
      if (options.scope)
        throw refuse("missing", "There is no budget for {scope}. /budget show names those there are.", {
          scope: options.scope,
        });
      return { view: view(act.say("Nothing is capped yet.")), data: { item: null, items: [] } };
    }
    const columns = [{ label: act.say("For") }, { label: act.say("At most"), align: "right" as const }];
    const rows = budgets.map((b) => [capName(act, b.scope), capWords(act, b)]);
    const chart = first.scope === "workspace" ? await capsChart(act) : undefined;
    const words = act.say("{scope}: {cap}.", { scope: capName(act, first.scope), cap: capWords(act, first) });
    return {
      view: view(words, { kind: "table", columns, rows }, ...(chart ? [chart] : [])),
      data: { item: budgetData(first), items: budgets.map(budgetData) },
    };
  },
});

/** The whole business's cap, stage by stage. */
async function capsChart(act: Act): Promise<Block | undefined> {
  const caps = await capsByStage(act, "workspace");
  const currency = caps[0]?.asset.slice(0, 3);
  if (caps.length < 2 || !currency) return undefined;
  const title = act.say("What may be spent a month, by stage");
  return {
    kind: "chart",
    alt: title,
    chart: {
      form: "bar",
      title,
      unit: "money",
      currency,
      labels: caps.map((c) => act.say("Stage {number}", { number: c.stage })),
      series: [{ name: act.say("At most"), values: caps.map((c) => Number(moneyData(c.amount, c.asset).amount)) }],
    },
  };
}

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

export const metricCommands = [stageShow, stageCheck, targetSet, targetList, budgetShow, ruleList];
