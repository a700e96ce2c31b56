// Messages that everybody in a channel or a thread sees, and their edits.
import type { Sent } from "../../core/outbox/index.ts";
import { Slower } from "./api.ts";
import { str } from "./json.ts";
import {
  drawn,
  editWait,
  externalOf,
  gently,
  half,
  type Letter,
  marked,
  pause,
  readExternal,
  recall,
  spoken,
  threaded,
  update,
} from "./letter.ts";
import { sendFiles } from "./media.ts";

/** One message after the other. A repetition goes on where the last try ended; `from`: those before were told elsewhere. */
export async function write(letter: Letter, channel: string, from = 0): Promise<Sent> {
  const { hints, message, api } = letter;
  const done = half(letter, `${message.id}\n${channel}`, channel);
  if (message.attempts > 0) await recall(letter, channel, done);
  const { lost } = await drawn(letter, async ({ messages, files, lost }, again) => {
    // In words it is another row of messages: better some of it twice than a part not at all.
    for (const one of messages.slice(again ? 0 : from + done.ts.length)) {
      if (done.ts.length > 0) await pause(letter);
      const on = done.ts.length === 0 && hints.replace ? hints.on : undefined;
      const metadata = marked(message.id, done.ts.length);
      const sent = on
        ? await update(letter, channel, on.ts, one)
        : await api.call("chat.postMessage", { channel, ...spoken(one), ...threaded(hints), metadata });
      done.channel = str(sent.channel) || channel;
      done.ts.push(str(sent.ts) || (on?.ts ?? ""));
    }
    if (done.files.length === 0) done.files.push(...(await sendFiles(letter, done.channel, files, lost)));
  });
  return { external: externalOf(done), lost };
}

/** `letter.hints` are those that the message was sent with. */
export async function rewrite(letter: Letter): Promise<Sent> {
  const { external } = letter.message.target!;
  const wait = editWait(letter);
  if (wait === "step") return { external, lost: ["a step: Slack lets few messages be changed in a minute"] };
  if (wait > 0) throw new Slower(wait);
  const done = readExternal(external);
  const { channel } = done;
  // What was added by earlier edits is not in the row that is edited.
  const more = half(letter, external, channel);
  const all = [...done.ts, ...more.ts];
  const { lost } = await drawn(letter, async ({ messages, files, lost }) => {
    for (const [n, one] of messages.entries()) {
      if (n > 0) await pause(letter);
      if (all[n]) await update(letter, channel, all[n], one);
      else {
        const about = { channel, ...spoken(one), ...threaded(letter.hints) };
        all.push(str((await letter.api.call("chat.postMessage", about)).ts));
      }
    }
    for (const ts of all.splice(messages.length)) await gently(letter, "chat.delete", { channel, ts });
    if (done.files.length + more.files.length === 0)
      more.files.push(...(await sendFiles(letter, channel, files, lost)));
  });
  more.ts = all.slice(done.ts.length);
  return { external, lost };
}

export async function takeBack(letter: Letter): Promise<Sent> {
  const { external } = letter.message.target!;
  const { channel, ts, files } = readExternal(external);
  const more = letter.halves.get(external);
  for (const one of [...ts, ...(more?.ts ?? [])]) await gently(letter, "chat.delete", { channel, ts: one });
  for (const file of [...files, ...(more?.files ?? [])]) await gently(letter, "files.delete", { file });
  return {};
}
