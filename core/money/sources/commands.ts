// Reading a source again by hand: after a key was set, or when somebody doubts.
import { command, moment } from "../../command/index.ts";
import { runningView } from "../../jobs/index.ts";
import { sellerFor } from "./home.ts";
import { readSource } from "./mend.ts";

const revenueSync = command({
  name: "revenue sync",
  says: "Read again all that Stripe has, and book what is missing",
  role: "owner",
  reply: "private",
  options: { from: moment("From when on; since it was read last if not said", { when: "past" }).optional() },
  examples: ["revenue sync", "revenue sync from:2026-01-01"],
  async run({ act, options: { from } }) {
    const { name } = sellerFor(act.money, act.workspace);
    const input = { source: name, ...(from ? { since: from.toISOString() } : {}) };
    const job = await act.later(readSource, input, { key: `${name} ${input.since ?? ""}` });
    return { view: runningView(act, act.say("Reading all that {source} has.", { source: name }), job), job };
  },
});

export const sourceCommands = [revenueSync];
