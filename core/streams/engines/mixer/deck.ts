// One track while it plays: how loud, how fast, and how much of it is left.
import type { Item } from "../../playout.ts";
import type { Side } from "./fade.ts";
import { BLOCK, factor, RATE, type Stereo, stereo } from "./sound.ts";
import type { Source } from "./source.ts";

/** What streaming services play at, and what our own songs are made for. */
const TARGET_LUFS = -14;
/** More than this would raise the noise of a quiet recording with it. */
const MOST_GAIN = 12;
const LEAST_GAIN = -24;

export type Deck = {
  item: Item;
  source: Source;
  gain: number;
  speed: number;
  /** It returns to its own tempo by so much a frame. */
  drift: number;
  /** Frames of it that were heard. */
  played: number;
  sound: Stereo;
};

export function makeDeck(item: Item, source: Source): Deck {
  const lift = item.lufs === undefined ? 0 : TARGET_LUFS - item.lufs;
  const gain = factor(Math.min(MOST_GAIN, Math.max(LEAST_GAIN, lift)));
  return { item, source, gain, speed: 1, drift: 0, played: 0, sound: stereo(BLOCK) };
}

/** How long it is: as it says, until its end has been decoded and is known. */
export function secondsOf({ item, source }: Deck): number {
  if (source.ended()) return source.position() + source.ready(1) / RATE;
  return item.seconds ?? Number.POSITIVE_INFINITY;
}

export const sideOf = (deck: Deck): Side => ({
  kind: deck.item.kind,
  seconds: secondsOf(deck),
  grid: deck.speed === 1 ? deck.item.grid : undefined,
  ...(deck.item.vocals === undefined ? {} : { vocals: deck.item.vocals }),
});

/** Nothing of it is left. */
export const over = ({ source, speed }: Deck): boolean => source.ended() && source.ready(speed) === 0;

/** It should give a whole block and cannot yet: the disk is slow, or it has not been opened. */
export const starved = ({ source, speed }: Deck, frames = BLOCK): boolean =>
  !source.ended() && source.ready(speed) < frames;

/** Adds its next frames, from `at` in the block until its end, at a level that goes from one to another. Answers how many it had. */
export function play(deck: Deck, out: Stereo, at: number, level: (frame: number) => number, until = BLOCK): number {
  const count = deck.source.pull(deck.sound, at, until - at, deck.speed);
  const { left, right } = deck.sound;
  for (let i = at; i < at + count; i++) {
    const gain = deck.gain * level(i);
    out.left[i]! += left[i]! * gain;
    out.right[i]! += right[i]! * gain;
  }
  deck.played += count;
  if (deck.drift !== 0) settle(deck, count);
  return count;
}

function settle(deck: Deck, count: number): void {
  const was = deck.speed - 1;
  const now = was + deck.drift * count;
  const home = was * now <= 0;
  deck.speed = home ? 1 : 1 + now;
  if (home) deck.drift = 0;
}
