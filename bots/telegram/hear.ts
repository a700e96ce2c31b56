// One update: understood, kept, and answered at once where Telegram waits for it.
import type { Update } from "@grammyjs/types";
import type { Api } from "grammy";
import { isAway } from "../../core/inbox/index.ts";
import { within } from "../../core/within.ts";
import { localeOf, say } from "../../core/words/say.ts";
import { namesFiles } from "../parts/attached.ts";

import type { Door } from "../surface.ts";
import { ack } from "./ack.ts";
import { worded } from "./albums.ts";
import { decode, type Heard, type Me, SURFACE } from "./decode.ts";
import type { Spins } from "./spins.ts";

export type Ear = { api: Api; me: Me; token: string; root: string; spins: Spins };

/** Only what we understand is sent to us. */
export const ALLOWED = ["message", "callback_query", "my_chat_member"] as const;

/** True: it is kept, or it is nothing to us. False: Telegram is to send it again. */
export async function hear(ear: Ear, door: Door, received: Update): Promise<boolean> {
  const whole = await worded(door, ear.me, received).catch(leftThere);
  if (!whole) return false;
  const { update, borrowed } = whole;
  const started = performance.now();
  const { house } = door;
  const heard = understood(ear, door, update);
  if (!heard) return true;
  // What takes no file was said once, with the words.
  if (borrowed && !("envelope" in heard && namesFiles(heard.envelope))) return true;
  let words: string | undefined;
  let kept = true;
  if ("envelope" in heard) {
    kept = typeof (await door.receive(heard.envelope, { repeats: true })) === "object";
  } else if ("stale" in heard) {
    const locale = localeOf(update.callback_query?.from.language_code);
    words = say(locale, "This question is too old. Ask again, please.");
  } else await news(door, ear.me, heard);
  // Also what is not kept yet: it comes again, and nobody is left looking at a button that spins.
  const answer = ack(update, words);
  const stop = () =>
    // A press that is answered too late is refused by Telegram; what it did stands.
    ear.api.raw.answerCallbackQuery(answer!).catch((err: unknown) => house.log.debug({ err }, "a press spins on"));
  // What is for the person alone is said by that very answer.
  if (answer && kept && "envelope" in heard && heard.envelope.apart) ear.spins.begin(answer.callback_query_id, stop);
  else if (answer) await stop();
  if (kept) house.meter.ack(SURFACE, (performance.now() - started) / 1000);
  return kept;
}

/** The database is away: Telegram keeps it for us. */
function leftThere(error: unknown): undefined {
  if (!isAway(error)) throw error;
}

/** What nobody can read is nothing to us: sent again it would be the same. */
function understood({ me }: Ear, { house }: Door, update: Update): Heard {
  try {
    return decode(update, me, house.commands);
  } catch (err) {
    house.log.warn({ err, update: update.update_id }, "an update of Telegram could not be read");
    return undefined;
  }
}

type News = Extract<Heard, { moved: unknown } | { closed: unknown }>;

function news(door: Door, me: Me, heard: News): Promise<void> {
  const place = (external: string) => ({ surface: SURFACE, tenant: String(me.id), external });
  if ("moved" in heard) return door.moved(place(heard.moved.from), heard.moved.to);
  return heard.closed ? door.closed(place(heard.chat)) : door.opened(place(heard.chat));
}

/** The terminal does not wait long for a name. */
export const NAMED_MS = 2_000;

export async function nameOf(ear: () => Promise<Ear>): Promise<string> {
  const unknown = "not connected yet, ";
  const name = ear().then(
    ({ me }) => `@${me.username}, `,
    () => unknown,
  );
  return within(NAMED_MS, name, () => unknown);
}
