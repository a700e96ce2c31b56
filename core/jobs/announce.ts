// A run that has something new to show: live pages follow the event, messages in a chat are edited.
import type { Act } from "../act.ts";
import { runChanged } from "../event/index.ts";
import { announceRun as editMessages } from "../outbox/index.ts";

/** Call it when the run's answer is written. */
export async function announceRun(act: Act, run: string, status: string): Promise<void> {
  await Promise.all([act.emit(runChanged, { run, status }, run), editMessages(act, run)]);
}
