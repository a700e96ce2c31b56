// A batch: what one person asked for at once. Its job carries the one message that shows how far it is.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind, jobKind } from "../act.ts";
import { hurryJob, showProgress } from "../jobs/index.ts";
import { refuse } from "../problem.ts";
import { asJson } from "../text.ts";
import { mayAsk } from "../voice/index.ts";
import { capabilitiesOf, turnMs } from "./desk.ts";
import { endItem, type Item } from "./item.ts";
import { closeChecks } from "./judge.ts";
import { FILM_KIND, type Kind, type Wish } from "./provider.ts";
import { keyWords } from "./providers/keys.ts";
import type { Profile } from "./router.ts";

/** Makes one item, whatever it takes. */
export const makeItem = jobKind<{ item: string }>("make");
/** Takes a film a step further, whenever one of its parts has ended. */
export const filmItem = jobKind<{ item: string }>("film");
/** Ends a batch when its last item ended; looks after it meanwhile. */
export const endBatch = jobKind<{ batch: string }>("batch");
export const itemEndedEvent = eventKind<{ batch: string; kind: string; status: string }>("item.ended");

export const MOST_ITEMS = 1000;
/** How often the batch's own job looks whether an item was left behind. */
export const LOOK_MS = 5 * 60_000;

export type Order = {
  kind: Kind;
  wishes: readonly Wish[];
  channel: string | null;
  profile: Profile;
  provider?: string | undefined;
};

/** Writes the batch, its items and their jobs: all of it or nothing. Answers with the job to show. */
export async function order(
  act: Act,
  { kind, wishes, channel, profile, provider }: Order,
): Promise<{ batch: string; job: string }> {
  if (kind !== FILM_KIND) checkProvider(act, kind, provider);
  await mayMake(act, wishes);
  const batch = act.newId();
  const job = await act.later(endBatch, { batch }, { at: new Date(act.now.getTime() + LOOK_MS) });
  await write(act, { kind, wishes, channel, profile, provider, batch, job, person: act.person.id });
  return { batch, job };
}

/** What providers make for a film. When all of it has ended, the film's own job is woken. */
export async function orderParts(act: Act, film: Item, kind: Kind, wishes: readonly Wish[]): Promise<string> {
  const { channel, profile, person, job } = film;
  const able = capabilitiesOf(act.providers, kind).some((c) => c.provider.slug === film.provider);
  const provider = able && film.provider !== null ? film.provider : undefined;
  await mayMake(act, wishes);
  const batch = act.newId();
  await write(act, { kind, wishes, channel, profile, provider, batch, job, person, partOf: film.id });
  return batch;
}

/** Words that may not appear are refused before anything is ordered. */
const mayMake = (act: Act, wishes: readonly Wish[]) =>
  mayAsk(act, [...new Set(wishes.flatMap((w) => [w.prompt, w.asked ?? "", w.mood ?? "", w.lyrics ?? ""]))]);

type Writing = Order & { batch: string; job: string; person: string | null; partOf?: string };

async function write(act: Act, { kind, wishes, channel, profile, provider, ...more }: Writing): Promise<void> {
  const { batch, job, person, partOf } = more;
  const sql = rawOf(act.db);
  await sql`
    insert into batch (workspace_id, id, job_id, kind, wanted, channel_id, profile, provider, part_of, person_id, run_id, open,
      created_at)
    values (${act.workspace.id}, ${batch}, ${job}, ${kind}, ${wishes.length}, ${channel}, ${profile}, ${provider ?? null},
      ${partOf ?? null}, ${person}, ${partOf ? null : act.run}, ${wishes.length}, ${act.now.toISOString()})`;
  const dueAt = await turns(act, kind);
  for (const [n, wish] of wishes.entries()) {
    const id = act.newId();
    const own = await act.later(kind === FILM_KIND ? filmItem : makeItem, { item: id }, { part: true, at: dueAt(n) });
    await sql`
      insert into item (workspace_id, id, batch_id, number, job_id, kind, wish, status, created_at)
      values (${act.workspace.id}, ${id}, ${batch}, ${n + 1}, ${own}, ${kind}, ${asJson(wish)}::text::jsonb, 'waiting',
        ${act.now.toISOString()})`;
  }
}

