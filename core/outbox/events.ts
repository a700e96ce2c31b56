import { eventKind } from "../act.ts";

/** A place is closed to us: its bot was removed, or the place itself. */
export const placeGone = eventKind<{ surface: string; tenant: string; place: string; unsent: number }>("place.gone");

/** A place that was closed to us has let us in again. */
export const placeOpened = eventKind<{ surface: string; tenant: string; place: string }>("place.opened");

/** The platform gave a place another id. */
export const placeMoved = eventKind<{ surface: string; tenant: string; from: string; to: string }>("place.moved");

/** A message could not be delivered, and will not be tried again. */
export const messageFailed = eventKind<{ surface: string; place: string; message: string; error: string }>(
  "message.failed",
);
