export { announceRun } from "./announce.ts";
export { outboxDepth } from "./depth.ts";
export { messageFailed, placeGone, placeMoved, placeOpened } from "./events.ts";
export { movePlace, openPlace } from "./places.ts";
export { Half, type Outgoing, type Sender, type Sent, type Trouble } from "./sender.ts";
export { type Outbox, type OutboxOptions, startOutbox } from "./start.ts";
export { tellGone } from "./tell.ts";
export { answer, answerAll, edit, type Message, post, remove } from "./write.ts";
