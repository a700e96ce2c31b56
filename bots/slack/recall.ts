// Slack may have taken a message whose taking we were never told. It knows none by an id of ours: a mark on each part is how
// we know it again; a text that began to grow has no mark, and is known by its words.
import { SlackSays, saysOneOf } from "./api.ts";
import { type Json, list, obj, str } from "./json.ts";
import type { Letter } from "./letter.ts";

const MARK = "impresario_message";
export const marked = (id: string, part: number) => ({ event_type: MARK, event_payload: { id, part } });

/** Puts what is there already among what is known. */
export async function recall(letter: Letter): Promise<void> {
  const { ids, message } = letter;
  const parts = (await said(letter)).flatMap((m) => {
    const { event_type, event_payload } = obj(m.metadata);
    const { id, part } = obj(event_payload);
    return event_type === MARK && id === message.id ? [{ part: Number(part), ts: str(m.ts) }] : [];
  });
  for (const { part, ts } of parts.toSorted((a, b) => a.part - b.part)) if (part === ids.ts.length) ids.ts.push(ts);
}

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, "");
const NOT_GROWING = new Set(["message_not_in_streaming_state", "message_not_found"]);

/** Ends a text that began to grow without our being told, and answers with it. */
export async function recallGrowing(letter: Letter): Promise<string | undefined> {
  const { api, ids, message } = letter;
  const { user_id: us } = await api.call("auth.test");
  const words = letters(message.view?.text ?? "");
  for (const m of await said(letter)) {
    const { event_type } = obj(m.metadata);
    if (m.user !== us || event_type === MARK || letters(str(m.text)) !== words) continue;
    try {
      await api.call("chat.stopStream", { channel: ids.channel, ts: m.ts });
      return str(m.ts);
    } catch (error) {
      // Another one, which has ended.
      if (!saysOneOf(error, NOT_GROWING)) throw error;
    }
  }
  return undefined;
}

/** What was last said there; nothing where we may not look. */
async function said({ api, kit, message, hints, ids }: Letter): Promise<Json[]> {
  try {
    // Only a chat has a past, not the person in it.
    if (!/^[CDG]/.test(ids.channel)) {
      const { channel } = await api.call("conversations.open", { users: ids.channel });
      ids.channel = str(obj(channel).id) || ids.channel;
    }
    const about = { channel: ids.channel, limit: 50, include_all_metadata: true };
    const { messages } = hints.thread
      ? await api.call("conversations.replies", { ...about, ts: hints.thread })
      : await api.call("conversations.history", about);
    return list(messages);
  } catch (error) {
    // Where we may not look, it may come twice.
    if (!(error instanceof SlackSays)) throw error;
    kit.log.debug({ message: message.id, err: error }, "Slack does not show what was said there");
    return [];
  }
}
