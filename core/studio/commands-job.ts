// A job on a card, and for what the studio makes each decision behind it: who was chosen, why the others were not, what
// came of it. The seed and the facts are in the data: with them `replay` gives the same order again.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { decimalOf } from "../amount.ts";
import { command, pick } from "../command/index.ts";
import { anyJob, jobView } from "../jobs/index.ts";
import type { Block } from "../view/index.ts";
import type { Attempt, Purpose } from "./item.ts";
import { reasonWords } from "./reasons.ts";
import type { factsOf, Reason } from "./router.ts";

type Kept = ReturnType<typeof factsOf> & {
  ranked: { provider: string; model: string; score: number; price: string }[];
  refused: { provider: string; model: string; reason: Reason }[];
};
type Tried = Pick<
  Attempt,
  "id" | "number" | "provider" | "model" | "status" | "estimate" | "cost" | "failure" | "error"
> & {
  item: number;
  purpose: Purpose;
  startedAt: string;
  endedAt: string | null;
  decision: Kept;
};

/** The newest; a batch of a thousand shows what it did last. */
const MOST = 30;

const triedFor = (act: Act, job: string): Promise<Tried[]> => rawOf(act.db)<Tried[]>`
  select a.id, i.number as item, a.number, a.purpose, a.provider, a.model, a.status, a.estimate::text, a.cost::text, a.failure, a.error,
    a.started_at as "startedAt", a.ended_at as "endedAt", a.decision
  from item i join batch b on b.workspace_id = i.workspace_id and b.id = i.batch_id
  join attempt a on a.workspace_id = i.workspace_id and a.item_id = i.id
  where b.job_id = ${job} or i.job_id = ${job} or b.part_of in (
    select f.id from item f join batch fb on fb.workspace_id = f.workspace_id and fb.id = f.batch_id where fb.job_id = ${job})
  order by a.started_at desc, i.number desc, a.number desc limit ${MOST}`;

function outcome(act: Act, { status, error }: Tried): string {
  if (status === "done") return act.say("made");
  if (status === "cancelled") return act.say("called back");
  if (status === "failed" || status === "lost") return error ?? act.say("it never arrived");
  return status === "unknown" ? act.say("being looked for") : act.say("on its way");
}

function why(act: Act, { decision }: Tried): string {
  const first = decision.ranked[0];
  const count = decision.best?.of ?? decision.open.length;
  const chosen =
    first === undefined ? "" : act.say("best of {count} with {score}", { count, score: first.score.toFixed(2) });
  const others = [...new Set(decision.refused.map((r) => `${r.provider}: ${reasonWords(act, r.reason)}`))].slice(0, 6);
  return [chosen, ...others].filter(Boolean).join("; ");
}

function decisionsTable(act: Act, tried: readonly Tried[]): Block {
  const columns = [
    act.say("Thing"),
    act.say("Provider"),
    act.say("Why"),
    act.say("What came of it"),
    "USD",
    act.say("Seed"),
  ];
  return {
    kind: "table",
    columns: columns.map((label) => ({ label })),
    rows: tried.map((t) => [
      `${t.item}.${t.purpose === "check" ? "c" : ""}${t.number}`,
      `${t.provider} · ${t.model}`,
      why(act, t),
      outcome(act, t),
      decimalOf(BigInt(t.cost ?? t.estimate), "USD/6"),
      String(t.decision.seed),
    ]),
  };
}

export const jobShow = command({
  name: "job show",
  says: "How far a job is, and what became of it",
  role: "staff",
  reads: true,
  options: { job: pick(anyJob, "Which job") },
  examples: ["job show 3f9a21c7"],
  async run({ act, options: { job } }) {
    const shown = jobView(act, job);
    const tried = await triedFor(act, job.id);
    if (tried.length === 0) return { view: shown, data: { item: job } };
    const buttons = shown.blocks.filter((b) => b.kind === "buttons");
    const others = shown.blocks.filter((b) => b.kind !== "buttons");
    const blocks = [...others, decisionsTable(act, tried), ...buttons];
    return { view: { ...shown, blocks }, data: { item: job, decisions: tried } };
  },
});
