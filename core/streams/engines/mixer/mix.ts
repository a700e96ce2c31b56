// A channel's sound, block by block: its programme, what is laid over it, and what is heard when it says nothing. It
// knows no clock: time is how many frames it has made.
import { ASK_AHEAD_MS, type Item } from "../../playout.ts";
import { secondsOf, starved } from "./deck.ts";
import { LIMIT_DELAY, makeLimiter } from "./limit.ts";
import { type Meter, makeMeter, SILENT } from "./meter.ts";
import {
  ASK_AGAIN,
  decks,
  drop,
  end,
  type MixerOptions,
  makeShow,
  msOf,
  programme,
  push,
  type Show,
} from "./programme.ts";
import { BLOCK, RATE, type Stereo, silence } from "./sound.ts";
import { makeEmergency, makeOverlay } from "./under.ts";

export type Mixer = {
  push(item: Item): void;
  skip(id: string): void;
  overlay(item: Item): void;
  /** The next block; what cannot be had is left out of it. */
  block(out: Stereo): void;
  /** A block now would lack what a moment later is there. */
  starved(): boolean;
  /** Decodes ahead. */
  fill(): Promise<unknown>;
  frames(): number;
  playing(): { item: string; position: number } | undefined;
  meter: Meter;
  close(): void;
};

/** Nothing at all is made up for sooner than a track that is silent itself: music pauses. */
const NOTHING_MS = 300;
/** The first track has to be found and fetched. */
const FIRST_MS = 2_500;
const PAUSE_MS = 2_500;
/** A track that says nothing for so long is at an end, whatever its length. */
const SILENT_TRACK_MS = 8_000;
/** A file that gives nothing for so long will not. */
const STUCK_MS = 2_000;

/** Whether the programme can be heard, and since when not. */
function makeJudge(show: Show, meter: Meter): (had: number, out: Stereo) => boolean {
  const { tell } = show.options;
  let [dry, since] = [0, -1];
  return (had, out) => {
    meter.hear(out);
    dry = had === 0 ? dry + BLOCK : 0;
    const { on } = show;
    if (on && meter.silenceMs() >= SILENT_TRACK_MS && !show.fading) show.skipping = true;
    if (on && msOf(dry) >= STUCK_MS) {
      end(show, on, on.source.failure() ?? "Its file gives nothing any more.");
      drop(show, on);
    }
    const patience = msOf(show.frames) < FIRST_MS ? FIRST_MS : NOTHING_MS;
    const why =
      msOf(dry) >= patience ? "nothing to play" : meter.silenceMs() >= PAUSE_MS ? "a silent track" : undefined;
    if (since < 0 && why !== undefined) {
      since = show.frames;
      tell({ kind: "silent", at: since, why, ...(on ? { item: on.item.id } : {}) });
    } else if (since >= 0 && had > 0 && meter.rms() >= SILENT) {
      tell({ kind: "sound", at: show.frames, ms: msOf(show.frames - since) });
      since = -1;
    }
    return since >= 0;
  };
}

/** Asks for one item ahead, early enough to fetch it, and again until it is there. */
function ask(show: Show): void {
  const { on, next, fading, frames, options } = show;
  if (next || fading || frames - show.asked < ASK_AGAIN) return;
  const ahead = (ASK_AHEAD_MS + options.crossfadeMs) / 1000;
  if (on && !show.skipping && secondsOf(on) - on.source.position() > ahead) return;
  show.asked = frames;
  options.tell({ kind: "wants-next", at: frames, ...(on ? { item: on.item.id } : {}) });
}

export function makeMixer(options: MixerOptions): Mixer {
  const show = makeShow(options);
  const limiter = makeLimiter(BLOCK);
  const [meter, own] = [makeMeter(), makeMeter()];
  const judge = makeJudge(show, own);
  const overlay = makeOverlay(options.open);
  const emergency = makeEmergency(options.emergency, options.open);
  return {
    meter,
    push: (item) => push(show, item),
    skip(id) {
      const { on, fading } = show;
      if (on?.item.id !== id || fading) return;
      show.skipping = true;
      show.asked = -ASK_AGAIN;
    },
    overlay: overlay.add,
    block(out) {
      silence(out);
      const had = programme(show, out);
      const silent = judge(had, out);
      overlay.mix(out);
      emergency.mix(out, silent);
      limiter(out);
      meter.hear(out);
      show.frames += BLOCK;
      ask(show);
    },
    starved() {
      const playing = show.fading?.deck ?? show.on ?? show.next;
      return (playing !== undefined && starved(playing)) || (show.on !== undefined && starved(show.on));
    },
    fill: () => Promise.all([...decks(show).map((d) => d.source.fill()), ...overlay.fill(), ...emergency.fill()]),
    frames: () => show.frames,
    playing: () =>
      show.on && { item: show.on.item.id, position: Math.max(0, show.on.source.position() - LIMIT_DELAY / RATE) },
    close() {
      for (const { source } of decks(show)) source.close();
      overlay.close();
      emergency.close();
    },
  };
}
