// What Telegram hears at once, before any work: a pressed button stops spinning. Decided without asking anybody.
import type { Update } from "@grammyjs/types";

export type Ack = { callback_query_id: string; text?: string; show_alert?: boolean };

/** Telegram takes an answer for about 15 seconds. Messages need none. */
export function ack({ callback_query: query }: Update, words?: string): Ack | undefined {
  if (!query) return undefined;
  // answerCallbackQuery, `text`: "0-200 characters".
  return { callback_query_id: query.id, ...(words ? { text: words.slice(0, 200), show_alert: true } : {}) };
}
