// A new message: an answer with its interaction's token, a reply to what was said, or a message of a channel. What is for
// one person only, and can no longer be whispered, goes to them directly.
import type { Sent } from "../../core/outbox/index.ts";
import { Refused } from "./api.ts";
import type { Hints } from "./decode.ts";
import { ORIGINAL, read } from "./ids.ts";
import { causeOf, type Desk, type Letter, open, type Post, type Reach, show } from "./letter.ts";
import { FLAG } from "./limits.ts";
import { escaped } from "./plain.ts";
import { readerFor } from "./ready.ts";

/** The last of the numbers of parts. */
const NOTE = 99;
/** The person takes no messages from members of the server. */
const NO_DIRECT = 50007;

export function answerByToken(desk: Desk, letter: Letter): Promise<Sent> {
  const ids = read(letter.message.external);
  if (ids.parts.length === 0) ids.parts.push(ORIGINAL);
  const { direct } = letter.hints;
  const reach = { ...byToken(desk, letter), ...(direct === undefined ? {} : { channel: direct }) };
  return show(desk, letter, reach, ids);
}

export function post(desk: Desk, letter: Letter): Promise<Sent> {
  if (!desk.api.hasToken) throw new Refused("Without DISCORD_TOKEN nothing can be sent but answers within 15 minutes.");
  if (letter.hints.private) return postAlone(desk, letter);
  const ids = read(letter.message.external);
  return show(desk, letter, inChannel(desk, letter, letter.message.place, letter.hints), ids);
}

export function byToken({ api }: Desk, { hints, signal }: Letter): Reach {
  const hook = `/webhooks/${hints.app}/${hints.token}` as const;
  return {
    one: (id) => ({ route: `${hook}/messages/${id}` }),
    more: (body, files) => api.call({ method: "POST", route: `${hook}?wait=true`, body, files, signal }),
  };
}

export const inChannel = (desk: Desk, letter: Letter, channel: string, said: Partial<Hints> = {}): Reach => ({
  one: (id) => ({ route: `/channels/${channel}/messages/${id}`, bot: true }),
  more: writer(desk, letter, channel, said),
});

/** Each part of a message has a nonce: a repetition is not shown twice. The first is a reply to what was said. */
function writer({ api }: Desk, { message, signal }: Letter, channel: string, said: Partial<Hints>): Post {
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
async function postAlone(desk: Desk, letter: Letter): Promise<Sent> {
  const { hints, message } = letter;
  const { say } = readerFor(hints);
  try {
    const before = read(message.external);
    const channel = before.channel ?? (await directChannel(desk, letter));
    // What was whispered in part cannot be reached any more.
    const ids = before.channel === undefined ? { ...before, parts: [], done: 0 } : before;
    const sent = await show(desk, letter, { ...inChannel(desk, letter, channel), channel }, ids);
    await note(desk, letter, say("I answered you in our own chat."));
    return sent;
  } catch (error) {
    if (!hints.message || desk.api.codeOf(causeOf(error)) !== NO_DIRECT) throw error;
    await note(desk, letter, say("My answer is only for you, and I may not write to you. Use the slash command here."));
    return { lost: ["the answer: the person takes no direct messages from us"] };
  }
}

/** Only below what was said in words: whoever used a command was acknowledged already. */
async function note(desk: Desk, letter: Letter, text: string): Promise<void> {
  const { hints, message } = letter;
  if (!hints.message) return;
  const body = {
    flags: FLAG.components,
    components: [{ type: 17 as const, components: [{ type: 10 as const, content: escaped(text) }] }],
    allowed_mentions: { parse: [] },
    attachments: [],
  };
  await writer(desk, letter, message.place, hints)(body, [], NOTE);
}

async function directChannel({ api }: Desk, { hints: { user }, signal }: Letter): Promise<string> {
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
