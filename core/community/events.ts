// What the community announces. Words are not in it: a fact stays for ever, and what was said can be taken back.
import { eventKind } from "../act.ts";

export const remarkSaid = eventKind<{ channel: string; remark: string; kind: "shout" | "chat" }>("community.said");
export const remarkHidden = eventKind<{ channel: string; remark: string }>("community.hidden");
