// Plays a song of ours again, a stem at a time. It must be the very same song: its notes are compared first.
import { createHash } from "node:crypto";
import { refuse } from "../core/problem.ts";
import { exportStems, notesOf, partsView, playStems, readSong, saveStems } from "../core/studio/index.ts";
import { handler } from "./handler.ts";

export const stemsJob = handler({
  kind: exportStems,
  lane: "long",
  tries: 3,
  minutes: 15,
  async run({ house, workspaceId, input, inTx, signal, progress, say }) {
    const { wish, title, notes } = await inTx((act) => readSong(act, input.work));
    const again = createHash("sha256").update(notesOf(wish)).digest("hex");
    // What was asked for was forgotten, or the composer has learned since.
    if (notes !== null && notes !== again)
      throw refuse("rule", "{title} cannot be played again as it was. Make a new one, and its stems with it.", {
        title,
      });
    const now = say("Playing {title} once more, a stem at a time.", { title });
    const stems = await playStems(house, workspaceId, wish, {
      signal,
      progress: (share) => progress(Math.floor(Math.min(1, share) * 50), 100, now),
    });
    return async (act) => {
      await saveStems(act, input.work, stems);
      const { parts } = await readSong(act, input.work);
      return partsView(act, { id: input.work, title, parts }, "stems");
    };
  },
});