/**
 * When each of them first asks for a seat: as many as there are seats do so at once. Whoever leaves one wakes the next;
 * the others look by themselves, now and then.
 */
async function turns(act: Act, kind: Kind): Promise<(n: number) => Date> {
  const able = capabilitiesOf(act.providers, kind);
  if (able.length === 0) return () => act.now;
  const [row] = await rawOf(act.db)<{ n: number }[]>`
    select count(*)::int as n from item where kind = ${kind} and status = 'waiting'`;
  const seats = [...new Set(able.map((a) => a.provider))].reduce((sum, { atOnce }) => sum + atOnce, 0);
  const usual = Math.min(...able.map((a) => a.capability.usual));
  return (n) => new Date(act.now.getTime() + turnMs(row!.n + n, seats, usual));
}

function checkProvider(act: Act, kind: Kind, provider: string | undefined): void {
  const able = capabilitiesOf(act.providers, kind).map((c) => c.provider.slug);
  if (able.length === 0)
    throw refuse(
      "rule",
      "Nobody here makes that yet. Set {keys} where Impresario starts, and start it again. /provider list shows who is there.",
      { keys: keyWords(act.locale, kind) },
    );
  if (provider !== undefined && !able.includes(provider))
    throw refuse("options", "{provider} does not make that here. These do: {able}.", {
      provider,
      able: [...new Set(able)].join(", "),
    });
}

/** Ends an item, moves the batch's message, and wakes the batch's job when it was the last. */
export async function itemEnded(
  act: Act,
  item: Pick<Item, "id" | "batch" | "kind">,
  status: "made" | "failed" | "cancelled",
  error?: string,
): Promise<void> {
  // The batch's job before its row, as its own worker takes them: the two wait for each other, and never across.
  await rawOf(act.db)`
    select 1 from job where id = (select job_id from batch where id = ${item.batch}) for no key update`;
  await closeChecks(act, item.id);
  const open = await endItem(act, item, status, error);
  if (open === undefined) return;
  await act.emit(itemEndedEvent, { batch: item.batch, kind: item.kind, status }, item.id);
  await showBatch(act, item, open);
}

/** Whether there is anything to show: a batch of a thousand moves its message a hundred times. */
export const showsAt = (wanted: number, open: number): boolean =>
  open === 0 || (wanted - open) % Math.ceil(wanted / 100) === 0;

/** Moves the batch's message, and wakes the batch's job when `open` are left and these are none. */
export async function showBatch(act: Act, item: Pick<Item, "batch">, open: number): Promise<void> {
  const [batch] = await rawOf(act.db)<{ job: string; wanted: number; open: number }[]>`
    select job_id as job, wanted, open from batch where id = ${item.batch}`;
  if (!batch) return;
  if (open === 0) return hurryJob(act, batch.job);
  if (!showsAt(batch.wanted, open)) return;
  const done = batch.wanted - batch.open;
  const now = act.say("{done} of {total} done", { done, total: batch.wanted });
  await showProgress(act, batch.job, { done, total: batch.wanted, now });
}

/** The seat is free: whoever has waited longest here looks now. Others look by themselves, now and then. */
export async function wakeNext(act: Act, kind: string): Promise<void> {
  const [next] = await rawOf(act.db)<{ job: string }[]>`
    select j.id as job from job j join item i on i.workspace_id = j.workspace_id and i.job_id = j.id
    where j.status = 'waiting' and j.due_at > ${act.now.toISOString()} and i.kind = ${kind} and i.status = 'waiting'
    order by j.id limit 1 for update of j skip locked`;
  if (next) await hurryJob(act, next.job);
}
