// Ends a batch: when its last item ended, the things go to where they were asked for. Until then it looks, now and
// then, whether an item was left behind.
import type { Act } from "../core/act.ts";
import {
  batchView,
  closeStranded,
  type Ended,
  endBatch,
  holdBatch,
  LOOK_MS,
  markEnded,
  noneMade,
  reopen,
  tellStaff,
} from "../core/studio/index.ts";
import { Again, handler } from "./handler.ts";

const later = (act: Act) => new Again(new Date(act.now.getTime() + LOOK_MS));

export const batchJob = handler({
  kind: endBatch,
  orphan: true,
  tries: 5,
  async run({ input: { batch }, inTx, house }) {
    const failed = await inTx(async (act) => {
      const now = await look(act, batch);
      if (now.open > 0 || now.made > 0) return undefined;
      // Ended, so that whoever asks for it again means its items.
      await markEnded(act, batch);
      return noneMade(act, batch);
    });
    if (failed) throw failed;
    return async (act) => {
      const now = await look(act, batch);
      if (now.open > 0) return later(act);
      // The last of it failed since we looked.
      if (now.made === 0) return new Again(act.now);
      await markEnded(act, batch);
      await tellStaff(act, house.commands, batch);
      return batchView(act, batch, now);
    };
  },
});

/** How it stands. A batch that ended or was stopped, and is worked on again, was asked for again. */
async function look(act: Act, batch: string): Promise<Ended & { kind: string }> {
  const now = await holdBatch(act, batch);
  const again = now.cancelled > 0 || now.old > 0 || (now.ended && now.failed > 0);
  const moved = again ? await reopen(act, batch) : now.open > 0 ? await closeStranded(act, batch) : 0;
  return moved > 0 ? holdBatch(act, batch) : now;
}
