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

/** A message, the run that it is to become, and when it came. */
export type Item = { run: string; at: string; envelope: Envelope };
export type Kept = { run: string; fresh: boolean; leased: boolean };
/** Who names itself gets the lease at once. */
type Lease = { by: string; milliseconds: number };

const lockOf = (workspaceId: string, lane: string) => `keep:${workspaceId}:${lane}`;

/** Another process is keeping something in these lanes just now. */
export class Held extends Error {
  readonly lanes: ReadonlySet<string>;
  constructor(lanes: Iterable<string>) {
    super("Another process is keeping something there.");
    this.lanes = new Set(lanes);
  }
}

/**
 * Keeps messages that are worked on after they were acknowledged. What another process is keeping in a lane comes first:
 * a number that is taken earlier and seen later would be run later than those behind it. Nobody waits here for that:
 * `Held` undoes the transaction, and says which lanes are to come later.
 */
export async function keepAll(
  tx: Tx,
  workspaceId: string,
  items: readonly Item[],
  lease?: Lease,
): Promise<readonly Kept[]> {
  const lanes = [...new Set(items.map(({ envelope }) => laneOf(envelope)))];
  const locks = lanes.map((lane) => lockOf(workspaceId, lane));
  // Sent at once with what follows, before it.
  const turns = rawOf(tx)<{ at: string; free: boolean }[]>`
    select at, pg_try_advisory_xact_lock(hashtextextended(name, 0)) as free
    from unnest(${locks}::text[]) with ordinality as l (name, at)`.execute();
  const [held, kept] = await Promise.all([
    turns.then((all) => all.filter(({ free }) => !free).map(({ at }) => lanes[Number(at) - 1]!)),
    insert(tx, workspaceId, items, lease),
  ]);
  if (held.length > 0) throw new Held(held);
  return kept;
}

async function insert(tx: Tx, workspaceId: string, items: readonly Item[], lease?: Lease): Promise<Kept[]> {
  const fresh = new Map<string, boolean>();
  for (const some of partsOf(items)) {
    for (const { id, leased } of await insertSome(tx, workspaceId, some, lease)) fresh.set(id, leased);
  }
  const kept: Kept[] = [];
  for (const { run, envelope } of items) {
    const leased = fresh.get(run);
    // Of two with one delivery that came together, the second is here by now too.
    const before =
      leased === undefined ? await findDelivery(tx, { ...envelope, delivery: envelope.delivery || run }) : undefined;
    kept.push({ run: before?.id ?? run, fresh: leased !== undefined, leased: leased ?? false });
  }
  return kept;
}

/** One statement for all: but what brings files, which may be many megabytes, has one for itself. */
function partsOf(items: readonly Item[]): Item[][] {
  const parts: { heavy: boolean; items: Item[] }[] = [];
  for (const item of items) {
    const heavy = withoutUploads(item.envelope) !== item.envelope;
    const last = parts.at(-1);
    if (last && !last.heavy && !heavy) last.items.push(item);
    else parts.push({ heavy, items: [item] });
  }
  return parts.map((part) => part.items);
}

/**
 * Where another process is keeping something, nothing is written: the same delivery would wait for its end. A lease is
 * given only to the first of a lane, and only when no earlier message of the lane is still waiting: then
 * whoever works on that one comes to this one.
 */
function insertSome(tx: Tx, workspaceId: string, items: readonly Item[], lease?: Lease) {
  const seen = new Set<string>();
  const rows = items.map(({ run, at, envelope }) => {
    const { surface, tenant, delivery } = envelope;
    const lane = laneOf(envelope);
    const head = !seen.has(lane);
    seen.add(lane);
    const asked = hashOf(envelope.content).toString("hex");
    return { id: run, surface, tenant, delivery: delivery || run, asked, lane, at, head, envelope };
  });
  const by = lease?.by ?? null;
  return rawOf(tx)<{ id: string; leased: boolean }[]>`
    insert into inbox (workspace_id, id, surface, tenant, delivery, asked, lane, envelope, status, received_at,
      lease_by, lease_until)
    select ${workspaceId}, id, surface, tenant, delivery, decode(asked, 'hex'), lane, envelope, 'received', at,
      case when free then ${by} end,
      case when free then clock_timestamp() + ${`${lease?.milliseconds ?? 0} milliseconds`}::interval end
    from (
      select r.*, head and ${by}::text is not null
        and (select seq from inbox i where i.lane = r.lane and i.status = 'received' order by seq limit 1) is null as free
      from rows from (jsonb_to_recordset(${asJson(rows)}::text::jsonb) as (id uuid, surface text, tenant text,
        delivery text, asked text, lane text, at timestamptz, head boolean, envelope jsonb)) with ordinality
        as r (id, surface, tenant, delivery, asked, lane, at, head, envelope, place)
      order by place) new
    where pg_try_advisory_xact_lock(hashtextextended(${lockOf(workspaceId, "")} || lane, 0))
    on conflict (workspace_id, surface, tenant, delivery) do nothing
    returning id, lease_by is not null as leased`;
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

/** The same for many at once. */
export async function writeAnswers(
  tx: Tx,
  answers: readonly { run: string; person: string; outcome: Outcome; now: Date }[],
): Promise<void> {
  if (answers.length === 0) return;
  const rests = answers.map(({ outcome: { status: _, ...rest } }) => rest);
  await rawOf(tx)`
    update inbox i set status = g.status, answer = g.answer::json, command = g.command, person_id = g.person,
      done_at = g.at::timestamptz, lease_until = null
    from unnest(${answers.map((a) => a.run)}::uuid[], ${answers.map((a) => a.outcome.status)}::text[],
      ${rests.map((rest) => asJson(rest))}::text[], ${rests.map((rest) => rest.command)}::text[],
      ${answers.map((a) => a.person)}::uuid[], ${answers.map((a) => a.now.toISOString())}::text[])
      as g (run, status, answer, command, person, at)
    where i.id = g.run and i.id = any(${answers.map((a) => a.run)}::uuid[])`;
}

/** Whether others wait in a lane. */
export async function moreIn(tx: Tx, lane: string, runs: readonly string[]): Promise<boolean> {
  const [later] = await rawOf(tx)<{ more: boolean }[]>`
    select exists (
      select from inbox where lane = ${lane} and status = 'received' and id <> all(${[...runs]}::uuid[])) as more`;
  return later?.more ?? false;
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

/** Whether presses or commands wait to be worked on that came before a moment: somebody was in time, and is not counted yet. */
export async function isBehind(tx: Tx, commands: string, before: string): Promise<boolean> {
  const [row] = await rawOf(tx)<{ behind: boolean }[]>`
    select exists (select from inbox where status = 'received' and received_at < ${before}::timestamptz
      and (envelope->'content'->>'kind' = 'press' or envelope->'content'->>'name' ~ ${`^${commands}([ ._]|$)`})) as behind`;
  return row?.behind ?? false;
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
