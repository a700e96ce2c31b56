// A calm bed for the emergency rotation, made on this machine, so that no channel ever has nothing to play.

import { bedWanted, isBedNeeded, keepBed } from "../core/streams/index.ts";
import { makeSong } from "../core/studio/index.ts";
import { view } from "../core/view/index.ts";
import { handler } from "./handler.ts";

/** Long enough not to be noticed as a loop at once, and made in a few seconds. */
const SECONDS = 90;
const GENRE = "cosmic-ambient";

export const bedJob = handler({
  kind: bedWanted,
  lane: "long",
  tries: 5,
  minutes: 5,
  async run({ inTx, signal }) {
    if (!(await inTx((act) => isBedNeeded(act)))) return undefined;
    const { files, seconds, loudness } = await makeSong(GENRE, "emergency", {
      seconds: SECONDS,
      formats: ["mp3"],
      signal,
    });
    const lufs = Math.round(loudness * 10) / 10;
    return async (act) => {
      await keepBed(act, { bytes: files.mp3!, type: "audio/mpeg", name: "emergency.mp3", seconds, lufs });
      return view(act.say("Emergency content is ready: no channel falls silent for want of songs."));
    };
  },
});
