// What waits in the outbox, sent: as a message of the channel or its thread, to one person alone, or as an edit.
import type { Outgoing, Sender, Sent } from "../../core/outbox/index.ts";
import { saysOneOf } from "./api.ts";
import { SURFACE } from "./decode.ts";
import { str } from "./json.ts";
import type { Desk, Letter, Memory } from "./letter.ts";
import { PACE } from "./limits.ts";
import { rewrite, takeBack, write } from "./post.ts";
import { begin, canStream, goOn, isOpen, stop } from "./stream.ts";
import { BY_RESPONSE, byResponse, OUTSIDE, rewhisper, usesLeft, whisper } from "./whisper.ts";

export function makeSender(desk: Desk): Sender {
  const memory: Memory = { halves: new Map(), uses: new Map(), edits: new Map() };
  return {
    surface: SURFACE,
    pace: { each: PACE },
    classify: desk.api.classify,
    bucketOf,
    async send(message, signal) {
      const letter: Letter = { ...desk, ...memory, message, hints: message.hints, signal };
      // What is changed is changed in the way that it was sent.
      const before: Letter = { ...letter, hints: message.target?.hints ?? {} };
      const { external = "" } = message.target ?? {};
      if (message.kind === "edit") {
        if (isOpen(external)) return goOn(letter, before);
        return external === BY_RESPONSE ? rewhisper(before) : rewrite(before);
      }
      if (message.kind === "delete") {
        if (external === BY_RESPONSE) return unsay(before);
        return takeBack(isOpen(external) ? await stop(before) : before);
      }
      const streamed = canStream(letter) ? await begin(letter, message.place) : undefined;
      return streamed ?? (message.kind === "answer" ? answer(letter) : write(letter, message.place));
    },
  };
}

/** A channel's messages and its edits are counted apart; what goes by a `response_url` has its own pace. */
function bucketOf({ tenant, place, kind, hints, target }: Outgoing): string {
  const sent = target?.hints ?? hints;
  const byItself = target ? target.external === BY_RESPONSE : hints.private === true && str(hints.response) !== "";
  if (byItself) return `response ${str(sent.response)}`;
  return `${tenant}\n${place}${kind === "edit" || kind === "delete" ? "\nedit" : ""}`;
}

async function answer(letter: Letter): Promise<Sent> {
  const { message, hints } = letter;
  if (hints.replace && hints.on?.ephemeral) return byResponse(letter, { replace_original: true });
  if (hints.private || hints.once) return whisper(letter);
  try {
    return await write(letter, message.place);
  } catch (error) {
    if (!saysOneOf(error, OUTSIDE) || usesLeft(letter) <= 0) throw error;
    return byResponse(letter, { response_type: "in_channel", replace_original: false });
  }
}

async function unsay(letter: Letter): Promise<Sent> {
  if (usesLeft(letter) > 0) await letter.api.respond(letter.hints.response!, { delete_original: true }, letter.signal);
  return {};
}
