export { type Made, makeAct, type Room, readWho, type Who } from "./act.ts";
export { type Shower, sealView } from "./actions.ts";
export type { Caller, Content, Envelope, Reply } from "./envelope.ts";
export { handle, isAway, perform, undone } from "./handle.ts";
export { claim, findDelivery, findRun, laneOf } from "./store.ts";
export { turnRun } from "./turn.ts";
