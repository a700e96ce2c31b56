// Moving money within what a command does: all of it commits with the command, or nothing.
import type { Act } from "../act.ts";
import { amountOf } from "../command/index.ts";
import { type Refusal, refuse } from "../problem.ts";
import { type Asked, type Outcome, putAll } from "./door.ts";
import { legsOf, type Order } from "./order.ts";
import { transferOf } from "./read.ts";

export type Posted = {
  id: string;
  number: bigint;
  /** The same had been asked before: nothing moved now. */
  repeated: boolean;
};

export const post = async (act: Act, order: Order): Promise<Posted> => (await postAll(act, [order]))[0]!;

/** All or nothing, in one journey: the first that may not be done refuses them all. */
export async function postAll(act: Act, orders: readonly Order[]): Promise<Posted[]> {
  const asked = orders.map((order) => ({
    order,
    id: act.newId(),
    at: act.now,
    personId: act.person.id,
    runId: act.run,
  }));
  const outcomes = await putAll(act.db, asked, act);
  const posted: Posted[] = [];
  for (const [at, outcome] of outcomes.entries()) posted.push(await settled(act, asked[at]!, outcome));
  return posted;
}

/** What a transfer's caller hears: it stands, or why not. */
export async function settled(
  act: Pick<Act, "db">,
  { order }: Pick<Asked, "order">,
  outcome: Outcome,
): Promise<Posted> {
  const { id, number } = outcome;
  if (number !== null && (outcome.outcome === "posted" || outcome.outcome === "repeated"))
    return { id, number, repeated: outcome.outcome === "repeated" };
  throw await refusalOf(act, order, outcome);
}

async function refusalOf(act: Pick<Act, "db">, order: Order, { outcome, id, short }: Outcome): Promise<Refusal> {
  if (outcome === "clash") {
    const there = await transferOf(act, id);
    return refuse(
      "clash",
      "The key {key} already stands for {first}; this is {second}. What is another matter needs another key.",
      {
        key: order.key,
        first: there ? named(there.kind, there.legs) : id,
        second: named(order.kind, legsOf(order) ?? there?.legs ?? []),
      },
    );
  }
  if (outcome === "short" && short)
    return refuse("rule", "There is not enough in {account}: {available} can be spent.", {
      account: short.account,
      available: inUnits(short.available, short.currency),
    });
  if (outcome === "missing") return refuse("missing", "There is no transfer {id}.", { id });
  if (outcome === "closed")
    return refuse("clash", "What was reserved was spent or given back before, by transfer {id}.", { id });
  if (outcome === "expired") return refuse("rule", "What was reserved by transfer {id} has expired.", { id });
  if (outcome === "too much") return refuse("rule", "That is more than is left of transfer {id}.", { id });
  return refuse("rule", "This cannot be done to transfer {id}: it is of another kind.", { id });
}

/** "payment of 12.34 USD" */
const named = (kind: string, legs: readonly { currency: string; amount: bigint }[]): string => {
  const most = legs.reduce<{ currency: string; amount: bigint } | undefined>(
    (best, leg) => (leg.amount > (best?.amount ?? 0n) ? leg : best),
    undefined,
  );
  return most ? `${kind} ${inUnits(most.amount, most.currency)}` : kind;
};

/** "12.34 USD", also of what is counted finer. */
const inUnits = (minor: bigint, currency: string): string => {
  const [code = "", places] = currency.split("/");
  if (places === undefined) return `${amountOf({ minor, currency: code })} ${code}`;
  const sign = minor < 0n ? "-" : "";
  const digits = (minor < 0n ? -minor : minor).toString().padStart(Number(places) + 1, "0");
  const at = digits.length - Number(places);
  return `${sign}${digits.slice(0, at)}${places === "0" ? "" : "."}${digits.slice(at)} ${code}`;
};
