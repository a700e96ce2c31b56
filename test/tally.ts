// Commands with an effect that can be counted, and envelopes that ask for them, for tests of the way in and out.

import { eventKind } from "../core/act.ts";
import { choice, command, text, whole } from "../core/command/index.ts";
import type { Caller, Envelope, ResolveAccount } from "../core/inbox/index.ts";
import { refuse } from "../core/problem.ts";
import { view } from "../core/view/index.ts";
import { type Database, inWorkspace, rawOf } from "../db/connect.ts";

const tallied = eventKind<{ note: string; place: string }>("tally.added");

/** Leaves one event a run. */
export const tally = command({
  name: "tally add",
  says: "Count one more",
  role: "member",
  options: {
    note: text("What for", { max: 100 }),
    ending: choice("How it ends", ["well", "refused", "thrown", "killed"], { default: "well" }),
    wait: whole("Milliseconds", { max: 10_000, default: 0 }),
  },
  async run({ act, options }) {
    await act.emit(tallied, { note: options.note, place: act.place.external }, options.note);
    if (options.wait > 0) await new Promise((done) => setTimeout(done, options.wait));
    if (options.ending === "refused") throw refuse("rule", "No room left.");
    if (options.ending === "thrown") throw new Error("a bug");
    if (options.ending === "killed") process.kill(process.pid, "SIGKILL");
    return view(`Counted ${options.note}.`);
  },
});

export const tallyEnvelope = (delivery: string, place = "p1", options: Record<string, unknown> = {}): Envelope => ({
  surface: "test",
  tenant: "t1",
  place,
  delivery,
  account: { id: "u1" },
  content: { kind: "command", name: "tally add", options: { note: delivery, ...options } },
});

/** Every account is one person. */
export const everybodyIs =
  ({ personId }: Caller): ResolveAccount =>
  async () => ({ personId });

/** Rows of a workspace, as the app sees them. */
export const rowsOf = <T extends object>(database: Database, { workspaceId }: Caller, query: string): Promise<T[]> =>
  inWorkspace(database, workspaceId, async (tx) => [...(await rawOf(tx).unsafe<T[]>(query))]);

export const tallies = (database: Database, caller: Caller): Promise<{ note: string; place: string }[]> =>
  rowsOf(
    database,
    caller,
    `select payload->>'note' as note, payload->>'place' as place from event where name = 'tally.added' order by seq`,
  );
