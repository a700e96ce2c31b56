// A song of ours, taken apart: for a mixing desk, or another instrument.
import { choice, command, pick } from "../command/index.ts";
import { runningView } from "../jobs/index.ts";
import { works } from "../library/index.ts";
import { exportStems, hasStems, mayExport, partsView } from "./export.ts";

export const libraryExport = command({
  name: "library export",
  says: "The stems of a song as WAV, or its notes as MIDI",
  role: "staff",
  options: { asset: pick(works, "Which song"), what: choice("What of it", ["stems", "midi"], { default: "stems" }) },
  examples: ["library export 3fa20b1c", "library export 3fa20b1c what:midi"],
  async run({ act, options: { asset: work, what } }) {
    mayExport(work, what);
    if (what === "midi" || hasStems(work)) return partsView(act, work, what);
    const job = await act.later(exportStems, { work: work.id }, { key: work.id });
    const words = act.say("Playing {title} once more, a stem at a time.", { title: work.title });
    return { view: runningView(act, words, job), data: { job }, job };
  },
});
