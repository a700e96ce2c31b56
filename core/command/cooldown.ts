// Again only after a while: one statement reads and writes it, in the run's own transaction. A run that is refused
// afterwards has not used it.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";
import type { Command } from "./command.ts";

export async function coolDown(act: Act, { name, cooldown }: Command): Promise<void> {
  if (!cooldown) return;
  const key = `command:${name}${cooldown.per === "person" ? `:${act.person.id}` : ""}`;
  const now = act.now.toISOString();
  const until = new Date(act.now.getTime() + cooldown.seconds * 1000).toISOString();
  const [row] = await rawOf(act.db)<{ taken: boolean; until: string | null }[]>`
    with taken as (
      insert into cooldown (workspace_id, key, until) values (${act.workspace.id}, ${key}, ${until})
      on conflict (workspace_id, key) do update set until = excluded.until where cooldown.until <= ${now}
      returning 1)
    select exists (select from taken) as taken, (select until from cooldown where key = ${key}) as until`;
  if (row?.taken) return;
  // Two at once: the other's row is newer than what this statement may read, so all of the time is left.
  const left = row?.until ? new Date(row.until).getTime() - act.now.getTime() : 0;
  const seconds = Math.max(1, Math.ceil((left > 0 ? left : cooldown.seconds * 1000) / 1000));
  throw refuse(
    "rule",
    "/{command} rests for {seconds, plural, one {# more second} other {# more seconds}}.",
    { command: name, seconds },
    { retryAfter: seconds },
  );
}
