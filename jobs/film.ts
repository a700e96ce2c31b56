// Films in steps: the film's own job takes it further whenever a part has ended; the steps of this house are jobs of their own,
// on whichever worker is free.
import { rm } from "node:fs/promises";
import { fileHere } from "../core/assets/index.ts";
import { showProgress } from "../core/jobs/index.ts";
import {
  advance,
  bench,
  filmItem,
  keepWorked,
  longStep,
  quickStep,
  type StepBench,
  stepsDone,
  storeWorked,
  work,
} from "../core/studio/index.ts";
import { workFolder } from "../core/workfolder.ts";
import { Again, type Handler, handler, type JobContext } from "./handler.ts";

/** In one transaction with its own end: whoever wakes it waits for that, and finds it ready to be woken. */
export const filmJob = handler({
  kind: filmItem,
  orphan: true,
  tries: 50,
  async run({ input }) {
    return async (act) => {
      const again = await advance(act, input.item);
      return again && new Again(again);
    };
  },
});

type Ctx = JobContext<{ film: string; step: string }>;

/** What a step needs is brought into a folder of its own, which is gone when it ends. */
async function run(ctx: Ctx) {
  const { house, input, signal } = ctx;
  const found = await ctx.inTx((act) => bench(act, input.film, input.step));
  if (!found) return undefined;
  const folder = await workFolder("film");
  try {
    const ffmpeg = await house.ffmpeg?.();
    const worked = await work({
      ...found,
      folder,
      ffmpeg,
      signal,
      bring: (asset) => bring(ctx, asset),
      progress: moving(ctx, found),
    });
    const stored = await storeWorked(house, ctx.workspaceId, worked);
    await ctx.inTx((act) => keepWorked(act, found, stored));
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bring({ house, workspaceId }: Ctx, asset: string): Promise<string> {
  const file = await fileHere(house, workspaceId, asset);
  if (!file) throw new Error(`The file ${asset} of the film is not in the store.`);
  return file;
}

const SHOWN_MS = 1_000;

/** A single film shows how far its longest step is. */
function moving(ctx: Ctx, { item, step }: StepBench): (share: number) => void {
  if (item.wanted > 1) return () => {};
  let last = 0;
  let going = false;
  return (share) => {
    const now = performance.now();
    if (going || now - last < SHOWN_MS) return;
    [last, going] = [now, true];
    void ctx
      .inTx(async (act) => {
        const { done, total } = await stepsDone(act, item.id);
        const words = act.say("{step}, {percent}%", {
          step: act.say(`step:${step.kind}`),
          percent: Math.floor(share * 100),
        });
        await showProgress(act, item.shown, { done, total, now: words });
      })
      .catch((error) => ctx.house.log.debug({ err: error }, "progress was not shown"))
      .finally(() => {
        going = false;
      });
  };
}

export const filmJobs: readonly Handler[] = [
  filmJob,
  handler({ kind: quickStep, orphan: true, tries: 4, minutes: 10, run }),
  handler({ kind: longStep, orphan: true, lane: "long", tries: 4, minutes: 40, run }),
];
