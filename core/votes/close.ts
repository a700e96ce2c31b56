// Closing: once, whoever asks and how often. The winner is found from what the database counted, and acts at once.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { isBehind } from "../inbox/index.ts";
import { refuse } from "../problem.ts";
import { asJson } from "../text.ts";
import { type Ballot, getBallot } from "./ballot.ts";
import { clockOf } from "./cast.ts";
import { ballotClosed } from "./events.ts";
import { type Case, type Count, type Decision, decide } from "./tally.ts";

export type Closing = {
  /** Before its time, by a person: counted as it stands. */
  now?: boolean;
  /** A person's word in place of the count. */
  winner?: string;
  /** Nothing wins: what would play without a ballot plays. */
  veto?: boolean;
};

/** Undefined when it was closed already, when its time is not over, or while votes that came in time are being counted. */
export async function closeBallot(act: Act, id: string, how: Closing = {}): Promise<Ballot | undefined> {
  const sql = rawOf(act.db);
  const forced = how.now || how.winner !== undefined || how.veto;
  if (!forced && (await waitsForVotes(act, id))) return undefined;
  // Whoever casts holds the ballot too: nothing is added between the count and the end.
  const [held] = await sql`
    select 1 from ballot where id = ${id} and status <> 'closed'
      and (${forced ?? false} or closes_at <= ${clockOf(sql, act)}) for no key update`;
  if (!held) return undefined;
  const counted = decide(await caseOf(act, id));
  const decision = overruled(counted, how);
  await sql`
    update ballot set status = 'closed', closed_at = ${clockOf(sql, act)}, winner_id = ${decision.winner},
      decided_by = ${decision.decidedBy}, result = ${asJson(decision)}::text::jsonb,
      closed_by = ${forced ? act.person.id : null}
    where id = ${id}`;
  const ballot = await getBallot(act, id);
  const { channel, kind } = ballot;
  act.changed({ what: "ballot", id, from: "open", to: { winner: decision.winner, decided_by: decision.decidedBy } });
  const { winner, decidedBy: decided_by, voters } = decision;
  await act.emit(ballotClosed, { ballot: id, channel, kind, winner, decided_by, voters }, id);
  return ballot;
}

/** What is next cannot wait for long: the track is handed over soon. Anything else waits for a crowd to be counted. */
const PATIENCE = { next: 2, question: 60, theme: 60 } as const;

/** Votes that came in time are still being worked off: whoever was acknowledged before the end is counted. */
async function waitsForVotes(act: Act, id: string): Promise<boolean> {
  const sql = rawOf(act.db);
  const [row] = await sql<{ kind: keyof typeof PATIENCE; at: string; late: number }[]>`
    select kind, closes_at as at, extract(epoch from ${clockOf(sql, act)} - closes_at)::float8 as late from ballot
    where id = ${id} and status <> 'closed' and closes_at <= ${clockOf(sql, act)}`;
  return row !== undefined && row.late < PATIENCE[row.kind] && isBehind(act.db, "vote", row.at);
}

/** The count stays as it was: it is shown beside what was decided instead. */
function overruled(counted: Decision, { winner, veto }: Closing): Decision {
  if (veto) return { ...counted, winner: null, decidedBy: "veto" };
  return winner === undefined ? counted : { ...counted, winner, decidedBy: "operator" };
}

/** All that a decision is made from, as the database has it now. */
export async function caseOf(act: Pick<Act, "db">, id: string): Promise<Case> {
  const sql = rawOf(act.db);
  const [[ballot], candidates, counts] = await Promise.all([
    sql<{ seed: string; quorum: number; weights: string }[]>`
      select seed, quorum, weights::text as weights from ballot where id = ${id}`,
    sql<{ id: string; position: number; playedAt: string | null; firstAt: string | null }[]>`
      select c.id, c.position, c.played_at as "playedAt", (select min(v.first_at) from vote v
        where v.workspace_id = c.workspace_id and v.ballot_id = c.ballot_id and v.choice_id = c.id and v.state = 'counted') as "firstAt"
      from choice c where c.ballot_id = ${id} order by c.position`,
    sql<Count[]>`
      select choice_id as choice, role, votes, weight::float8 as weight from tally
      where ballot_id = ${id} and votes > 0 order by choice_id, role`,
  ]);
  if (!ballot) throw refuse("missing", "There is no such ballot here.");
  const moment = (at: string | null) => (at === null ? null : new Date(at).toISOString());
  return {
    seed: ballot.seed,
    quorum: ballot.quorum,
    weights: JSON.parse(ballot.weights) as Record<string, number>,
    candidates: candidates.map((c) => ({ ...c, playedAt: moment(c.playedAt), firstAt: moment(c.firstAt) })),
    counts: [...counts],
  };
}
