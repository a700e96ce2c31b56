// What staff should hear of at once: a dispute, how it ended, a payout that came back.
import { rawOf } from "../../../db/connect.ts";
import { type Act, jobKind } from "../../act.ts";
import { moneyWords } from "../../command/index.ts";
import { type View, view } from "../../view/index.ts";

export type Turn = { source: string; sort: string; id: string; from: string; to: string };
/** Tells staff, where they are. */
export const tellOfTurn = jobKind<Turn>("money told");

/** What is older was found by reading on, and is no news. */
const NEWS = 3 * 86_400_000;

type Facts = { minor?: string; code?: string; created?: string };

/** Undefined: nobody needs to hear of it. */
export async function turnOf(
  act: Pick<Act, "db" | "now">,
  { source, sort, id, from, to }: Turn,
): Promise<((spoken: Pick<Act, "say" | "locale">) => View) | undefined> {
  const [row] = await rawOf(act.db)<{ facts: string }[]>`
    select facts::text as facts from source_thing where source = ${source} and external = ${id}`;
  const { minor, code, created } = JSON.parse(row?.facts ?? "{}") as Facts;
  if (minor === undefined || code === undefined) return undefined;
  const age = act.now.getTime() - Number(created ?? 0) * 1000;
  if (from === "" && age > NEWS) return undefined;
  const money = { minor: BigInt(minor), currency: code };
  return (spoken) => {
    const words = turnWords(spoken, { sort, to, id, amount: moneyWords(money, spoken.locale) });
    return view(words ?? "");
  };
}

/** Which turns are told at all. */
export const isTold = ({ sort, from, to }: Turn): boolean =>
  (sort === "dispute" && (from === "" ? to === "needs_response" : to === "won" || to === "lost")) ||
  (sort === "payout" && to === "failed");

function turnWords(
  { say }: Pick<Act, "say">,
  { sort, to, id, amount }: { sort: string; to: string; id: string; amount: string },
) {
  if (sort === "payout")
    return say("The payout of {amount} failed: the bank sent it back. Look at dashboard.stripe.com/payouts/{id}.", {
      amount,
      id,
    });
  if (to === "won") return say("The dispute over {amount} is won: the money is back.", { amount });
  if (to === "lost") return say("The dispute over {amount} is lost: the money stays away.", { amount });
  return say(
    "A customer disputes a payment of {amount}, and Stripe took it back for now. Answer at dashboard.stripe.com/disputes/{id}.",
    { amount, id },
  );
}
