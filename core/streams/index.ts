// What others may use of streams. Playing: `wanted`, `claimNext`, `heard`, `ended`, `failed`, `report`, `silent`, `back`.
// Choosing: `candidates`, `enqueue`, `mixPoint`, `placesOf`. All of them take the act of a transaction.
export { type Channel, channels, listChannels } from "./channel.ts";
export { streamCommands } from "./commands.ts";
export { openDestinations } from "./destination.ts";
export {
  channelBack,
  channelEmergency,
  channelSilent,
  channelStatus,
  channelTrack,
  channelTrouble,
  channelWanted,
  channelWell,
  queueChanged,
} from "./events.ts";
export { fillChannels } from "./fill.ts";
export { type Now, nowOn } from "./now.ts";
export { itemOf, planOf } from "./plan.ts";
export type { Heard, Item as PlayItem, Plan, Playout, Status, Words } from "./playout.ts";
export { channelHere } from "./queue/commands-queue.ts";
export { type AirFact, ended, failed, heard } from "./queue/heard.ts";
export { forgetPlayed } from "./queue/history.ts";
export { candidates, claimNext, type Item } from "./queue/next.ts";
export {
  askSkip,
  type Enqueue,
  type Enqueued,
  enqueue,
  findItem,
  type ItemState,
  type QueueItem,
  queueOf,
  removeItem,
  type Source,
} from "./queue/queue.ts";
export { bedWanted, isBedNeeded, keepBed } from "./schedule/emergency.ts";
export type { Track } from "./schedule/rotation.ts";
export { LostLease } from "./servers/fence.ts";
export { freeLease, holders, renewLease, takeLease } from "./servers/lease.ts";
export { beat, type Pulse } from "./servers/server.ts";
export { mixPoint, placesOf, STREAMS_CHANNEL, type Wanted, wanted } from "./wanted.ts";
export { type ChannelGauges, channelGauges } from "./watch/gauges.ts";
export { back, GAP_MS, type Report, report, silent } from "./watch/report.ts";
export { showTrouble, tellOfTrouble } from "./watch/trouble.ts";
export { type Uptime, uptimeOf } from "./watch/uptime.ts";
export { type Memory, watch, watchFrom } from "./watch/watch.ts";
export { liveUrl } from "./words.ts";
