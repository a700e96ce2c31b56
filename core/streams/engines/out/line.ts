// A line to one destination: begun anew when it fails, for ever, and never in the way of the others.

import type { DestinationState, Words } from "../../playout.ts";
import { delayOf, HEALTHY_MS } from "../../watch/backoff.ts";
import type { Frame } from "./frames.ts";

export type LineTold = { live(): void; failed(why: string): void };

export type Line = {
  write(frame: Frame): void;
  words(words: Words): void;
  stop(how: "end" | "drop"): void;
};

export type Outlet = {
  id: string;
  state(): { state: DestinationState; since: number; note?: string };
  write(frame: Frame): void;
  words(words: Words): void;
  /** Looks whether it is time to begin again. */
  beat(): void;
  /** Begins again at once. */
  restart(): void;
  stop(how: "end" | "drop"): void;
};

type Now = { wall(): number; random(): number };

export function makeOutlet(
  id: string,
  begin: (told: LineTold) => Line,
  { wall, random }: Now,
  changed: (state: DestinationState, note?: string) => void,
): Outlet {
  let line: Line | undefined;
  let said: Words | undefined;
  let [state, since, note, tries, again]: [DestinationState, number, string | undefined, number, number] = [
    "starting",
    wall(),
    undefined,
    0,
    wall(),
  ];
  const turn = (to: DestinationState, why?: string) => {
    if (state !== to) since = wall();
    if (state !== to || note !== why) changed(to, why);
    state = to;
    note = why;
  };
  function open(): void {
    again = Number.POSITIVE_INFINITY;
    let mine: Line | undefined;
    const told: LineTold = {
      live() {
        if (mine !== line) return;
        turn("live");
        if (said) line?.words(said);
      },
      failed(why) {
        if (mine !== undefined && mine !== line) return;
        if (state === "live" && wall() - since >= HEALTHY_MS) tries = 0;
        again = wall() + delayOf(tries++, random());
        line = undefined;
        turn("failed", why);
      },
    };
    try {
      mine = begin(told);
      line = mine;
    } catch (error) {
      told.failed((error as Error).message);
    }
  }
  return {
    id,
    state: () => ({ state, since, ...(note === undefined ? {} : { note }) }),
    write: (frame) => line?.write(frame),
    words(words) {
      said = words;
      line?.words(words);
    },
    beat() {
      if (wall() < again) return;
      turn("starting", note);
      open();
    },
    restart() {
      line?.stop("drop");
      line = undefined;
      turn("starting");
      open();
    },
    stop(how) {
      again = Number.POSITIVE_INFINITY;
      line?.stop(how);
      line = undefined;
    },
  };
}
