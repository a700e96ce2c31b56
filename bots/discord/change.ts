// A message that was sent, shown anew or taken back: with the interaction's token while it lives, else as the bot's own.
import type { Sent } from "../../core/outbox/index.ts";
import { Refused } from "./api.ts";
import { read } from "./ids.ts";
import { type Desk, drop, type Letter, lives, type Reach, show } from "./letter.ts";
import { byToken, inChannel } from "./post.ts";

export function change(desk: Desk, letter: Letter): Promise<Sent> {
  const { external, target } = letter.message;
  // How far another change came says nothing of this one.
  const ids = external === null ? { ...read(target!.external), slow: 0, done: 0 } : read(external);
  return show(desk, letter, reachOf(desk, letter), ids);
}

export async function takeBack(desk: Desk, letter: Letter): Promise<Sent> {
  const reach = reachOf(desk, letter);
  for (const id of read(letter.message.target!.external).parts) await drop(desk.api, letter, reach.one(id));
  return {};
}

/** A private message can be reached by nothing but its token; one in the person's own chat is the bot's. */
function reachOf(desk: Desk, letter: Letter): Reach {
  const { message, hints } = letter;
  const { channel } = read(message.target!.external);
  const own = channel === undefined ? {} : { channel };
  if (lives(desk, hints)) return { ...byToken(desk, letter), ...own };
  if (channel !== undefined) return { ...inChannel(desk, letter, channel), ...own };
  if (hints.private) throw new Refused("A private answer can be changed for 15 minutes only.");
  if (!desk.api.hasToken) throw new Refused("Without DISCORD_TOKEN an answer can be changed for 15 minutes only.");
  return inChannel(desk, letter, message.place);
}
