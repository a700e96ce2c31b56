// What others may use of streams. Playing: `wanted`, `claimNext`, `heard`, `ended`, `failed`, `report`, `silent`, `back`.
// Choosing: `candidates`, `enqueue`, `mixPoint`, `placesOf`. All of them take the act of a transaction.
export { type Channel, channels, listChannels } from "./channel.ts";
export { streamCommands } from "./commands.ts";
export { channelHere } from "./commands-queue.ts";
export { openDestinations } from "./destination.ts";
export { bedWanted, isBedNeeded, keepBed } from "./emergency.ts";
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
export { LostLease } from "./fence.ts";
export { fillChannels } from "./fill.ts";
export { type ChannelGauges, channelGauges } from "./gauges.ts";
export { type AirFact, ended, failed, heard } from "./heard.ts";
export { forgetPlayed } from "./history.ts";
export { freeLease, holders, renewLease, takeLease } from "./lease.ts";
export { candidates, claimNext, type Item } from "./next.ts";
export { type Now, nowOn } from "./now.ts";
export { itemOf, planOf } from "./plan.ts";
export type { Heard, Item as PlayItem, Plan, Playout, Status, Words } from "./playout.ts";
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
} from "./queue.ts";
export { back, GAP_MS, type Report, report, silent } from "./report.ts";
export type { Track } from "./rotation.ts";
export { beat, type Pulse } from "./server.ts";
export { showTrouble, tellOfTrouble } from "./trouble.ts";
export { type Uptime, uptimeOf } from "./uptime.ts";
export { mixPoint, placesOf, STREAMS_CHANNEL, type Wanted, wanted } from "./wanted.ts";
export { type Memory, watch, watchFrom } from "./watch.ts";
export { liveUrl } from "./words.ts";
