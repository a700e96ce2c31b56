// What a surface asks of messages that were kept before: it never sees the database.
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import type { House } from "../house.ts";
import { firstIdAt } from "../ids.ts";
import type { View } from "../view/index.ts";
import type { Speaker } from "./envelope.ts";
import type { Home } from "./receive.ts";
import { laneOf } from "./store.ts";

/** Of the inbox, newest first. */
const MOST_ROWS = 5_000;

/** Parts of one message come within moments; the clocks of processes may differ. */
const TOGETHER_MS = 60_000;

/** What somebody said in one place with an album, in whichever process it was heard: its hint `album` holds the words. */
export async function saidWith(
  { sources }: Pick<House, "sources">,
  { database, workspaceId }: Home,
  { account, ...place }: Speaker,
  album: string,
): Promise<string | undefined> {
  const since = firstIdAt(sources.now().getTime() - TOGETHER_MS);
  const [row] = await inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)<{ words: string }[]>`
      select envelope->'hints'->'album'->>'words' as words from inbox
      where id >= ${since} and lane = ${laneOf(place)} and envelope->'hints'->'album'->>'id' = ${album}
        and envelope->'account'->>'id' = ${account.id}
      order by id limit 1`,
  );
  return row?.words;
}

export type LastHeard = { tenant: string; place: string; delivery: string; whole: boolean };

/** What a surface heard of late, oldest first, where messages of this kind have this hint. */
export async function lastHeard(
  { databases }: Pick<House, "databases">,
  { surface, hint, since }: { surface: string; hint: string; since: Date },
): Promise<LastHeard[]> {
  const found: LastHeard[] = [];
  for (const database of databases) {
    for (const workspaceId of await workspaceIds(database)) {
      const rows = await inWorkspace(
        database,
        workspaceId,
        (tx) => rawOf(tx)<LastHeard[]>`
          select tenant, delivery, envelope->>'place' as place, envelope->'whole' is not null as whole
          from (select * from inbox order by id desc limit ${MOST_ROWS}) latest
          where surface = ${surface} and received_at > ${since.toISOString()} and envelope->'hints'->>${hint} is not null
          order by id`,
      );
      found.push(...rows);
    }
  }
  return found;
}

/** What stands behind a button or a form, and the view that showed it: for whoever it was made for, and nobody else. */
export async function whatWasAsked(
  tx: Tx,
  token: string,
  personId: string,
): Promise<{ options: Record<string, unknown>; view: View | null } | undefined> {
  const [row] = await rawOf(tx)<{ options: Record<string, unknown>; view: View | null }[]>`
    select a.options, i.answer->'view' as view
    from action a left join inbox i on i.workspace_id = a.workspace_id and i.id = a.run_id
    where a.token = ${token} and (a.for_person is null or a.for_person = ${personId})`;
  return row;
}
