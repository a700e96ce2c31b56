// The families of accounts: what the first word of an account's code means. A new family is a line here.

export type Side = "debit" | "credit";
export type Family = {
  /** On which side its balance grows: what we have and spend on the left, what we owe and earn on the right. */
  side: Side;
  /** What may be spent never makes it less than this. */
  floor?: bigint;
  /** Its days and months are summed up. */
  tracked?: true;
};

export const REVENUE_KINDS = ["payment", "refund", "dispute", "dispute_won", "fee"] as const;
export type RevenueKind = (typeof REVENUE_KINDS)[number];
export const COST_KINDS = ["generation", "server", "ads", "team", "software", "marketing", "other"] as const;
export type CostKind = (typeof COST_KINDS)[number];
/** Which kinds of revenue add to the net, and which are taken off it. */
export const EARNS: Readonly<Record<RevenueKind, boolean>> = {
  payment: true,
  refund: false,
  dispute: false,
  dispute_won: true,
  fee: false,
};

const FAMILIES = {
  /** Where money lies: cash:stripe, cash:bank. */
  cash: { side: "debit" },
  /** income:SOURCE:KIND; its side is the kind's. */
  income: { side: "credit", tracked: true },
  /** cost:KIND */
  cost: { side: "debit", tracked: true },
  /** What a split gives away: share:partner, share:referral. */
  share: { side: "debit", tracked: true },
  /** What we keep of a partner's revenue: fee:platform. */
  fee: { side: "credit", tracked: true },
  /** payable:PERSON. Refunds after a payout leave less than nothing there, and the next payout is smaller. */
  payable: { side: "credit", tracked: true },
  /** payout:BATCH, frozen until it is sent. */
  payout: { side: "credit", floor: 0n },
  /** credit:PERSON, to spend here. */
  credit: { side: "credit", floor: 0n, tracked: true },
  /** pool:POOL */
  pool: { side: "credit", floor: 0n, tracked: true },
  /** What one currency was changed into another through. */
  fx: { side: "credit" },
  /** budget:BUDGET, a cap as money that is there. */
  budget: { side: "credit", floor: 0n },
  /** The other side of what comes from nowhere: outside:budget, outside:credit. */
  outside: { side: "debit" },
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;

/** What an account of this code is. A code of no family is a mistake of ours. */
export function familyOf(code: string): Family {
  const [name = "", , kind = ""] = code.split(":");
  if (!Object.hasOwn(FAMILIES, name) || code.length > 200) throw new Error(`"${code}" is of no family of accounts.`);
  const family: Family = FAMILIES[name as FamilyName];
  if (name !== "income") return family;
  if (!Object.hasOwn(EARNS, kind)) throw new Error(`"${code}" is no kind of revenue.`);
  return { ...family, side: EARNS[kind as RevenueKind] ? "credit" : "debit" };
}
