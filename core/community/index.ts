// What others may use of the community: what listeners say, who is there, and how many take part.
export { communityCommands } from "./commands.ts";
export { CROWD_CHANNEL, type Crowd, type Crowds, isReaction, openCrowds, type Someone, type Told } from "./crowd.ts";
export { remarkHidden, remarkSaid } from "./events.ts";
export { type LiveState, liveState } from "./live.ts";
export { forgetRemarks, latest, type Remark, type RemarkKind, remarksOf } from "./remark.ts";
