// When and how one track goes over into the next: arithmetic alone. On the beat when both have beats that are sure and
// differ by little enough, else an equal-power crossfade; jingles and what is short come close upon each other.
import type { Grid, Item } from "../../playout.ts";

export type Side = Pick<Item, "kind" | "vocals"> & { seconds: number; grid?: Grid | undefined };

export type Mix = {
  kind: "beat" | "plain" | "close";
  /** Where it begins, in seconds of the one that goes. */
  at: number;
  /** How long both are heard. */
  seconds: number;
  /** Where the one that comes begins, in its own seconds. */
  from: number;
  /** How fast it plays at first, so that its beats are those of the other; afterwards it returns to its own. */
  speed: number;
  ramp: number;
};

/** What an ear that knows the song takes for the song; a voice is known better. */
const MOST_STRETCH = 0.06;
const MOST_VOICE = 0.03;
const BAR = 4;
/** Both are heard for 2, 4 or 8 bars, whichever is nearest to what the channel asks for. */
const BARS = [1, 2, 4, 8] as const;
const LONGEST_BEAT_MIX = 20;
/** Bars after the mix in which it returns to its own tempo. */
const RETURN_BARS = 16;
const CLOSE_SECONDS = 0.25;
/** No more than this part of a track is heard together with another. */
const MOST_SHARE = 1 / 3;

export function planMix(out: Side, into: Side, settings: { crossfadeMs: number; beatMatch: boolean }): Mix {
  if (out.kind === "jingle" || into.kind === "jingle" || settings.crossfadeMs === 0) {
    const seconds = settings.crossfadeMs === 0 ? 0 : Math.min(CLOSE_SECONDS, out.seconds / 2, into.seconds / 2);
    return { kind: "close", at: out.seconds - seconds, seconds, from: 0, speed: 1, ramp: 0 };
  }
  const asked = settings.crossfadeMs / 1000;
  const most = Math.min(out.seconds, into.seconds) * MOST_SHARE;
  return (
    (settings.beatMatch ? onTheBeat(out, into, asked, most) : undefined) ?? {
      kind: "plain",
      at: out.seconds - Math.min(asked, most),
      seconds: Math.min(asked, most),
      from: 0,
      speed: 1,
      ramp: 0,
    }
  );
}

/** How much faster the one must play to have the other's beats, counting half and double time as the same. */
export function stretchOf(out: Grid, into: Grid): number {
  const ratio = out.bpm / into.bpm;
  return [ratio, ratio * 2, ratio / 2].reduce((best, r) => (Math.abs(r - 1) < Math.abs(best - 1) ? r : best));
}

function onTheBeat(out: Side, into: Side, asked: number, most: number): Mix | undefined {
  if (!out.grid?.sure || !into.grid?.sure) return undefined;
  const speed = stretchOf(out.grid, into.grid);
  const bound = out.vocals || into.vocals ? MOST_VOICE : MOST_STRETCH;
  if (!(Math.abs(speed - 1) <= bound)) return undefined;
  const bar = (BAR * 60) / out.grid.bpm;
  const fits = BARS.map((bars) => bars * bar).filter((s) => s <= most && s <= LONGEST_BEAT_MIX);
  if (fits.length === 0) return undefined;
  const seconds = fits.reduce((best, s) => (Math.abs(s - asked) < Math.abs(best - asked) ? s : best));
  // The last beginning of a bar that leaves room for all of it.
  const end = Math.min(out.seconds, out.grid.end ?? out.seconds);
  const bars = Math.floor((end - seconds - out.grid.first) / bar + 1e-6);
  if (bars < 1) return undefined;
  const own = (BAR * 60) / into.grid.bpm;
  return {
    kind: "beat",
    at: out.grid.first + bars * bar,
    seconds,
    from: Math.max(0, into.grid.first),
    speed,
    ramp: speed === 1 ? 0 : RETURN_BARS * own,
  };
}

/** Both gains at a share of the way: their powers always add up to one. */
export const equalPower = (share: number): [out: number, into: number] => {
  const x = Math.min(1, Math.max(0, share)) * (Math.PI / 2);
  return [Math.cos(x), Math.sin(x)];
};
