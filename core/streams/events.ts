// What streams announce.
import { eventKind } from "../act.ts";
import type { Source } from "./queue/queue.ts";

/** A track is heard now: written when a listener hears it, not when it was handed over. */
export const channelTrack = eventKind<{
  channel: string;
  slug: string;
  item: string;
  asset: string;
  title: string;
  source: Source;
  decidedBy: string;
  seconds: number | null;
  at: string;
}>("channel.track");
export const channelStatus = eventKind<{ channel: string; slug: string; from: string; to: string; why: string }>(
  "channel.status",
);
export const channelWanted = eventKind<{ channel: string; slug: string; to: "on" | "off" | "restart" }>(
  "channel.wanted",
);
export const channelEmergency = eventKind<{ channel: string; slug: string; on: boolean }>("channel.emergency");
export const channelSilent = eventKind<{ channel: string; slug: string; ms: number; why: string }>("channel.silent");
export const channelBack = eventKind<{ channel: string; slug: string; ms: number }>("channel.back");
/** It is not well, for whatever reason; and it is well again. `trouble` is the same while one soon follows the other. */
export const channelTrouble = eventKind<Troubled>("channel.trouble");
export const channelWell = eventKind<Troubled>("channel.well");
type Troubled = { channel: string; slug: string; trouble: string };
/** What plays next may be another now. */
export const queueChanged = eventKind<{ channel: string; item: string; to: string }>("queue.changed");
