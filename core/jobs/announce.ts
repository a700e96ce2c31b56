// A run that has something new to show: live pages follow the event, messages in a chat are edited.
import type { Act } from "../act.ts";
import { runChanged, writeEvent } from "../event/index.ts";
import { announceRun as editMessages } from "../outbox/index.ts";

/** Call it when the run's answer is written. Whoever stopped or retried the work may not be whose run it is. */
export async function announceRun(
  act: Act,
  { id, person }: { id: string; person: string | null },
  status: string,
): Promise<void> {
  const payload = { run: id, status };
  const told =
    person === null || person === act.person.id
      ? act.emit(runChanged, payload, id)
      : writeEvent({ ...act, person: { id: person } }, { name: runChanged.name, payload, subject: id });
  await Promise.all([told, editMessages(act, id)]);
}
