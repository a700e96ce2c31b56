// The rows of the inbox: claim a delivery, find the first one's answer, write an answer.
import { rawOf, type Tx } from "../../db/connect.ts";
import type { Outcome } from "../command/index.ts";
import { asJson } from "../text.ts";
import type { Envelope, Reply } from "./envelope.ts";

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
      ${laneOf(envelope)}, ${asJson(envelope)}::text::jsonb, 'received', ${now.toISOString()})
    on conflict (workspace_id, surface, tenant, delivery) do nothing
    returning 1`;
  return rows.length > 0;
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

export function writeAnswer(tx: Tx, run: string, personId: string, { status, ...rest }: Outcome, now: Date) {
  return rawOf(tx)`
    update inbox set status = ${status}, answer = ${asJson(rest)}::text::jsonb, command = ${rest.command},
      person_id = ${personId}, done_at = ${now.toISOString()}, lease_until = null
    where id = ${run}`;
}
