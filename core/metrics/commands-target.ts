import type { Act } from "../act.ts";
import { choice, command, decimal, localOf, moment, pick, text, whole } from "../command/index.ts";
import { type View, view } from "../view/index.ts";
import { aimName, aimWords, figureWords, metrics, nameOf, periodWords } from "./figures.ts";
import { unitOf } from "./slugs.ts";
import { listTargets, setTarget, type Target } from "./target.ts";

const PERIODS = ["hour", "day", "week", "month", "year", "once"] as const;
/** A billion a day for a thousand years: nobody aims higher, and a double holds it exactly. */
const HIGHEST = 1e12;
/** A card holds so many rows; the data holds all. */
const SHOWN = 30;

const dataOf = (t: Target) => ({
  id: t.id,
  metric: t.metric,
  scope: t.scope,
  period: t.period,
  stage: t.stage,
  unit: unitOf(t.metric),
  value: t.low,
  low: t.low,
  high: t.high,
  currency: t.currency,
  by: t.due_on,
  month: t.due_month,
  stated: t.stated,
  note: t.note,
  set_by: t.set_by,
});

/** A day of the workspace's calendar, as ISO 8601 writes it. */
function dayWords(act: Act, at: Date): string {
  const { year, month, day } = localOf(at, act.workspace.zone);
  return [String(year).padStart(4, "0"), ...[month, day].map((n) => String(n).padStart(2, "0"))].join("-");
}

export const targetSet = command({
  name: "target set",
  says: "Say what a metric should reach",
  role: "owner",
  options: {
    metric: pick(metrics, "Which metric"),
    value: decimal("What it should reach; a share as 5% or 0.05", { min: -HIGHEST, max: HIGHEST }),
    by: moment("By which day", { when: "future" }).optional(),
    period: choice("In how long a time", PERIODS).optional(),
    scope: text("For a part only, such as channel:noir-jazz or source:stores", { max: 100 }).optional(),
  },
  examples: ["target set viewers 2000", "target set mrr 10000 by:2027-03-31", "target set uptime 99.5%"],
  async run({ act, options: { metric, value, by, period, scope } }) {
    const { before, target } = await setTarget(act, {
      metric,
      value: String(value),
      scope: scope?.toLowerCase() ?? "",
      period,
      day: by ? dayWords(act, by) : null,
      currency: unitOf(metric) === "money" ? act.workspace.currency : null,
    });
    const words = { metric: nameOf(metric), value: wordsOf(act, target) };
    return {
      view: view(
        before
          ? act.say("{metric}: {value}, before {before}.", { ...words, before: aimWords(act, before) })
          : act.say("{metric}: {value}.", words),
        {
          kind: "buttons",
          buttons: [{ label: act.say("Targets"), press: { command: "target list", uses: "many" } }],
        },
      ),
      data: { item: dataOf(target) },
    };
  },
});

export const targetList = command({
  name: "target list",
  says: "What the business aims at now, or in one stage",
  role: "staff",
  reads: true,
  options: {
    metric: pick(metrics, "Only this metric").optional(),
    stage: whole("Only those of this stage", { min: 1, max: 100 }).optional(),
  },
  examples: ["target list", "target list metric:viewers", "target list stage:2"],
  async run({ act, options }) {
    const targets = await listTargets(act, options);
    return { view: targetsView(act, targets), data: { items: targets.map(dataOf) } };
  },
});

function wordsOf(act: Act, target: Target): string {
  const words = `${aimWords(act, target)} ${periodWords(act, target.period)}`.trim();
  if (target.due_on !== null) return act.say("{target} by {day}", { target: words, day: target.due_on });
  if (target.due_month !== null)
    return act.say("{target} by month {month}", { target: words, month: target.due_month });
  return words;
}

function targetsView(act: Act, targets: readonly Target[]): View {
  if (targets.length === 0) return view(act.say("There is no target here yet. An owner sets one with /target set."));
  const words = act.say("{count, plural, one {# target} other {# targets}}.", { count: targets.length });
  const rows = targets
    .slice(0, SHOWN)
    .map((t) => [
      aimName(act, t),
      wordsOf(act, t),
      t.stated === null ? "" : figureWords(act, t.metric, t.stated, t.currency),
    ]);
  const hidden = targets.length - rows.length;
  const columns = [
    { label: act.say("Target") },
    { label: act.say("Value"), align: "right" as const },
    { label: act.say("Stated"), align: "right" as const },
  ];
  const more = act.say("{hidden} more: ask for one metric or one stage.", { hidden });
  return view(words, { kind: "table", columns, rows, ...(hidden > 0 ? { caption: more } : {}) });
}
