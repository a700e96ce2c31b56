// What is laid over and under the programme: a jingle or a shout, for which it steps back, and the emergency's sound,
// which comes up when the programme cannot be heard and goes when it can.
import type { Item } from "../../playout.ts";
import { type Bed, makeBed } from "./bed.ts";
import { type Deck, makeDeck, over, play } from "./deck.ts";
import { BLOCK, factor, RATE, type Stereo, silence, stereo } from "./sound.ts";
import type { Source } from "./source.ts";

export type Open = (item: Item, from?: number) => Source;

const DUCKED = factor(-12);
const DUCK_SECONDS = 0.3;
const RETURN_SECONDS = 0.8;

export type Overlay = {
  add(item: Item): void;
  /** Takes the programme down while something is laid over it, and lays it. */
  mix(out: Stereo): void;
  fill(): Promise<void>[];
  close(): void;
};

export function makeOverlay(open: Open): Overlay {
  const waiting: Deck[] = [];
  const seen = new Set<string>();
  let level = 1;
  return {
    add(item) {
      if (seen.has(item.id)) return;
      seen.add(item.id);
      waiting.push(makeDeck(item, open(item)));
    },
    mix(out) {
      while (waiting[0] && over(waiting[0])) waiting.shift()!.source.close();
      const [deck] = waiting;
      const ready = deck !== undefined && deck.source.ready(1) > 0;
      const goal = ready ? DUCKED : 1;
      if (level !== goal) level = ramp(out, level, goal, ready ? DUCK_SECONDS : RETURN_SECONDS);
      else if (level !== 1) scale(out, level);
      // It begins when the programme has stepped back.
      if (deck && ready && level <= DUCKED * 1.5) play(deck, out, 0, () => 1);
    },
    fill: () => waiting.slice(0, 1).map(({ source }) => source.fill()),
    close() {
      for (const { source } of waiting.splice(0)) source.close();
    },
  };
}

function scale({ left, right }: Stereo, level: number): void {
  for (let i = 0; i < left.length; i++) {
    left[i]! *= level;
    right[i]! *= level;
  }
}

/** Moves all of the block's level towards a goal; a whole step takes `seconds`. Answers where it is. */
function ramp({ left, right }: Stereo, from: number, goal: number, seconds: number): number {
  const step = ((1 - DUCKED) / (seconds * RATE)) * Math.sign(goal - from);
  let level = from;
  for (let i = 0; i < left.length; i++) {
    level = step > 0 ? Math.min(goal, level + step) : Math.max(goal, level + step);
    left[i]! *= level;
    right[i]! *= level;
  }
  return level;
}

const UP_SECONDS = 0.4;
const DOWN_SECONDS = 1.2;

export type Emergency = {
  /** Adds its sound, on its way up while it is wanted and down when not. */
  mix(out: Stereo, wanted: boolean): void;
  level(): number;
  fill(): Promise<void>[];
  close(): void;
};

/** The channel's emergency content, one after the other; a bed of ours until it is there, and when there is none. */
export function makeEmergency(items: readonly Item[], open: Open): Emergency {
  let bed: Bed | undefined;
  let [level, number] = [0, 0];
  let deck: Deck | undefined;
  let broken = 0;
  const sound = stereo(BLOCK);

  /** The next of them, unless each in turn could not be played. */
  function turn(): void {
    if (deck && !over(deck)) return;
    if (deck && deck.played === 0) broken++;
    else broken = 0;
    deck?.source.close();
    deck = undefined;
    const item = items[number++ % Math.max(1, items.length)];
    if (item && broken < items.length) deck = makeDeck(item, open(item));
  }

  return {
    mix(out, wanted) {
      if (!wanted && level === 0) return;
      if (wanted) turn();
      silence(sound);
      const had = deck && deck.source.ready(1) > 0 ? play(deck, sound, 0, () => 1) : 0;
      if (had === 0) {
        bed ??= makeBed();
        bed.pull(sound, BLOCK);
      }
      const step = wanted ? 1 / (UP_SECONDS * RATE) : -1 / (DOWN_SECONDS * RATE);
      for (let i = 0; i < BLOCK; i++) {
        level = Math.min(1, Math.max(0, level + step));
        out.left[i]! += sound.left[i]! * level;
        out.right[i]! += sound.right[i]! * level;
      }
      if (level === 0) {
        deck?.source.close();
        deck = undefined;
        broken = 0;
      }
    },
    level: () => level,
    fill: () => (deck ? [deck.source.fill()] : []),
    close: () => deck?.source.close(),
  };
}
