// Messages that everybody in a channel or a thread sees: part by part, and from where the last try ended.
import type { Sent } from "../../core/outbox/index.ts";
import { settled } from "./ids.ts";
import { str } from "./json.ts";
import { drawn, gently, keeping, type Letter, mayGrow, spoken, threaded } from "./letter.ts";
import { sendFiles } from "./media.ts";
import { changed, turn } from "./pace.ts";
import { marked, recall, recallGrowing } from "./recall.ts";
import type { Message, Rendered } from "./render.ts";

export function post(letter: Letter, channel: string): Promise<Sent> {
  const { ids, hints, message } = letter;
  return keeping(letter, async () => {
    ids.channel ||= channel;
    // What is already there is as it should be; what it takes the place of is not.
    let redo = false;
    if (hints.replace && hints.on) {
      redo = true;
      if (ids.ts.length === 0) ids.ts.push(hints.on.ts);
    }
    if (message.attempts > 0) {
      await recall(letter);
      const grown = ids.ts.length === 0 && mayGrow(letter) ? await recallGrowing(letter) : undefined;
      if (grown) ids.ts.push(grown);
      redo ||= grown !== undefined;
    }
    // What was found is said already.
    if (!redo) ids.done = ids.ts.length;
    const { lost } = await drawn(letter, (rendered, again) => put(letter, rendered, again));
    return { external: settled(ids), lost };
  });
}

/** Shows a view in the parts that are there: more are added, and those that are left over are taken back. */
export async function put(letter: Letter, { messages, files, lost }: Rendered, again: boolean): Promise<void> {
  const { ids } = letter;
  // Drawn as words it is another row of parts.
  if (again) ids.done = 0;
  const mine = messages.slice(ids.told);
  let said = false;
  for (const [n, one] of mine.entries()) {
    if (n < ids.done) continue;
    const ts = ids.ts[n];
    if (said) await turn(letter);
    said = true;
    if (ts === undefined) await add(letter, one);
    else await update(letter, ts, one);
    ids.done = n + 1;
  }
  while (ids.ts.length > mine.length) {
    await gently(letter, "chat.delete", { channel: ids.channel, ts: ids.ts.at(-1) });
    ids.ts.pop();
  }
  await sendFiles(letter, files, lost);
}

async function add({ api, ids, hints, message }: Letter, one: Message): Promise<void> {
  const metadata = marked(message.id, ids.ts.length);
  const about = { channel: ids.channel, ...spoken(one), ...threaded(hints), metadata };
  const { channel, ts } = await api.call("chat.postMessage", about);
  ids.channel = str(channel) || ids.channel;
  ids.ts.push(str(ts));
}

async function update(letter: Letter, ts: string, { text, blocks }: Message): Promise<void> {
  const { api, ids } = letter;
  changed(letter);
  // Without blocks the old ones would stay.
  const about = { text, blocks: blocks ?? [], parse: "none", link_names: false };
  await api.call("chat.update", { channel: ids.channel, ts, ...about });
}
