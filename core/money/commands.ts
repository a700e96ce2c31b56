// Revenue and costs by hand, and the report over what came in.
import type { Act } from "../act.ts";
import {
  amountOf,
  choice,
  command,
  isCurrency,
  type Money,
  money,
  moneyWords,
  type Option,
  period,
  pick,
  readMoney,
  text,
  Wrong,
} from "../command/index.ts";
import { Refusal, refuse } from "../problem.ts";
import { type Channel, channels } from "../streams/index.ts";
import { view } from "../view/index.ts";
import { COST_KINDS } from "./accounts.ts";
import { post } from "./post.ts";
import { reportView, revenueIn } from "./report-view.ts";
import { costOrder, revenueOrder, sourceSlug } from "./sums.ts";

const NOTE = 300;

/** An amount as it was given: its currency is an option of its own, and how it is read hangs on that. */
const given = (says: string): Option<unknown> => {
  const asked: Option<unknown> = money(says);
  return { ...asked, parse: (raw: unknown) => raw };
};

/** What is wrong with it is told at the option, as if the option itself had read it. */
function amountIn(act: Act, raw: unknown, typed: string): Money {
  const currency = typed.trim().toUpperCase();
  if (!isCurrency(currency))
    throw refuse("options", "There is no currency {name}. Write its code, such as EUR.", { name: typed });
  const { now, locale, workspace } = act;
  try {
    return readMoney(
      raw,
      { now, locale, zone: workspace.zone, currency, act },
      { zero: false, max: 10n ** 15n, only: currency },
    );
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const errors = [{ option: "amount", text: error.message, vars: error.vars }];
    throw new Refusal("options", error.message, error.vars, { errors });
  }
}

export const moneyData = (money: Money) => ({
  amount: amountOf(money),
  minor: String(money.minor),
  currency: money.currency,
});

const aboutOf = (channel: Channel | undefined, note: string | undefined): Record<string, string> => ({
  ...(channel ? { channel: channel.id } : {}),
  ...(note ? { note } : {}),
});

const revenueAdd = command({
  name: "revenue add",
  says: "Note money that came in",
  role: "owner",
  reply: "private",
  options: {
    amount: given("How much"),
    currency: text("Its currency, such as EUR", { max: 3 }),
    source: text("From where, such as youtube or tips", { max: 60 }),
    channel: pick(channels, "Which channel earned it").optional(),
    note: text("What it was for", { max: NOTE }).optional(),
  },
  examples: ["revenue add 12.50 USD tips", "revenue add amount:1200 currency:JPY source:youtube channel:noir-jazz"],
  async run({ act, options: { amount, currency, source, channel, note } }) {
    const sum = amountIn(act, amount, currency);
    if (sourceSlug(source) === "") throw refuse("options", "Name the source in letters or digits, such as youtube.");
    const about = { ...aboutOf(channel, note), by: "hand" };
    const order = revenueOrder({ source, kind: "payment", money: sum, reference: act.run, about });
    const { id } = await post(act, order);
    act.changed({ what: "revenue", id, to: { ...moneyData(sum), source: sourceSlug(source) } });
    const item = { id, source: sourceSlug(source), kind: "payment", ...moneyData(sum), channel: channel?.id ?? null };
    return {
      view: view(act.say("Noted: {amount} from {source}.", { amount: moneyWords(sum, act.locale), source })),
      data: { item },
    };
  },
});

const costAdd = command({
  name: "cost add",
  says: "Note money that was spent",
  role: "owner",
  reply: "private",
  options: {
    amount: given("How much"),
    currency: text("Its currency, such as EUR", { max: 3 }),
    kind: choice("On what", COST_KINDS),
    channel: pick(channels, "For which channel").optional(),
    note: text("What it was for", { max: NOTE }).optional(),
  },
  examples: ["cost add 40 USD server", "cost add amount:20 currency:EUR kind:ads channel:noir-jazz"],
  async run({ act, options: { amount, currency, kind, channel, note } }) {
    const sum = amountIn(act, amount, currency);
    const about = { ...aboutOf(channel, note), by: "hand" };
    const { id } = await post(act, costOrder({ kind, money: sum, reference: act.run, about }));
    act.changed({ what: "cost", id, to: { ...moneyData(sum), kind } });
    return {
      view: view(act.say("Noted: {amount} spent on {kind}.", { amount: moneyWords(sum, act.locale), kind })),
      data: { item: { id, kind, ...moneyData(sum), channel: channel?.id ?? null } },
    };
  },
});

const revenueReport = command({
  name: "revenue report",
  says: "What came in, by source, channel or product, in any currency",
  role: "staff",
  reads: true,
  options: {
    period: period("Of which time", { default: "this month" }),
    by: choice("Summed up by what", ["source", "channel", "product"], { default: "source" }),
    currency: text("In which currency, such as EUR", { max: 3 }).optional(),
  },
  examples: ["revenue report", 'revenue report period:"last month" by:channel currency:EUR'],
  async run({ act, options: { period: of, by, currency } }) {
    const unit = (currency ?? act.workspace.currency).trim().toUpperCase();
    if (!isCurrency(unit))
      throw refuse("options", "There is no currency {name}. Write its code, such as EUR.", { name: unit });
    const report = await revenueIn(act, { of, by, currency: unit });
    return reportView(act, { of, by, ...report });
  },
});

export const moneyCommands = [revenueReport, revenueAdd, costAdd];
