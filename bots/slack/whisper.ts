// Messages that one person alone sees, and those that reach a channel we are not in: by the address that came with what
// they asked, which Slack takes five answers at, for half an hour.
import { Half, type Sent } from "../../core/outbox/index.ts";
import { Refused, SlackSays, saysOneOf } from "./api.ts";
import { BY_RESPONSE, fresh } from "./ids.ts";
import { str } from "./json.ts";
import { drawn, keeping, type Letter, spoken, threaded } from "./letter.ts";
import { RESPONSE } from "./limits.ts";
import { goesOn, used, usesLeft } from "./pace.ts";
import { post } from "./post.ts";
import type { Message } from "./render.ts";

// We are not where it was asked; the address that came with the question may still let us answer.
export const OUTSIDE = new Set([
  "channel_not_found",
  "not_in_channel",
  "restricted_action",
  "user_not_in_channel",
  "is_archived",
]);
const USED_UP = new Set(["used_url", "expired_url", "invalid_url", "http_404", "http_403", "http_410"]);

const causeOf = (error: unknown): unknown => (error instanceof Half ? error.cause : error);

// Whoever it is for cannot be told there; their own chat is another matter.
const THEIRS = new Set(["user_not_found", "user_disabled", "cannot_dm_bot", "messages_tab_disabled"]);

async function respond(letter: Letter, message: Message, how: object): Promise<void> {
  const url = letter.hints.response!;
  used(letter, url, (letter.uses.get(url) ?? 0) + 1);
  try {
    await letter.api.respond(url, { ...spoken(message), ...threaded(letter.hints), ...how }, letter.signal);
  } catch (error) {
    if (saysOneOf(error, USED_UP)) used(letter, url, RESPONSE.uses);
    throw error;
  }
}

/** The parts that were not told yet, one after the other; drawn as words it is another row of them, told whole. */
async function tell(letter: Letter, one: (message: Message) => Promise<unknown>): Promise<{ lost: string[] }> {
  const { ids } = letter;
  return drawn({ ...letter, alone: true }, async ({ messages }, again) => {
    for (const message of messages.slice(again ? 0 : ids.told)) {
      await one(message);
      ids.told++;
    }
  });
}

export function byResponse(letter: Letter, how: object): Promise<Sent> {
  const { ids } = letter;
  return keeping(letter, async () => {
    ids.channel = BY_RESPONSE;
    const { lost } = await tell(letter, (message) => {
      if (usesLeft(letter) <= 0) throw new SlackSays("used_url");
      return respond(letter, message, ids.told === 0 ? how : { ...how, replace_original: false });
    });
    return { external: BY_RESPONSE, lost };
  });
}

/** In their own chat, also what is left of it. */
function directly(letter: Letter, user: string): Promise<Sent> {
  const { thread: _, on: __, replace: ___, ...hints } = letter.hints;
  if (letter.ids.channel === BY_RESPONSE) letter.ids.channel = "";
  return post({ ...letter, hints }, user);
}

const personOf = ({ hints }: Letter): string => str(hints.user) || str(hints.account);

/** To one person: where they asked, while Slack lets us; else in their chat with us. */
export function whisper(letter: Letter): Promise<Sent> {
  const { message, hints, ids } = letter;
  return keeping(letter, async () => {
    const user = personOf(letter);
    if (ids.ts.length > 0) return directly(letter, user);
    if (usesLeft(letter) >= 2) {
      try {
        return await byResponse(letter, { response_type: "ephemeral", replace_original: false });
      } catch (error) {
        if (!saysOneOf(causeOf(error), USED_UP)) throw error;
      }
    }
    if (!user) throw new Refused("A private answer has nobody to go to.");
    // Such a message cannot be changed: what goes on is told in their own chat.
    if (/^[CG]/.test(message.place) && hints.status !== "running") {
      try {
        return await there(letter, user);
      } catch (error) {
        if (!saysOneOf(error, OUTSIDE) && !saysOneOf(error, THEIRS)) throw error;
      }
    }
    return directly(letter, user);
  });
}

const there = (letter: Letter, user: string): Promise<Sent> =>
  tell(letter, (message) =>
    letter.api.call("chat.postEphemeral", {
      channel: letter.message.place,
      user,
      ...spoken(message),
      ...threaded(letter.hints),
    }),
  );

/** Few changes are allowed: the last is kept for the end of the work. */
export async function rewhisper(letter: Letter): Promise<Sent> {
  const { hints, ids } = letter;
  if (usesLeft(letter) > (goesOn(letter) ? 1 : 0)) {
    try {
      return await byResponse(letter, { replace_original: true });
    } catch (error) {
      if (!saysOneOf(causeOf(error), USED_UP)) throw error;
    }
  }
  if (goesOn(letter))
    return { external: BY_RESPONSE, lost: ["a step: Slack takes few changes of a message for one person"] };
  if (hints.status !== "running") throw new Refused("An answer for one person can be changed for half an hour only.");
  Object.assign(ids, fresh());
  return directly(letter, personOf(letter));
}
