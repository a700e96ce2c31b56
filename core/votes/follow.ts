// The clerk's turn at a ballot: what was cast since its last is looked at, shown and announced.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { Registry } from "../command/index.ts";
import type { Ballot } from "./ballot.ts";
import { ballotChanged } from "./events.ts";
import { watchBursts } from "./hold.ts";
import { showBallot } from "./telling.ts";

/** At most one edit for all that changed since the last. Undefined when there is nothing new. */
export async function followTally(act: Act, commands: Registry, id: string): Promise<Ballot | undefined> {
  const [news] = await rawOf(act.db)<{ channel: string | null; voters: number }[]>`
    select b.channel_id as channel, sum(t.votes)::int as voters from ballot b
    join tally t on t.workspace_id = b.workspace_id and t.ballot_id = b.id
    where b.id = ${id} and b.status <> 'closed' group by b.workspace_id, b.id having sum(t.changes) > max(b.shown)`;
  if (!news) return undefined;
  await watchBursts(act, commands, id);
  const ballot = await showBallot(act, commands, id);
  await act.emit(ballotChanged, { ballot: id, channel: news.channel, voters: news.voters }, id);
  return ballot;
}
