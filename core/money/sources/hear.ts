// A call of a source: proven, kept, and only then answered.
import { inWorkspace } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import type { House } from "../../house.ts";
import { jobAct } from "../../jobs/index.ts";
import { Refusal } from "../../problem.ts";
import { type MoneyHome, moneyHome } from "./home.ts";
import { askForHints, keepHints } from "./intake.ts";
import type { MoneySource, Wire } from "./source.ts";

/** `refused`: why it is not believed. `fresh`: nobody had told it before. */
export type HeardOf = { refused: string } | { fresh: boolean };

export async function hearSource(house: House, source: MoneySource, call: Wire): Promise<HeardOf> {
  // The machine's own clock, also where a test has moved that of the house: the caller signed by it.
  const real = new Date(house.sources.now().getTime() - (house.sources.ahead?.() ?? 0));
  const heard = source.heard(call, real);
  if ("refused" in heard) return heard;
  const { hint } = heard;
  if (!hint) return { fresh: false };
  const home = await homeOf(house, source);
  if (!home) throw new Error(`No workspace is called ${source.workspace}: STRIPE_WORKSPACE names one.`);
  const { database, workspaceId } = home;
  const within = <T>(work: (act: Act) => Promise<T>) =>
    inWorkspace(database, workspaceId, async (tx) => {
      const nobody = { workspaceId, personId: null, runId: house.sources.newId() };
      return work((await jobAct(house, { database, tx }, nobody)).act);
    });
  const fresh = await within(async (act) => {
    const count = await keepHints(act, source.name, [hint]);
    if (count > 0) await askForHints(act, source.name);
    return count;
  }).catch((error: unknown) => {
    // The job that it was to go to ended in this moment. It is kept all the same, and looked at within a minute.
    if (error instanceof Refusal && error.kind === "clash") return within((act) => keepHints(act, source.name, [hint]));
    throw error;
  });
  return { fresh: fresh > 0 };
}

const homes = new WeakMap<MoneySource, MoneyHome>();

/** Workspaces do not change their database while we run; one that is not there yet is looked for again. */
async function homeOf(house: House, source: MoneySource): Promise<MoneyHome | undefined> {
  const known = homes.get(source) ?? (await moneyHome(house.databases, source));
  if (known) homes.set(source, known);
  return known;
}
