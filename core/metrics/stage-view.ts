// A stage as a card: what it asks for and costs, and what to do next.
import type { Act } from "../act.ts";
import { type Block, type Button, type Field, type View, view } from "../view/index.ts";
import { aimName, aimWords, figureWords, type MoneyData, moneyWords, periodWords } from "./figures.ts";
import type { Gate, Plan, Stage, Step } from "./stage.ts";

const money = (act: Act, { amount, currency }: MoneyData) => moneyWords(act.locale, amount, currency);

export function stageView(act: Act, stage: Stage, steps: readonly Step[]): View {
  const words = act.say("Stage {number} of {of}, {name}: {goal}.", {
    number: stage.number,
    of: stage.of,
    name: stage.name,
    goal: stage.goal,
  });
  const blocks: (Block | undefined)[] = [
    { kind: "fields", fields: fieldsOf(act, stage) },
    chartOf(act, stage, steps),
    linesOf(act, stage),
    gatesOf(act, stage),
    checklistOf(act, stage),
    targetsOf(act, stage),
    risksOf(act, stage),
    choicesOf(act, stage),
    { kind: "buttons", buttons: buttonsOf(act, stage) },
  ];
  return view(words, ...blocks.filter((block) => block !== undefined));
}

/** "$235 a month (the document says $150)". */
function planWords(act: Act, { amount, high, stated, period }: Plan): string {
  const sum = high
    ? act.say("{low} to {high}", { low: money(act, amount), high: money(act, high) })
    : money(act, amount);
  const words = `${sum} ${period === "once" ? "" : periodWords(act, period)}`.trim();
  return stated ? act.say("{plan} (stated: {stated})", { plan: words, stated: money(act, stated) }) : words;
}

const planName = (act: Act, kind: string): string =>
  ({
    running: act.say("Cost"),
    infrastructure: act.say("Infrastructure"),
    team: act.say("Team"),
    investment: act.say("Investment"),
  })[kind] ?? kind;

function fieldsOf(act: Act, stage: Stage): Field[] {
  const { starts, ends, unit, gates, checklist } = stage;
  const span =
    ends === null
      ? act.say("from {starts} on", { starts })
      : starts === ends
        ? `${starts}`
        : act.say("{starts} to {ends}", { starts, ends });
  const done = checklist.filter((i) => i.done_at !== null).length;
  return [
    { label: unit === "week" ? act.say("Weeks") : act.say("Months"), value: span },
    ...stage.plans.slice(0, 3).map((plan) => ({ label: planName(act, plan.kind), value: planWords(act, plan) })),
    ...(gates.length === 0
      ? []
      : [
          {
            label: act.say("Gates"),
            value: gatesWords(act, gates),
          },
        ]),
    { label: act.say("Checklist"), value: act.say("{done} of {count} done", { done, count: checklist.length }) },
  ];
}

function gatesWords(act: Act, gates: readonly Gate[]): string {
  const later = gates.filter((g) => g.metric !== null).length;
  const count = gates.length - later;
  const signed = gates.filter((g) => g.signed_at !== null).length;
  return [
    ...(later > 0 ? [act.say("{count} measured later", { count: later })] : []),
    ...(count > 0 ? [act.say("{signed} of {count} signed", { signed, count })] : []),
  ].join(" · ");
}

function chartOf(act: Act, stage: Stage, steps: readonly Step[]): Block | undefined {
  const series = [
    { name: act.say("Cost"), values: steps.map((s) => (s.cost ? Number(s.cost.amount) : null)) },
    { name: act.say("Revenue, low"), values: steps.map((s) => (s.low === null ? null : Number(s.low))) },
    { name: act.say("Revenue, high"), values: steps.map((s) => (s.high === null ? null : Number(s.high))) },
  ].filter(({ values }) => values.some((v) => v !== null));
  const here = steps.find((s) => s.number === stage.number);
  if (steps.length < 2 || series.length === 0 || !here) return undefined;
  const revenue =
    here.low && aimWords(act, { metric: "revenue_gross", low: here.low, high: here.high, currency: here.currency });
  const title =
    here.cost && revenue
      ? act.say("Stage {number} costs {cost} and should bring {revenue}", {
          number: stage.number,
          cost: money(act, here.cost),
          revenue,
        })
      : act.say("What each stage should bring");
  const labels = steps.map((s) => act.say("Stage {number}", { number: s.number }));
  const chart = {
    form: "bar" as const,
    title,
    unit: "money" as const,
    currency: here.currency,
    labels,
    series,
  };
  return { kind: "chart", chart, alt: title };
}

