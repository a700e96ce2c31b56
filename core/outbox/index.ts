export { announceRun } from "./announce.ts";
export { outboxDepth } from "./depth.ts";
export { answer, edit, type Message, post, remove } from "./write.ts";
