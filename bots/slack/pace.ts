// How fast Slack lets us change messages, and how often it takes answers at an address that came with a question.
import { pause } from "../../core/within.ts";
import { Slower } from "./api.ts";
import type { Letter } from "./letter.ts";
import { EDITS, PACE, RESPONSE } from "./limits.ts";

/** What this process remembers of what it sent. */
export type Memory = {
  /** How often a `response_url` was used. */
  uses: Map<string, number>;
  /** When messages of a team were changed in the last minute. */
  edits: Map<string, number[]>;
};

const MOST_KEPT = 2_000;

export function used({ uses }: Memory, url: string, count: number): void {
  if (uses.size >= MOST_KEPT) uses.delete(uses.keys().next().value!);
  uses.set(url, count);
}

export const usesLeft = ({ kit, uses, hints: { response, at } }: Letter): number =>
  response && at !== undefined && kit.sources.now().getTime() - at < RESPONSE.milliseconds
    ? RESPONSE.uses - (uses.get(response) ?? 0)
    : 0;

/** One more change, from now on. */
export const changed = (letter: Letter): number => lately(letter).push(performance.now());

function lately({ edits, message: { tenant } }: Letter): number[] {
  const times = (edits.get(tenant) ?? []).filter((at) => performance.now() - at < EDITS.per);
  edits.set(tenant, times);
  return times;
}

/** Work that goes on is shown again soon: its steps give way, so that what is final need not wait. */
export const goesOn = ({ message: { view } }: Letter): boolean =>
  view?.growing === true || (view?.blocks.some((b) => b.kind === "progress" && b.done < b.total) ?? false);

/** "step": leave this one out. Otherwise the milliseconds until Slack lets a message of this team be changed. */
export function editWait(letter: Letter): number | "step" {
  const times = lately(letter);
  if (goesOn(letter) && times.length >= EDITS.steps) return "step";
  return times.length < EDITS.limit ? 0 : times[0]! + EDITS.per - performance.now();
}

/** A message of several parts keeps Slack's pace too: one a second in a channel. Waiting is no failure. */
export async function turn({ signal }: Letter): Promise<void> {
  await pause(PACE.per, signal);
  if (signal.aborted) throw new Slower(PACE.per);
}
