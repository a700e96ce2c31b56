// What waits in the outbox, sent: as a message of the channel or its thread, to one person alone, or as an edit.
import { Half, type Outgoing, type Sender, type Sent } from "../../core/outbox/index.ts";
import { saysOneOf } from "./api.ts";
import { change, takeBack } from "./change.ts";
import { SURFACE } from "./decode.ts";
import { isByResponse, isOpen } from "./ids.ts";
import { str } from "./json.ts";
import { type Desk, type Letter, letterOf } from "./letter.ts";
import { PACE } from "./limits.ts";
import { type Memory, usesLeft } from "./pace.ts";
import { post } from "./post.ts";
import { begin, canStream, goOn, stop } from "./stream.ts";
import { byResponse, OUTSIDE, rewhisper, whisper } from "./whisper.ts";

export function makeSender(desk: Desk): Sender {
  const memory: Memory = { uses: new Map(), edits: new Map() };
  return {
    surface: SURFACE,
    pace: { each: PACE },
    classify: desk.api.classify,
    bucketOf,
    async send(message, signal) {
      const letter = letterOf(desk, memory, message, signal);
      const { external = "" } = message.target ?? {};
      if (message.kind === "edit") {
        if (isOpen(external)) return goOn(letter);
        return isByResponse(external) ? rewhisper(letter) : change(letter);
      }
      if (message.kind === "delete") {
        if (isByResponse(external)) return unsay(letter);
        if (isOpen(external)) await stop(letter);
        return takeBack(letter);
      }
      const streamed = canStream(letter) ? await begin(letter, message.place) : undefined;
      return streamed ?? (message.kind === "answer" ? answer(letter) : post(letter, message.place));
    },
  };
}

/** A channel's messages and its edits are counted apart; what goes by a `response_url` has its own pace. */
function bucketOf({ tenant, place, kind, hints, target }: Outgoing): string {
  const sent = target?.hints ?? hints;
  const byItself = target ? isByResponse(target.external) : hints.private === true && str(hints.response) !== "";
  if (byItself) return `response ${str(sent.response)}`;
  return `${tenant}\n${place}${kind === "edit" || kind === "delete" ? "\nedit" : ""}`;
}

async function answer(letter: Letter): Promise<Sent> {
  const { message, hints, ids } = letter;
  if (hints.replace && hints.on?.ephemeral) return byResponse(letter, { replace_original: true });
  if (hints.private || hints.once) return whisper(letter);
  const inChannel = { response_type: "in_channel", replace_original: false };
  if (ids.told > 0) return byResponse(letter, inChannel);
  try {
    return await post(letter, message.place);
  } catch (error) {
    if (error instanceof Half || !saysOneOf(error, OUTSIDE) || usesLeft(letter) <= 0) throw error;
    return byResponse(letter, inChannel);
  }
}

async function unsay(letter: Letter): Promise<Sent> {
  if (usesLeft(letter) > 0) await letter.api.respond(letter.hints.response!, { delete_original: true }, letter.signal);
  return {};
}
