export { announceRun } from "./announce.ts";
export { answer, edit, type Message, post, remove } from "./write.ts";
