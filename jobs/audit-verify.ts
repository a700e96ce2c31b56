// Reads a long audit from its beginning, and says whether it is as it was written.
import { mayActAs } from "../core/act.ts";
import { auditVerification, headOf, shown, verifyLongAudit } from "../core/audit/index.ts";
import { refuse } from "../core/problem.ts";
import { handler } from "./handler.ts";

export const verifyJob = handler({
  kind: auditVerification,
  lane: "long",
  tries: 3,
  minutes: 120,
  async run({ house, workspaceId, input, signal, inTx, progress, say }) {
    const database = await inTx(async (act) => act.database);
    const kept = input.head ? headOf(input.head) : undefined;
    const tell = (done: number, total: number) => progress(done, total, say("Entry by entry"));
    const report = await verifyLongAudit(house, database, workspaceId, { kept, signal, tell });
    return async (act) => {
      if (!mayActAs(act.role, "owner"))
        throw refuse("role", "/{command} is for {role}. You are {you} here.", {
          command: "audit verify",
          role: act.say("role:owner"),
          you: act.say(`role:${act.role}`),
        });
      return shown(act, report);
    };
  },
});
