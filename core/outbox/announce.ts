// A run has something new to show (progress, a finish, a button that is used up): live pages follow the event, and every
// message that shows it is edited.
import { rawOf } from "../../db/connect.ts";
import type { Place } from "../act.ts";
import { type Writer as EventWriter, runChanged, writeEvent } from "../event/index.ts";
import type { View } from "../view/index.ts";
import { edit, type Writer } from "./write.ts";

/** Call it when the run's answer is written. `person` is whose run it is: others do not hear of it. */
export async function announceRun(
  act: Omit<EventWriter, "person">,
  { id, person }: { id: string; person: string | null },
  status: string,
): Promise<void> {
  const writer = { ...act, person: person === null ? null : { id: person } };
  const told = writeEvent(writer, { name: runChanged.name, payload: { run: id, status }, subject: id });
  await Promise.all([told, editMessages(act, id)]);
}

/** Follows a run wherever it was shown. Costs one statement when it was shown nowhere. */
async function editMessages(act: Writer, run: string): Promise<void> {
  // The spine's own two tables: the answer as it is now, and where it is to be seen.
  const rows = await rawOf(act.db)<(Place & { view: View })[]>`
    select distinct o.surface, o.tenant, o.place as external, i.answer::jsonb->'view' as view
    from outbox o join inbox i on i.workspace_id = o.workspace_id and i.id = ${run}
    where o.subject = ${run} and o.kind in ('post', 'answer') and o.status in ('waiting', 'sending', 'sent')
      and i.answer->'view' is not null
      and not exists (select from outbox d where d.subject = o.subject and d.surface = o.surface
        and d.tenant = o.tenant and d.place = o.place and d.kind = 'delete' and d.seq > o.seq)`;
  for (const { view, ...place } of rows) await edit(act, { place, subject: run, view });
}
