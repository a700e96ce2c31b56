// What may be asked of the ledger, and whether it makes sense by itself. Nothing here reads or writes.
import { isCurrency, type Money } from "../command/index.ts";
import { canonical, hashOf } from "../hash.ts";
import { familyOf } from "./accounts.ts";

/** One side of a transfer: above zero a debit, below zero a credit. Made by `move`, which knows the signs. */
export type Leg = {
  account: string;
  currency: string;
  amount: bigint;
  /** Afterwards at least so much is there that nobody reserved, or nothing of it is done. */
  least?: bigint;
};

type Asked =
  | { mode?: "post"; legs: readonly Leg[] }
  /** Reserves; `until` it expires by itself. */
  | { mode: "hold"; legs: readonly Leg[]; until?: Date }
  /** What it really was: at most what was held, which is free again. Without legs: all of it. */
  | { mode: "settle"; of: string; legs?: readonly Leg[] }
  | { mode: "void"; of: string }
  /** Without legs: all that was not reversed before. */
  | { mode: "reverse"; of: string; legs?: readonly Leg[] };

export type Order = {
  /** With `key` it names the order for ever: asked twice, it is done once. */
  scope: string;
  key: string;
  kind: string;
  /** When it happened, where that is not now. */
  at?: Date;
  /** Of what it is: channel, product, platform, person, asset and campaign are summed by; the rest is kept. */
  about?: Readonly<Record<string, string>>;
} & Asked;

export const modeOf = (order: Order) => order.mode ?? "post";
export const legsOf = (order: Order): readonly Leg[] | undefined => ("legs" in order ? order.legs : undefined);
export const ofOf = (order: Order): string | null => ("of" in order ? order.of : null);

/** Money goes `from` one account `to` another. */
export function move(from: string, to: string, { minor, currency }: Money, { least }: { least?: bigint } = {}): Leg[] {
  const given: Leg = { account: from, currency, amount: -minor };
  const taken: Leg = { account: to, currency, amount: minor };
  if (least === undefined) return [given, taken];
  // Of the two, the one that has less afterwards.
  return [given, taken].map((leg) => (lowers(leg) ? { ...leg, least } : leg));
}

export const turned = <L extends Pick<Leg, "amount">>(leg: L): L => ({ ...leg, amount: -leg.amount });
const lowers = ({ account, amount }: Leg) => (familyOf(account).side === "debit") === amount < 0n;

/** Sums of a billion of these still fit the database's bigint. */
export const MOST = 10n ** 15n;
const LEGS = 100;
const ABOUT = { keys: 20, name: 40, value: 500 };

export const isUnit = (currency: string): boolean => {
  const [code = "", places, ...rest] = currency.split("/");
  return isCurrency(code) && rest.length === 0 && (places === undefined || /^\d$/.test(places));
};

/** Throws when the order cannot be right, whatever the books say: whoever made it has a fault. */
export function checkOrder(order: Order): void {
  const wrong = faultOf(order);
  if (wrong) throw new Error(`Order ${order.scope} ${order.key}: ${wrong}`);
}

function faultOf(order: Order): string | undefined {
  const within = (text: string, most: number) => text.length > 0 && text.length <= most && !text.includes("\0");
  if (!within(order.scope, 100) || !within(order.key, 300)) return "its scope or key is empty or too long.";
  if (!within(order.kind, 60)) return "its kind is empty or too long.";
  const about = Object.entries(order.about ?? {});
  if (about.length > ABOUT.keys || about.some(([name, value]) => !within(name, ABOUT.name) || !keeps(value)))
    return "what it is about is too much, too long, or no text.";
  const legs = legsOf(order);
  return legs ? faultOfLegs(legs) : undefined;
}

const keeps = (value: unknown) =>
  typeof value === "string" && value.length <= ABOUT.value && !value.includes("\0") && value.isWellFormed();

function faultOfLegs(legs: readonly Leg[]): string | undefined {
  if (legs.length < 2 || legs.length > LEGS) return `it has ${legs.length} legs, not 2 to ${LEGS}.`;
  const sums = new Map<string, bigint>();
  for (const { account, currency, amount } of legs) {
    familyOf(account);
    if (!isUnit(currency)) return `${currency} is no currency.`;
    if (amount === 0n || amount > MOST || amount < -MOST) return `${amount} is no amount.`;
    sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  }
  for (const [currency, sum] of sums) if (sum !== 0n) return `${sum} ${currency} are left over.`;
  return undefined;
}

/** The same order has the same, whoever asks for it and whenever. */
export const hashOfOrder = (order: Order): Buffer =>
  hashOf({
    mode: modeOf(order),
    kind: order.kind,
    of: ofOf(order),
    legs: legsOf(order)?.map(({ account, currency, amount }) => [account, currency, String(amount)]),
    at: order.at?.toISOString(),
    until: order.mode === "hold" ? order.until?.toISOString() : undefined,
    about: order.about ?? {},
  });

export const aboutText = (order: Order): string => canonical(order.about ?? {});
