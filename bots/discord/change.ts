// A message that was sent, shown anew or taken back: with the interaction's token while it lives, else as the bot's own.
import type { Sent } from "../../core/outbox/index.ts";
import { Refused } from "./api.ts";
import { drop, type Letter, lives, type Office, type Reach, readExternal, show } from "./office.ts";
import { byToken, inChannel } from "./post.ts";

export function edit(office: Office, letter: Letter): Promise<Sent> {
  const { ids } = readExternal(letter.message.target!.external);
  return show(office, letter, reachOf(office, letter), ids);
}

export async function remove(office: Office, letter: Letter): Promise<Sent> {
  const reach = reachOf(office, letter);
  for (const id of readExternal(letter.message.target!.external).ids) await drop(office, letter, reach.one(id));
  return {};
}

/** A private message can be reached by nothing but its token; one in the person's own chat is the bot's. */
function reachOf(office: Office, letter: Letter): Reach {
  const { message, hints } = letter;
  const { channel } = readExternal(message.target!.external);
  const own = channel === undefined ? {} : { channel };
  if (lives(office, hints)) return { ...byToken(office, letter), ...own };
  if (channel !== undefined) return { ...inChannel(office, letter, channel), ...own };
  if (hints.private) throw new Refused("A private answer can be changed for 15 minutes only.");
  if (!office.api.hasToken) throw new Refused("Without DISCORD_TOKEN an answer can be changed for 15 minutes only.");
  return inChannel(office, letter, message.place);
}
