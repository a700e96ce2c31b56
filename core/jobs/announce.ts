// A run that has something new to show, told to the messages that show it.
import type { Act } from "../act.ts";
import { runChanged } from "../event/index.ts";

/** Live pages follow the event; a message in a chat is edited by its row in the outbox. */
export async function announceRun(act: Act, run: string, status: string): Promise<void> {
  await act.emit(runChanged, { run, status }, run);
}
