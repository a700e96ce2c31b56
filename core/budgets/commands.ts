// What may be spent: seen, and set.
import type { Act } from "../act.ts";
import { choice, command, money, text, whole } from "../command/index.ts";
import { capName, isMoney, moneyData, moneyWords, periodWords } from "../metrics/index.ts";
import { refuse } from "../problem.ts";
import { type Block, view } from "../view/index.ts";
import { type Budget, capsByStage, EACH, listBudgets, PERIODS, setBudget } from "./budget.ts";
import { usedNow } from "./holds.ts";

type Used = { held: bigint; spent: bigint };
const NONE: Used = { held: 0n, spent: 0n };

const figure = (asset: string, amount: string) =>
  isMoney(asset) ? moneyData(amount, asset) : { count: Number(amount), of: asset };

const budgetData = ({ asset, amount, ...budget }: Budget, { held, spent }: Used = NONE) => ({
  ...budget,
  ...(isMoney(asset) ? { amount: moneyData(amount, asset) } : { count: Number(amount), of: asset }),
  held: figure(asset, String(held)),
  spent: figure(asset, String(spent)),
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
    const used = await usedBy(act);
    const right = { align: "right" as const };
    const columns = [
      { label: act.say("For") },
      { label: act.say("At most"), ...right },
      { label: act.say("Spent"), ...right },
      { label: act.say("Reserved"), ...right },
    ];
    const rows = budgets.map((b) => {
      const { held, spent } = used.get(b.id) ?? NONE;
      return [capName(act, b.scope), capWords(act, b), plain(act, b.asset, spent), plain(act, b.asset, held)];
    });
    const chart = first.scope === "workspace" ? await capsChart(act) : undefined;
    const words = act.say("{scope}: {cap}.", { scope: capName(act, first.scope), cap: capWords(act, first) });
    return {
      view: view(words, { kind: "table", columns, rows }, ...(chart ? [chart] : [])),
      data: { item: budgetData(first, used.get(first.id)), items: budgets.map((b) => budgetData(b, used.get(b.id))) },
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

/** In this period: all channels' and persons' together, where each has its own. */
async function usedBy(act: Act): Promise<Map<string, Used>> {
  const used = new Map<string, Used>();
  for (const { budget, held, spent } of await usedNow(act)) {
    const before = used.get(budget) ?? NONE;
    used.set(budget, { held: before.held + BigInt(held), spent: before.spent + BigInt(spent) });
  }
  return used;
}

function plain(act: Act, asset: string, amount: bigint): string {
  if (!isMoney(asset)) return String(amount);
  const money = moneyData(String(amount), asset);
  return moneyWords(act.locale, money.amount, money.currency);
}

const SCOPES = /^(workspace|providers|(provider|kind):[a-z0-9_-]{1,60})$/;
/** Costs are counted to the millionth of a dollar. */
const FINE = 10_000n;

export const budgetSet = command({
  name: "budget set",
  says: "Say what may be spent at most",
  role: "owner",
  reply: "private",
  agents: "never",
  options: {
    amount: money("At most so much, in dollars", { zero: true, currency: "USD" }).optional(),
    scope: text("For what: workspace, providers, provider:suno or kind:song", { max: 100, default: "workspace" }),
    period: choice("In how long a time", PERIODS, { default: "month" }),
    each: choice("One cap for all, or one for each", EACH).optional(),
    count: whole("At most so many, in place of an amount: for provider:suno, songs", { max: 1_000_000 }).optional(),
    of: text("What is counted, such as song", { max: 40, default: "song" }),
  },
  examples: ["budget set amount:50", "budget set scope:provider:suno count:12 period:day each:channel"],
  async run({ act, options: { amount, scope: typed, period, each, count, of } }) {
    const scope = typed.toLowerCase();
    if (!SCOPES.test(scope))
      throw refuse("options", "A budget is for workspace, providers, provider:NAME or kind:NAME, not for {scope}.", {
        scope: typed,
      });
    if ((amount === undefined) === (count === undefined))
      throw refuse("options", "Give an amount or a count, one of them.");
    const cap = amount ? amount.minor * FINE : BigInt(count!);
    const { before, budget } = await setBudget(act, {
      scope,
      each: each ?? "",
      period,
      asset: amount ? "USD/6" : of,
      amount: cap,
    });
    const used = (await usedBy(act)).get(budget.id);
    act.changed({
      what: "budget",
      id: budget.id,
      ...(before ? { from: budgetData(before) } : {}),
      to: budgetData(budget),
    });
    const words = { scope: capName(act, scope), cap: capWords(act, budget) };
    const told = before
      ? act.say("{scope}: {cap}, before {before}.", { ...words, before: capWords(act, before) })
      : act.say("{scope}: {cap}.", words);
    return { view: view(told), data: { item: budgetData(budget, used) } };
  },
});

export const budgetCommands = [budgetShow, budgetSet];
