// A new message: an answer with its interaction's token, a reply to what was said, or a message of a channel. What is for
// one person only, and can no longer be whispered, goes to them directly.
import type { Sent } from "../../core/outbox/index.ts";
import { Refused } from "./api.ts";
import type { Hints } from "./decode.ts";
import { FLAG } from "./limits.ts";
import {
  causeOf,
  type Letter,
  type Office,
  ORIGINAL,
  open,
  type Post,
  type Reach,
  readExternal,
  show,
} from "./office.ts";
import { escaped } from "./plain.ts";
import { readerFor } from "./ready.ts";

/** The last of the numbers of parts. */
const NOTE = 99;
/** The person takes no messages from members of the server. */
const NO_DIRECT = 50007;

export function answerByToken(office: Office, letter: Letter): Promise<Sent> {
  const { ids } = readExternal(letter.message.external);
  const { direct } = letter.hints;
  const reach = { ...byToken(office, letter), ...(direct === undefined ? {} : { channel: direct }) };
  return show(office, letter, reach, ids.length > 0 ? ids : [ORIGINAL]);
}

export function post(office: Office, letter: Letter): Promise<Sent> {
  if (!office.api.hasToken)
    throw new Refused("Without DISCORD_TOKEN nothing can be sent but answers within 15 minutes.");
  if (letter.hints.private) return postAlone(office, letter);
  const { ids } = readExternal(letter.message.external);
  return show(office, letter, inChannel(office, letter, letter.message.place, letter.hints), ids);
}

export function byToken({ api }: Office, { hints, signal }: Letter): Reach {
  const hook = `/webhooks/${hints.app}/${hints.token}` as const;
  return {
    one: (id) => ({ route: `${hook}/messages/${id}` }),
    more: (body, files) => api.call({ method: "POST", route: `${hook}?wait=true`, body, files, signal }),
  };
}

export const inChannel = (office: Office, letter: Letter, channel: string, said: Partial<Hints> = {}): Reach => ({
  one: (id) => ({ route: `/channels/${channel}/messages/${id}`, bot: true }),
  more: writer(office, letter, channel, said),
});

/** Each part of a message has a nonce: a repetition is not shown twice. The first is a reply to what was said. */
function writer({ api }: Office, { message, signal }: Letter, channel: string, said: Partial<Hints>): Post {
  return (body, files, n) => {
    const reply = n === 0 || n === NOTE ? repliesTo(said) : {};
    return api.call({
      method: "POST",
      route: `/channels/${channel}/messages`,
      body: { ...open(body), ...reply, nonce: nonceOf(message.id, n), enforce_nonce: true },
      files,
      bot: true,
      signal,
    });
  };
}

/** Asked before everybody, and not for everybody to read: the channel learns where the answer is. */
async function postAlone(office: Office, letter: Letter): Promise<Sent> {
  const { hints, message } = letter;
  const { say } = readerFor(hints);
  try {
    const before = readExternal(message.external);
    const channel = before.channel ?? (await directChannel(office, letter));
    // What was whispered in part cannot be reached any more.
    const ids = before.channel === undefined ? [] : before.ids;
    const sent = await show(office, letter, { ...inChannel(office, letter, channel), channel }, ids);
    await note(office, letter, say("I answered you in our own chat."));
    return sent;
  } catch (error) {
    if (!hints.message || office.api.codeOf(causeOf(error)) !== NO_DIRECT) throw error;
    await note(
      office,
      letter,
      say("My answer is only for you, and I may not write to you. Use the slash command here."),
    );
    return { lost: ["the answer: the person takes no direct messages from us"] };
  }
}

/** Only below what was said in words: whoever used a command was acknowledged already. */
async function note(office: Office, letter: Letter, text: string): Promise<void> {
  const { hints, message } = letter;
  if (!hints.message) return;
  const body = {
    flags: FLAG.components,
    components: [{ type: 17 as const, components: [{ type: 10 as const, content: escaped(text) }] }],
    allowed_mentions: { parse: [] },
    attachments: [],
  };
  await writer(office, letter, message.place, hints)(body, [], NOTE);
}

async function directChannel({ api }: Office, { hints: { user }, signal }: Letter): Promise<string> {
  if (!user) throw new Refused("A private answer has nobody to go to.");
  const body = { recipient_id: user };
  const { data } = await api.call({ method: "POST", route: "/users/@me/channels", body, bot: true, signal });
  return (data as { id: string }).id;
}

/** That it is gone by now is no reason not to answer. */
const repliesTo = ({ message }: Partial<Hints>) =>
  message === undefined ? {} : { message_reference: { type: 0, message_id: message, fail_if_not_exists: false } };

/** A nonce has 25 letters at most: the id's 16 bytes in 22 of them, and which part it is. */
export const nonceOf = (id: string, part: number): string =>
  `${Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url").slice(0, 22)}.${part % 100}`;
