// The track that plays, the one that comes, and how one goes over into the other, to the sample. Functions over one state.
import type { Item } from "../../playout.ts";
import { type Deck, makeDeck, over, play, secondsOf, sideOf, starved } from "./deck.ts";
import { equalPower, type Mix, planMix } from "./fade.ts";
import { BLOCK, RATE, type Stereo } from "./sound.ts";
import type { Open } from "./under.ts";

/** `at` counts frames of this mixer. */
export type MixEvent = {
  kind: "wants-next" | "heard" | "ended" | "failed" | "silent" | "sound";
  item?: string;
  at: number;
  ms?: number;
  why?: string;
};

export type MixerOptions = {
  crossfadeMs: number;
  beatMatch: boolean;
  emergency: readonly Item[];
  open: Open;
  tell(event: MixEvent): void;
};

type Fading = { deck: Deck; mix: Mix; frames: number; done: number; swapped: boolean };

export type Show = {
  options: MixerOptions;
  /** Made so far. */
  frames: number;
  /** When the next item was last asked for. */
  asked: number;
  on: Deck | undefined;
  next: Deck | undefined;
  fading: Fading | undefined;
  /** What plays shall end as soon as something else can begin. */
  skipping: boolean;
  known: Set<string>;
};

export const ASK_AGAIN = 2 * RATE;
const SKIP_SECONDS = 0.4;
const REMEMBERED = 200;

export const msOf = (frames: number): number => Math.round((frames * 1000) / RATE);

export const makeShow = (options: MixerOptions): Show => ({
  options,
  frames: 0,
  asked: -ASK_AGAIN,
  on: undefined,
  next: undefined,
  fading: undefined,
  skipping: false,
  known: new Set(),
});

export const decks = (show: Show): Deck[] =>
  [show.on, show.fading?.deck, show.next].filter((deck) => deck !== undefined);

export function push(show: Show, item: Item): void {
  if (show.known.has(item.id)) return;
  show.known.add(item.id);
  if (show.known.size > REMEMBERED) show.known.delete(show.known.values().next().value!);
  show.next?.source.close();
  show.next = makeDeck(item, show.options.open(item));
}

/** Says that it is over, or that nothing could be heard of it. */
export function end(show: Show, deck: Deck, why?: string): void {
  const failure = why ?? deck.source.failure();
  const told = { item: deck.item.id, at: show.frames, ms: msOf(deck.played), ...(failure ? { why: failure } : {}) };
  show.options.tell({ kind: failure !== undefined && deck.played < RATE ? "failed" : "ended", ...told });
}

export function drop(show: Show, deck: Deck): void {
  deck.source.close();
  if (deck === show.on) show.on = undefined;
}

/** From here it is what plays, for everybody who asks. */
function begin(show: Show, deck: Deck): void {
  show.asked = -ASK_AGAIN;
  show.skipping = false;
  show.options.tell({ kind: "heard", item: deck.item.id, at: show.frames });
}

/** The next one is what plays, at once; false: there is none, or it is not ready. */
function takeNext(show: Show): boolean {
  const deck = show.next;
  if (!deck || starved(deck)) return false;
  show.next = undefined;
  if (over(deck)) {
    end(show, deck, deck.source.failure() ?? "There is no sound in it.");
    deck.source.close();
    show.asked = -ASK_AGAIN;
    return false;
  }
  show.on = deck;
  begin(show, deck);
  return true;
}

/** How, and so many frames into this block, the next track sets in; undefined: not in this block. */
function due({ next, skipping, options }: Show, on: Deck): { offset: number; mix: Mix } | undefined {
  if (!next || starved(next) || over(next)) return undefined;
  const place = on.source.position();
  const left = Math.max(0, secondsOf(on) - place);
  const plain = { kind: "plain" as const, at: place, from: 0, speed: 1, ramp: 0 };
  if (skipping) return { offset: 0, mix: { ...plain, kind: "close", seconds: Math.min(SKIP_SECONDS, left) } };
  const mix = planMix(sideOf(on), sideOf(next), options);
  if (starved(next, Math.ceil((mix.from + 0.2) * RATE))) return undefined;
  const offset = Math.round(((mix.at - place) * RATE) / on.speed);
  if (offset >= BLOCK) return undefined;
  if (offset >= 0) return { offset, mix };
  // It came too late for all of it: what is left of the one is the time for both.
  return { offset: 0, mix: { ...plain, seconds: Math.min(mix.seconds, left) } };
}

/** A start that is not to be heard: it lies within what waits. */
function skipInto({ source, sound }: Deck, seconds: number): void {
  let left = Math.min(Math.round(seconds * RATE), source.ready(1));
  while (left > 0) {
    const count = source.pull(sound, 0, Math.min(left, BLOCK), 1);
    if (count === 0) return;
    left -= count;
  }
}

function startFade(show: Show, mix: Mix): Fading {
  const deck = show.next!;
  show.next = undefined;
  skipInto(deck, mix.from);
  deck.speed = mix.speed;
  show.fading = { deck, mix, frames: Math.max(1, Math.round(mix.seconds * RATE)), done: 0, swapped: false };
  return show.fading;
}

function swap(show: Show, fade: Fading): void {
  if (fade.swapped) return;
  fade.swapped = true;
  if (show.on) end(show, show.on);
  begin(show, fade.deck);
}

function mixFading(show: Show, fade: Fading, out: Stereo, from: number): number {
  const share = (i: number) => (fade.done + i - from) / fade.frames;
  if (show.on) play(show.on, out, from, (i) => (share(i) >= 1 ? 0 : equalPower(share(i))[0]));
  const had = play(fade.deck, out, from, (i) => (share(i) >= 1 ? 1 : equalPower(share(i))[1]));
  fade.done += BLOCK - from;
  if (fade.done * 2 >= fade.frames) swap(show, fade);
  if (fade.done >= fade.frames || over(fade.deck)) {
    swap(show, fade);
    if (show.on) drop(show, show.on);
    show.on = fade.deck;
    const { speed, ramp } = fade.mix;
    if (ramp > 0) fade.deck.drift = (1 - speed) / (ramp * RATE);
    show.fading = undefined;
  }
  return from + had;
}

/** One that cannot be played is known before its turn: there is time to ask for another. */
function purge(show: Show): void {
  const { next } = show;
  if (!next || !over(next) || next.source.failure() === undefined) return;
  end(show, next);
  next.source.close();
  show.next = undefined;
  show.asked = -ASK_AGAIN;
}

/** Adds the programme's next block; answers how many of its frames are there. */
export function programme(show: Show, out: Stereo): number {
  purge(show);
  if (show.fading) return mixFading(show, show.fading, out, 0);
  if (!show.on && !takeNext(show)) return 0;
  const { on } = show;
  if (!on) return 0;
  const coming = due(show, on);
  if (coming) {
    const { offset, mix } = coming;
    const before = offset === 0 ? 0 : play(on, out, 0, () => 1, offset);
    return mixFading(show, startFade(show, mix), out, Math.max(offset, before));
  }
  const had = play(on, out, 0, () => 1);
  if (!over(on)) return had;
  end(show, on);
  drop(show, on);
  // Right upon it, in the same block: no listener hears the seam.
  return takeNext(show) && show.on && had < BLOCK ? had + play(show.on, out, had, () => 1) : had;
}
