// The rows of the inbox: claim a delivery, find the first one's answer, write an answer.
import { type Database, inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import type { Outcome } from "../command/index.ts";
import { hashOf } from "../hash.ts";
import { asJson } from "../text.ts";
import type { Envelope, Reply } from "./envelope.ts";
import { withoutUploads } from "./uploads.ts";

export type Stored = { id: string; asked: Buffer; status: string; answer: Omit<Outcome, "status"> | null };

/** False when this delivery was here before. A delivery that is being handled elsewhere is waited for. */
export async function claim(
  tx: Tx,
  workspaceId: string,
  run: string,
  envelope: Envelope,
  asked: Buffer,
  now: Date,
): Promise<boolean> {
  const rows = await rawOf(tx)`
    insert into inbox (workspace_id, id, surface, tenant, delivery, asked, lane, envelope, status, received_at)
    values (${workspaceId}, ${run}, ${envelope.surface}, ${envelope.tenant}, ${envelope.delivery || run}, ${asked},
      ${laneOf(envelope)}, ${asJson(withoutUploads(envelope))}::text::jsonb, 'received', ${now.toISOString()})
    on conflict (workspace_id, surface, tenant, delivery) do nothing
    returning 1`;
  return rows.length > 0;
}

/**
 * Messages of one lane. What another process is keeping there is kept first: a number that is taken earlier and seen
 * later would be run later than those behind it.
 */
export async function keepAll(
  tx: Tx,
  workspaceId: string,
  items: readonly Item[],
  lease?: { by: string; milliseconds: number },
): Promise<Kept[]> {
  const lane = items[0] ? laneOf(items[0].envelope) : "";
  // Sent at once with what follows, before it.
  const turn = rawOf(tx)`select pg_advisory_xact_lock(hashtextextended(${`keep:${workspaceId}:${lane}`}, 0))`.execute();
  turn.catch(() => {});
  const kept: Kept[] = [];
  for (const item of items) kept.push(await keep(tx, workspaceId, item, lease));
  await turn;
  return kept;
}

/** A message, the run that it is to become, and when it came. */
export type Item = { run: string; at: string; envelope: Envelope };
export type Kept = { run: string; fresh: boolean; leased: boolean };

/**
 * Keeps a message that is worked on after it was acknowledged. Who names itself gets the lease at once, unless an
 * earlier message of the lane is still waiting: then whoever works on that one comes to this one.
 */
async function keep(
  tx: Tx,
  workspaceId: string,
  { run, envelope, at }: Item,
  lease?: { by: string; milliseconds: number },
): Promise<Kept> {
  const lane = laneOf(envelope);
  const by = lease?.by ?? null;
  const rows = await rawOf(tx)<{ leased: boolean }[]>`
    insert into inbox (workspace_id, id, surface, tenant, delivery, asked, lane, envelope, status, received_at,
      attempts, lease_by, lease_until)
    select ${workspaceId}, ${run}, ${envelope.surface}, ${envelope.tenant}, ${envelope.delivery || run},
      ${hashOf(envelope.content)}, ${lane}, ${asJson(envelope)}::text::jsonb, 'received', ${at}::timestamptz,
      case when free then 1 else 0 end, case when free then ${by} end,
      case when free then clock_timestamp() + ${`${lease?.milliseconds ?? 0} milliseconds`}::interval end
    from (select ${by}::text is not null
      and not exists (select from inbox where lane = ${lane} and status = 'received') as free) head
    on conflict (workspace_id, surface, tenant, delivery) do nothing
    returning lease_by is not null as leased`;
  if (rows[0]) return { run, fresh: true, leased: rows[0].leased };
  const before = await findDelivery(tx, { ...envelope, delivery: envelope.delivery || run });
  return { run: before?.id ?? run, fresh: false, leased: false };
}

export const laneOf = (envelope: Pick<Envelope, "surface" | "tenant" | "place">) =>
  `${envelope.surface}:${envelope.tenant}:${envelope.place}`;

export async function findDelivery(tx: Tx, envelope: Envelope): Promise<Stored | undefined> {
  const rows = await rawOf(tx)<Stored[]>`
    select id, asked, status, answer from inbox
    where surface = ${envelope.surface} and tenant = ${envelope.tenant} and delivery = ${envelope.delivery}`;
  return rows[0];
}

export async function findRun(tx: Tx, run: string): Promise<Reply | undefined> {
  const rows = await rawOf(tx)<Stored[]>`select id, asked, status, answer from inbox where id = ${run}`;
  return rows[0] && replyOf(rows[0]);
}

export const replyOf = (row: Stored): Reply =>
  ({
    command: "",
    view: { text: "", blocks: [] },
    ...row.answer,
    run: row.id,
    status: row.status as Reply["status"],
  }) as Reply;

export function writeAnswer(tx: Tx, run: string, personId: string | null, { status, ...rest }: Outcome, now: Date) {
  return rawOf(tx)`
    update inbox set status = ${status}, answer = ${asJson(rest)}::text::jsonb, command = ${rest.command},
      person_id = ${personId}, done_at = ${now.toISOString()}, lease_until = null
    where id = ${run}`;
}

/** A message that was kept before it was run, and has its answer now: what it brought is not needed any more. */
export async function dropUploads(tx: Tx, run: string, envelope: Envelope): Promise<void> {
  const rest = withoutUploads(envelope);
  if (rest !== envelope) await rawOf(tx)`update inbox set envelope = ${asJson(rest)}::text::jsonb where id = ${run}`;
}

/** On this channel other processes are told that a lane has a message. */
export const INBOX_CHANNEL = "impresario_inbox";

/** Every lane of a database with something to do for this process. */
export async function waitingLanes(database: Database, me: string): Promise<{ workspaceId: string; lane: string }[]> {
  const found: { workspaceId: string; lane: string }[] = [];
  for (const workspaceId of await workspaceIds(database)) {
    const lanes = await inWorkspace(
      database,
      workspaceId,
      (tx) => rawOf(tx)<{ lane: string }[]>`
        select distinct lane from inbox where status = 'received'
          and (lease_until is null or lease_by = ${me} or lease_until < clock_timestamp()) limit 1000`,
    );
    for (const { lane } of lanes) found.push({ workspaceId, lane });
  }
  return found;
}

/** What this process took and did not begin: others need not wait for the lease to run out. */
export const giveBack = (database: Database, workspaceId: string, me: string) =>
  inWorkspace(
    database,
    workspaceId,
    (tx) => rawOf(tx)`
      update inbox set lease_by = null, lease_until = null, attempts = greatest(0, attempts - 1)
      where status = 'received' and lease_by = ${me}`,
  );
