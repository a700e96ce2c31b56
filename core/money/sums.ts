// What came in and what went out: orders for both, and their sums by day and month, out of the rollup.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { Money } from "../command/index.ts";
import { type CostKind, EARNS, type FamilyName, type RevenueKind } from "./accounts.ts";
import { type Leg, move, type Order } from "./order.ts";

/** "Amazon Associates" → "amazon-associates": as it stands in an account's code. */
export const sourceSlug = (name: string): string =>
  name
    .normalize("NFKD")
    // Accents of Latin letters; those of other scripts are letters of their own.
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);

type Booked = {
  money: Money;
  /** When it happened; left out, it is now. */
  at?: Date;
  /** The source's own number of it: the same source, kind and reference is the same movement, for ever. */
  reference: string;
  about?: Readonly<Record<string, string>>;
};

/** Money that came in from a source, or went back to it. Amounts are positive: the kind gives the direction. */
export function revenueOrder({ source, kind, ...booked }: Booked & { source: string; kind: RevenueKind }): Order {
  const slug = sourceSlug(source);
  const [income, cash] = [`income:${slug}:${kind}`, `cash:${slug}`];
  const legs = EARNS[kind] ? move(income, cash, booked.money) : move(cash, income, booked.money);
  return { scope: `revenue:${slug}`, key: `${kind}:${booked.reference}`, kind, ...rest(booked, legs) };
}

/** Money that was spent, out of `from`: our own bank where nothing else is said. */
export const costOrder = ({
  kind,
  from = "cash:bank",
  ...booked
}: Booked & { kind: CostKind; from?: string }): Order => ({
  scope: "cost",
  key: `${kind}:${booked.reference}`,
  kind: `cost ${kind}`,
  ...rest(booked, move(from, `cost:${kind}`, booked.money)),
});

const rest = ({ at, reference, about }: Booked, legs: Leg[]) => ({
  legs,
  ...(at ? { at } : {}),
  about: { reference, ...about },
});

export const DIMENSIONS = ["channel", "product", "platform", "person", "asset", "campaign"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export type Sum = {
  /** The first day of it, in the workspace's zone. */
  start: string;
  account: string;
  currency: string;
  /** Which channel, product …; empty where it is of all. */
  thing: string;
  /** On the account's own side. */
  amount: bigint;
  postings: bigint;
};

export type SumsOf = {
  families: readonly FamilyName[];
  /** Days of the workspace's calendar: the first, and the first after it. Of whole months, `grain` is "month". */
  from: string;
  to: string;
  grain: "day" | "month";
  by?: Dimension;
};

/** Sums of tracked accounts by day or month. People, assets and campaigns have months only. */
export async function sumsOf(
  act: Pick<Act, "db" | "workspace">,
  { families, from, to, grain, by }: SumsOf,
): Promise<Sum[]> {
  const rows = await rawOf(act.db)<
    { start: string; account: string; currency: string; thing: string; amount: string; postings: string }[]
  >`
    select r.start::text, a.code as account, a.currency, r.thing, r.postings,
      case a.side when 'debit' then r.debits - r.credits else r.credits - r.debits end as amount
    from ledger_rollup r join ledger_account a on a.workspace_id = r.workspace_id and a.id = r.account_id
    where r.workspace_id = ${act.workspace.id} and r.dimension = ${by ?? ""} and r.grain = ${grain}
      and r.start >= ${from}::date and r.start < ${to}::date and split_part(a.code, ':', 1) = any(${families}::text[])
    order by r.start, a.code, a.currency, r.thing`;
  return rows.map(({ amount, postings, ...row }) => ({ ...row, amount: BigInt(amount), postings: BigInt(postings) }));
}
