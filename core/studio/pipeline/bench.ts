// Between the rows of a step and the work of it: what it begins from, and how what it gave is kept.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { type Brought, bringBytes, saveAsset } from "../../assets/index.ts";
import type { House } from "../../house.ts";
import { piecesOf } from "../gather.ts";
import { holdItem, type Item } from "../item.ts";
import { faultWords } from "./faults.ts";
import { endStep, type StepRow, stepsOf } from "./steps.ts";
import type { NewFile, Worked } from "./work.ts";

export type StepBench = { item: Item; step: StepRow; steps: StepRow[] };

/** Undefined: it is done, or nobody wants it any more. */
export async function bench(act: Act, film: string, name: string): Promise<StepBench | undefined> {
  const item = await holdItem(act, film);
  const steps = await stepsOf(act, film);
  const step = steps.find((s) => s.name === name);
  if (!item || item.stopped || item.status !== "making" || step?.status !== "working") return undefined;
  return { item, step, steps };
}

type Wrong = Extract<Worked, { wrong: string }>;
type Done = Exclude<Worked, Wrong>;
export type Stored = Wrong | (Omit<Done, "files"> & { files: (Omit<NewFile, "file"> & { brought: Brought })[] });

/** Before the transaction: a film takes its time. */
export async function storeWorked(
  house: Pick<House, "files" | "bucket" | "sources" | "log">,
  workspaceId: string,
  worked: Worked,
): Promise<Stored> {
  if ("wrong" in worked) return worked;
  const files = [];
  for (const { file, ...rest } of worked.files)
    files.push({ ...rest, brought: await bringBytes(house, workspaceId, () => piecesOf(file)) });
  return { ...worked, files };
}

/** In one transaction with the end of its job: the files, the row that says done, and the word to the film. */
export async function keepWorked(act: Act, { item, step, steps }: StepBench, worked: Stored): Promise<void> {
  if ("wrong" in worked) {
    const error = faultWords(act, worked);
    return endStep(act, item.id, step.name, { status: step.optional ? "skipped" : "failed", error }, async () => {});
  }
  // The first film is the work itself; the others are parts of it.
  const master = steps.find((s) => s.kind === "render")?.name === step.name;
  const files = Object.fromEntries(
    worked.files.map(({ role, brought }) => [role, master && role === "film" ? item.id : brought.brought]),
  );
  const result = { ...worked.result, ...(worked.files.length > 0 ? { files } : {}) };
  await endStep(act, item.id, step.name, { status: "done", result }, async () => {
    for (const { role, type, name, brought } of worked.files) {
      const id = files[role]!;
      const belongs = id === item.id ? {} : { partOf: item.id };
      await saveAsset(act, {
        id,
        kind: role === "film" ? item.kind : role,
        ...belongs,
        type,
        name,
        bytes: brought,
      });
    }
  });
}

/** How far a film is that shows itself: of many, those that are done are counted. */
export async function stepsDone(act: Act, film: string): Promise<{ done: number; total: number }> {
  const [row] = await rawOf(act.db)<{ done: number; total: number }[]>`
    select count(*) filter (where status in ('done', 'skipped'))::int as done, count(*)::int as total
    from film_step where item_id = ${film}`;
  return row ?? { done: 0, total: 0 };
}
