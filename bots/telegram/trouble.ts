// What an error of Telegram means for a message. The words are Telegram's own.
import type { Trouble } from "../../core/outbox/index.ts";

/** It is not yet this chat's turn. */
export class NotYet extends Error {
  readonly after: number;
  constructor(after: number) {
    super("The chat was written to often enough for now.");
    this.after = after;
  }
}

export type Refused = {
  error_code: number;
  description: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number };
};

export const isRefused = (error: unknown): error is Error & Refused =>
  error instanceof Error && "error_code" in error && "description" in error;

/** Somebody whom an answer in a group is for cannot be reached: that closes their own chat to us, and not the group. */
export class Unreached extends Error {}

const GONE =
  /chat not found|bot was kicked|bot was blocked|user is deactivated|not a member|group chat was (deleted|deactivated)|PEER_ID_INVALID|have no rights to send|not enough rights to send|CHAT_WRITE_FORBIDDEN/i;

export function troubleOf(error: unknown): Trouble {
  if (error instanceof NotYet) return { kind: "retry", after: error.after };
  if (error instanceof Unreached) return { kind: "refused", why: error.message };
  if (!isRefused(error)) return { kind: "retry" };
  const { error_code: code, description, parameters } = error;
  if (code === 429) return { kind: "retry", after: (parameters?.retry_after ?? 1) * 1000 };
  if (code >= 500) return { kind: "retry" };
  if (parameters?.migrate_to_chat_id) return { kind: "moved", to: String(parameters.migrate_to_chat_id) };
  if (code === 403 || GONE.test(description)) return { kind: "gone" };
  // A token that was changed is mended by a person; until then nothing is lost.
  if (code === 401 || code === 404) return { kind: "retry" };
  return { kind: "refused", why: description };
}

/** Of a message in a group for one person: it is about them, or about the message, and not about the group. */
const ABOUT_THEM =
  /user (is deactivated|not found)|bot was blocked|PEER_ID_INVALID|USER_ID_INVALID|PARTICIPANT_ID_INVALID/i;
export const isTheirs = (error: unknown): error is Error & Refused =>
  isRefused(error) && (troubleOf(error).kind === "refused" || ABOUT_THEM.test(error.description));

export const says = (error: unknown, words: RegExp): boolean => isRefused(error) && words.test(error.description);
