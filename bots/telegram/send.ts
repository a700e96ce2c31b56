// From the outbox to the Bot API: a message may be several of Telegram's. What arrived of it is kept with its row, so
// that another try, and another process, goes on from there.
import { Half, type Outgoing, type Sender, type Sent } from "../../core/outbox/index.ts";
import { change, takeBack } from "./change.ts";
import { SURFACE } from "./decode.ts";
import { fresh, isEmpty, read, written } from "./ids.ts";
import type { Desk, Letter } from "./letter.ts";
import { openPace } from "./pace.ts";
import { post, replaced, sentOf } from "./post.ts";
import { troubleOf } from "./trouble.ts";
import { isQuiet, whisper } from "./whisper.ts";

export function makeSender(desk: Desk): Sender {
  const pace = openPace(() => performance.now());
  return {
    surface: SURFACE,
    classify: troubleOf,
    async send(message, signal) {
      const { thread } = message.target?.hints ?? message.hints;
      const letter: Letter = {
        ...desk,
        message,
        pace,
        signal: signal as unknown as Letter["signal"],
        ids: idsOf(message),
        lost: [],
        thread: typeof thread === "number" ? thread : undefined,
      };
      try {
        return await deliver(letter);
      } catch (error) {
        throw isEmpty(letter.ids) ? error : new Half(written(letter.ids), error);
      }
    },
  };
}

/** What an earlier try has sent; of an edit, what there is to change. */
function idsOf({ external, target, place }: Outgoing) {
  if (external !== null) return read(external);
  // How far another change came says nothing of this one.
  return target ? { ...read(target.external), slow: 0, done: 0 } : fresh(place);
}

async function deliver(letter: Letter): Promise<Sent> {
  const { kind } = letter.message;
  if (kind === "delete") return takeBack(letter);
  if (kind === "edit") return change(letter);
  if (isQuiet(letter)) return whisper(letter);
  if (isEmpty(letter.ids) && (await replaced(letter))) return sentOf(letter);
  return post(letter, letter.message.place);
}
