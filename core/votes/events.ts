// What ballots and requests announce.
import { eventKind } from "../act.ts";

export const ballotOpened = eventKind<{ ballot: string; channel: string | null; kind: string; closes_at: string }>(
  "ballot.opened",
);
/** The tally has moved: at most about once a second for each ballot. */
export const ballotChanged = eventKind<{ ballot: string; channel: string | null; voters: number }>("ballot.changed");
export const ballotHeld = eventKind<{ ballot: string; channel: string | null; why: string; votes: number }>(
  "ballot.held",
);
export const ballotClosed = eventKind<{
  ballot: string;
  channel: string | null;
  kind: string;
  winner: string | null;
  decided_by: string;
  voters: number;
}>("ballot.closed");
