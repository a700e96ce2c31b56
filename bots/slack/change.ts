// A message that was sent, shown anew or taken back. `letter.hints` are those that it was sent with.
import type { Sent } from "../../core/outbox/index.ts";
import { Slower } from "./api.ts";
import { settled } from "./ids.ts";
import { drawn, gently, keeping, type Letter } from "./letter.ts";
import { editWait } from "./pace.ts";
import { put } from "./post.ts";
import { recall } from "./recall.ts";

export async function change(letter: Letter): Promise<Sent> {
  const { ids, message } = letter;
  const wait = editWait(letter);
  if (wait === "step")
    return { external: settled(ids), lost: ["a step: Slack lets few messages be changed in a minute"] };
  return keeping(letter, async () => {
    if (wait > 0) throw new Slower(wait);
    if (message.attempts > 0) await recall(letter);
    const { lost } = await drawn(letter, (rendered, again) => put(letter, rendered, again));
    return { external: settled(ids), lost };
  });
}

export function takeBack(letter: Letter): Promise<Sent> {
  const { channel, ts, links, files } = letter.ids;
  return keeping(letter, async () => {
    for (const one of [...ts, ...links]) await gently(letter, "chat.delete", { channel, ts: one });
    for (const file of files) await gently(letter, "files.delete", { file });
    return {};
  });
}
