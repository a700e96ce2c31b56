// Messages that leave are rows first, written in the transaction of the facts they tell about.
import { afterCommit, rawOf, type Tx } from "../../db/connect.ts";
import type { Act, Place } from "../act.ts";
import { asJson } from "../text.ts";
import type { View } from "../view/index.ts";

/** `subject` is what the message is about (a run, a ballot): edits of one subject in one place replace each other. */
export type Message = {
  place: Place;
  subject: string;
  view: View;
  hints?: Record<string, unknown>;
  /** It goes to one person by a way of its own, and is never changed: it waits for nothing else in the place. */
  apart?: boolean;
};

/** Says on which channel other processes are told that rows wait. */
export const OUTBOX_CHANNEL = "impresario_outbox";
export type PlaceKey = {
  workspaceId: string;
  surface: string;
  tenant: string;
  place: string;
  /** Only what stands in no line there. */
  apart?: boolean;
};
export const noticeOf = ({ workspaceId, surface, tenant, place, apart = false }: PlaceKey): string =>
  JSON.stringify([workspaceId, surface, tenant, place, ...(apart ? [1] : [])]);

/** Whose message it is. */
export type Writer = Pick<Act, "db" | "now" | "newId"> & { workspace: { id: string } };

/** A new message. The view is sealed: its buttons have their tokens. */
export const post = (act: Writer, message: Message): Promise<string> => write(act, "post", message);

/** What a person asked for, sent as the answer to their own message. Whoever commits it wakes the sender. */
export const answer = (act: Writer, message: Message): Promise<string> => write(act, "answer", message, false);

/** The same for many of one workspace. */
export async function answerAll(tx: Tx, all: readonly { act: Writer; message: Message }[]): Promise<void> {
  const [first] = all;
  if (!first) return;
  const column = (of: (message: Message) => string) => all.map(({ message }) => of(message));
  await rawOf(tx)`
    insert into outbox (workspace_id, id, surface, tenant, place, subject, kind, view, hints, status, apart, not_before, created_at)
    select ${first.act.workspace.id}::uuid, id, surface, tenant, place, subject, 'answer', view::jsonb, hints::jsonb, 'waiting',
      apart::boolean, now(), at::timestamptz
    from unnest(${all.map(({ act }) => act.newId())}::uuid[], ${column((m) => m.place.surface)}::text[],
      ${column((m) => m.place.tenant)}::text[], ${column((m) => m.place.external)}::text[], ${column((m) => m.subject)}::text[],
      ${column((m) => asJson(sealed(m.view)))}::text[], ${column((m) => asJson(m.hints ?? {}))}::text[],
      ${all.map(({ message }) => String(message.apart ?? false))}::text[], ${all.map(({ act }) => act.now.toISOString())}::text[])
      with ordinality as g (id, surface, tenant, place, subject, view, hints, apart, at, n)
    order by n`;
}

/** Takes a message back. */
export const remove = (act: Writer, { place, subject }: Pick<Message, "place" | "subject">): Promise<string> =>
  write(act, "delete", { place, subject });

async function write(
  act: Writer,
  kind: "post" | "answer" | "delete",
  { place, subject, view, hints = {}, apart = false }: Omit<Message, "view"> & { view?: View },
  tell = true,
): Promise<string> {
  const id = act.newId();
  const raw = rawOf(act.db);
  const insert = raw`
    insert into outbox (workspace_id, id, surface, tenant, place, subject, kind, view, hints, status, apart, not_before, created_at)
    values (${act.workspace.id}, ${id}, ${place.surface}, ${place.tenant}, ${place.external}, ${subject}, ${kind},
      ${view ? asJson(sealed(view)) : null}::text::jsonb, ${asJson(hints)}::text::jsonb, 'waiting', ${apart}, now(),
      ${act.now.toISOString()})`;
  await insert;
  if (tell) notice(act, place);
  return id;
}

/**
 * Changes a message that was posted or will be. A waiting older edit of the same subject is replaced, and the new one
 * takes its turn in the queue, so that a message that changes often still gets through.
 */
export async function edit(act: Writer, { place, subject, view, hints = {} }: Message): Promise<string> {
  const id = act.newId();
  await rawOf(act.db)`
    with old as (
      update outbox set status = 'replaced'
      where surface = ${place.surface} and tenant = ${place.tenant} and place = ${place.external}
        and subject = ${subject} and kind = 'edit' and status = 'waiting'
      returning seq, not_before)
    insert into outbox (workspace_id, id, seq, surface, tenant, place, subject, kind, view, hints, status, not_before, created_at)
    select ${act.workspace.id}, ${id}, coalesce((select min(seq) from old), nextval('outbox_seq_seq')),
      ${place.surface}, ${place.tenant}, ${place.external}, ${subject}, 'edit',
      ${asJson(sealed(view))}::text::jsonb, ${asJson(hints)}::text::jsonb, 'waiting',
      coalesce((select max(not_before) from old), now()), ${act.now.toISOString()}`;
  notice(act, place);
  return id;
}

/** Whoever sends for the surface hears of it as soon as it is committed. */
function notice(act: Writer, { surface, tenant, external }: Place): void {
  const told = noticeOf({ workspaceId: act.workspace.id, surface, tenant, place: external });
  afterCommit(act.db, `outbox ${told}`, ({ client }) => client`select pg_notify(${OUTBOX_CHANNEL}, ${told})`);
}

/** What a press runs never leaves the server: a view with such a button was not sealed, and would be dead when shown. */
function sealed(view: View): View {
  for (const block of view.blocks) {
    const pressable = block.kind === "buttons" ? block.buttons : block.kind === "select" ? block.choices : [block];
    if (pressable.some((p) => "press" in p && p.press)) {
      throw new Error("A view for the outbox must be sealed first: its buttons have no tokens yet (sealView).");
    }
  }
  return view;
}
