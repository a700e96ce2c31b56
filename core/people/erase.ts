// Forgetting a person: name, accounts, language, tokens, codes and what they wrote. Facts that the law wants kept
// (money, the audit) stay, with an id that stands for nobody any more.
import { type Raw, rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import { refuse } from "../problem.ts";
import { mayHandle } from "./export.ts";
import { keepsOwner } from "./owners.ts";
import { allIdsOf } from "./personal.ts";

/** Areas with words about people in tables of their own listen to this. */
export const personErased = eventKind<{ person: string; merged: string[] }>("person.erased");

type Step = (sql: Raw, ids: string[], at: string) => PromiseLike<unknown>;
const OVER = ["done", "refused", "failed", "cancelled", "confirm", "running"];

/**
 * What becomes of each table that holds persons. A text says why nothing does: the row names nobody once the person
 * has no name. A test fails when a table is missing here; one that only says who did a thing (set_by) needs no word.
 */
export const ERASURE: Record<string, Step | string> = {
  person: (sql, ids, at) =>
    sql`update person set name = '', locale = null, zone = null, role = 'member', erased_at = ${at} where id = any(${ids})`,
  account: (sql, ids) => sql`delete from account where person_id = any(${ids})`,
  token: (sql, ids, at) =>
    sql`update token set name = '', revoked_at = coalesce(revoked_at, ${at}) where person_id = any(${ids})`,
  session: (sql, ids) => sql`delete from session where person_id = any(${ids})`,
  entry: (sql, ids) => sql`delete from entry where person_id = any(${ids})`,
  guess: (sql, ids) => sql`delete from guess where person_id = any(${ids})`,
  code: (sql, ids) => sql`delete from code where issued_by = any(${ids}) or redeemed::jsonb->>'person' = any(${ids})`,
  action: (sql, ids) => sql`delete from action where for_person = any(${ids})`,
  inbox: (sql, ids) =>
    sql`update inbox set envelope = '{"erased":true}', answer = null, lane = 'erased'
      where person_id = any(${ids}) and status = any(${OVER})`,
  job: (sql, ids) =>
    sql`update job set input = '{}', result = null, progress = null, error = null
      where person_id = any(${ids}) and status in ('done', 'failed', 'cancelled')`,
  asset: (sql, ids, at) => sql`update asset set name = '', expires_at = ${at} where for_person = any(${ids})`,
  // That somebody agreed must stay provable; where they sat when they did, need not.
  consent: (sql, ids, at) =>
    sql`update consent set ended_at = coalesce(ended_at, ${at}), place = '' where person_id = any(${ids})`,
  // What was made is the workspace's; what the person typed to get it is not. Its genre, version and seed stay.
  batch: (sql, ids) => sql`
    with theirs as (
      update item i set wish = (i.wish - 'asked' - 'mood' - 'lyrics') || jsonb_build_object('prompt', i.wish->>'title')
      from batch b where b.workspace_id = i.workspace_id and b.id = i.batch_id and b.person_id = any(${ids})
      returning i.id),
    -- Films that were about what they typed, because it had worked.
    films as (
      select id from work where facts->'about'->'works' ?| array(select id::text from theirs)),
    looks as (
      update film_step set result = '{}' where kind = 'trend' and item_id in (select id from films)),
    parts as (
      update item i set wish = (i.wish - 'asked' - 'mood') || jsonb_build_object('prompt', i.wish->>'title')
      from batch b where b.workspace_id = i.workspace_id and b.id = i.batch_id and b.part_of in (select id from films)
        and i.id not in (select id from theirs))
    update work set prompt = title, facts = facts - 'about'
    where id in (select id from theirs) or id in (select id from films)`,
  mute: (sql, ids) => sql`delete from mute where person_id = any(${ids})`,
  remark: (sql, ids) => sql`delete from remark where person_id = any(${ids})`,
  activity: "how often an id took part in an hour",
  request: (sql, ids) => sql`update request set words = '' where person_id = any(${ids})`,
  request_vote: "who wanted a track too, by an id",
  vote: "a choice beside an id: what was decided by it must stay right",
  import_file: "what was taken into the books; the id stands for nobody now",
  ledger_transfer: "the law wants where money went; the id stands for nobody now; append-only",
  vote_event: "when a choice was cast, by an id; append-only",
  queue_item: "who put a track in, by an id",
  choice: "whose work a choice was, by an id",
  action_use: "which button was pressed, by an id",
  event: "facts hold ids, no names; append-only",
  audit: "the law wants who did what; the id stands for nobody now; append-only",
};

/**
 * What was answered to others about them ("Ken is staff now"), and what was sent, to them or about them. Found by their
 * id in the answer, or by the code that they typed. Before the other steps: those forget whose run was whose.
 */
async function forgetAnswers(sql: Raw, ids: string[]): Promise<void> {
  const rows = await sql<{ id: string }[]>`
    update inbox i set answer = null
    where exists (select from unnest(${ids}::text[]) as p(id) where strpos(i.answer::text, p.id) > 0)
      or i.id in (select run_id from code where redeemed::jsonb->>'person' = any(${ids}))
    returning id`;
  const runs = rows.map((r) => r.id);
  await sql`
    update outbox set view = null, hints = '{}'
    where status in ('sent', 'replaced', 'failed')
      and (subject = any(${runs}) or subject in (select id::text from inbox where person_id = any(${ids})))`;
}

export async function erasePerson(act: Act, personId: string): Promise<void> {
  mayHandle(act, personId);
  const sql = rawOf(act.db);
  const ids = await allIdsOf(act.db, personId);
  const [row] = await sql`select from person where id = ${personId} and erased_at is null for update`;
  if (!row) throw refuse("clash", "This person is erased already.");
  const at = act.now.toISOString();
  await forgetAnswers(sql, ids);
  for (const step of Object.values(ERASURE)) if (typeof step !== "string") await keepsOwner(step(sql, ids, at));
  // The message that asked for it is being handled: it is not over, and still holds an account.
  if (personId === act.person.id)
    await sql`update inbox set envelope = '{"erased":true}', lane = 'erased' where id = ${act.run}`;
  for (const id of ids) await sql`delete from cooldown where strpos(key, ${id}) > 0`;
  act.changed({ what: "person", id: personId, to: "erased" });
  await act.emit(personErased, { person: personId, merged: ids.filter((id) => id !== personId) }, personId);
}