function linesOf(act: Act, { plans }: Stage): Block | undefined {
  const rows = plans.flatMap((plan) =>
    plan.lines.map((line) => [
      planName(act, plan.kind),
      line.count > 1 ? `${line.count} × ${line.name}` : line.name,
      line.amount
        ? money(act, line.amount)
        : act.say("{count, plural, one {# person} other {# people}}", { count: line.people ?? 0 }),
    ]),
  );
  if (rows.length === 0) return undefined;
  const columns = [
    { label: act.say("Plan") },
    { label: act.say("For") },
    { label: act.say("Each"), align: "right" as const },
  ];
  const notes = plans.flatMap((p) => p.note ?? []).join(" ");
  return { kind: "table", columns, rows, ...(notes ? { caption: notes } : {}) };
}

function gateNote(act: Act, gate: Gate): string {
  if (gate.metric !== null)
    return act.say("measured later, over {days, plural, one {# day} other {# days}}", { days: gate.window_days ?? 0 });
  return gate.signed_at === null ? act.say("waits for the owner's signature") : act.say("signed");
}

function gatesOf(act: Act, { gates }: Stage): Block | undefined {
  if (gates.length === 0) return undefined;
  return { kind: "list", items: gates.map((g) => ({ id: g.id, text: g.says, note: gateNote(act, g) })) };
}

function checklistOf(act: Act, { checklist }: Stage): Block | undefined {
  if (checklist.length === 0) return undefined;
  const items = checklist.map((i) => ({
    id: i.id,
    text: i.says,
    note: i.done_at === null ? act.say("open") : act.say("done"),
  }));
  return { kind: "list", items };
}

function targetsOf(act: Act, { targets }: Stage): Block | undefined {
  if (targets.length === 0) return undefined;
  const rows = targets.map((t) => [
    aimName(act, t),
    `${aimWords(act, t)} ${periodWords(act, t.period)}`.trim(),
    t.stated === null ? "" : figureWords(act, t.metric, t.stated, t.currency),
  ]);
  const some = rows.some(([, , stated]) => stated !== "");
  const columns = [
    { label: act.say("Target") },
    { label: act.say("Value"), align: "right" as const },
    ...(some ? [{ label: act.say("Stated"), align: "right" as const }] : []),
  ];
  return { kind: "table", columns, rows: some ? rows : rows.map((row) => row.slice(0, 2)) };
}

function risksOf(act: Act, { risks }: Stage): Block | undefined {
  if (risks.length === 0) return undefined;
  const items = risks.map((r) => ({
    id: r.id,
    text: act.say("Risk, {level}: {says}", { level: r.level, says: r.says }),
    note: act.say("{mitigation}. If not: {backup}. When: {trigger}.", {
      mitigation: r.mitigation,
      backup: r.backup,
      trigger: r.trigger,
    }),
  }));
  return { kind: "list", items };
}

function choicesOf(act: Act, { choices }: Stage): Block | undefined {
  if (choices.length === 0) return undefined;
  const items = choices.map((c) => ({ id: c.slug, text: act.say("Choice: {says}", { says: c.says }) }));
  return { kind: "list", items };
}

/** What most people do next comes first: the next thing to tick. */
function buttonsOf(act: Act, stage: Stage): Button[] {
  const open = stage.current ? stage.checklist.find((i) => i.done_at === null) : undefined;
  const see = (number: number): Button => ({
    label: act.say("Stage {number}", { number }),
    press: { command: "stage show", options: { stage: number }, uses: "many" },
  });
  return [
    ...(open ? [tickButton(act, open)] : []),
    { label: act.say("Targets"), press: { command: "target list", uses: "many" } },
    ...(act.role === "owner"
      ? [{ label: act.say("Budget"), press: { command: "budget show", uses: "many" as const } }]
      : []),
    ...(stage.number > 1 ? [see(stage.number - 1)] : []),
    ...(stage.number < stage.of ? [see(stage.number + 1)] : []),
  ];
}

export const tickButton = (act: Act, item: { id: string; says: string }): Button => ({
  label: act.say("Done: {says}", { says: item.says.length > 60 ? `${item.says.slice(0, 59)}…` : item.says }),
  style: "primary",
  press: { command: "stage check", options: { item: item.id }, audience: "staff" },
});
