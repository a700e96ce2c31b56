// Messages that one person alone sees, and those that reach a channel we are not in: by the address that came with what
// they asked, which Slack takes five answers at, for half an hour.
import type { Sent } from "../../core/outbox/index.ts";
import { Refused, SlackSays, saysOneOf } from "./api.ts";
import { str } from "./json.ts";
import { drawn, goesOn, half, type Letter, spoken, threaded, used } from "./letter.ts";
import { RESPONSE } from "./limits.ts";
import { write } from "./post.ts";
import type { Message } from "./render.ts";

/** Slack tells no id of such a message. */
export const BY_RESPONSE = "response";
// We are not where it was asked; the address that came with the question may still let us answer.
export const OUTSIDE = new Set([
  "channel_not_found",
  "not_in_channel",
  "restricted_action",
  "user_not_in_channel",
  "is_archived",
]);
const USED_UP = new Set(["used_url", "expired_url", "invalid_url", "http_404", "http_403", "http_410"]);

export const usesLeft = ({ kit, uses, hints: { response, at } }: Letter): number =>
  response && at !== undefined && kit.sources.now().getTime() - at < RESPONSE.milliseconds
    ? RESPONSE.uses - (uses.get(response) ?? 0)
    : 0;

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

/** The parts that one person has been told, in whichever way. */
const told = (letter: Letter) => half(letter, `${letter.message.id}\nalone`, "");

export async function byResponse(letter: Letter, how: object): Promise<Sent> {
  const done = told(letter);
  const { lost } = await drawn({ ...letter, alone: true }, async ({ messages }, again) => {
    for (const message of messages.slice(again ? 0 : done.ts.length)) {
      if (usesLeft(letter) <= 0) throw new SlackSays("used_url");
      await respond(letter, message, done.ts.length === 0 ? how : { ...how, replace_original: false });
      done.ts.push("");
    }
  });
  return { external: BY_RESPONSE, lost };
}

const own = (letter: Letter): Letter => {
  const { thread: _, on: __, replace: ___, ...hints } = letter.hints;
  return { ...letter, hints };
};

/** To one person: where they asked, while Slack lets us; else in their chat with us. */
export async function whisper(letter: Letter): Promise<Sent> {
  const { message, hints, api } = letter;
  if (usesLeft(letter) >= 2) {
    try {
      return await byResponse(letter, { response_type: "ephemeral", replace_original: false });
    } catch (error) {
      if (!saysOneOf(error, USED_UP)) throw error;
    }
  }
  const user = str(hints.user) || str(hints.account);
  if (!user) throw new Refused("A private answer has nobody to go to.");
  // Such a message cannot be changed: what goes on is told in their own chat.
  if (/^[CG]/.test(message.place) && hints.status !== "running") {
    try {
      const done = told(letter);
      const { lost } = await drawn({ ...letter, alone: true }, async ({ messages }, again) => {
        for (const one of messages.slice(again ? 0 : done.ts.length)) {
          await api.call("chat.postEphemeral", { channel: message.place, user, ...spoken(one), ...threaded(hints) });
          done.ts.push("");
        }
      });
      return { lost };
    } catch (error) {
      if (!saysOneOf(error, OUTSIDE)) throw error;
    }
  }
  return write(own(letter), user, told(letter).ts.length);
}

/** Few changes are allowed: the last is kept for the end of the work. */
export async function rewhisper(letter: Letter): Promise<Sent> {
  const { hints } = letter;
  if (usesLeft(letter) > (goesOn(letter) ? 1 : 0)) {
    try {
      return await byResponse(letter, { replace_original: true });
    } catch (error) {
      if (!saysOneOf(error, USED_UP)) throw error;
    }
  }
  if (goesOn(letter))
    return { external: BY_RESPONSE, lost: ["a step: Slack takes few changes of a message for one person"] };
  if (hints.status !== "running") throw new Refused("An answer for one person can be changed for half an hour only.");
  return write(own(letter), str(hints.user) || str(hints.account));
}
