// What others may use of the community: what listeners say, who is there, and how many take part.
export { communityCommands } from "./commands.ts";
export { remarkHidden, remarkSaid } from "./events.ts";
export { forgetRemarks, latest, type Remark, type RemarkKind, remarksOf } from "./remark.ts";
