// What a source says that moved, booked once: a movement's own id is the key, for ever. Whoever hears of it first books
// it, by a hint, by looking again, or by a replay of all that ever was.
import { rawOf } from "../../../db/connect.ts";
import { type Act, eventKind } from "../../act.ts";
import { asJson } from "../../text.ts";
import { move, type Order, turned } from "../order.ts";
import { postAll } from "../post.ts";
import { revenueOrder } from "../sums.ts";
import type { Movement, Step, Thing } from "./source.ts";

/** Something at a source came further: a dispute was opened, a payout failed, a subscription ended. */
export const thingChanged = eventKind<{ source: string; sort: string; id: string; from: string; to: string }>(
  "money.thing",
);

/** How many were booked now. All or nothing. */
export async function bookMovements(act: Act, source: string, movements: readonly Movement[]): Promise<number> {
  const all = new Map(movements.map((one) => [one.id, one]));
  if (all.size === 0) return 0;
  const fresh = await claim(act, source, [...all.values()]);
  const orders = fresh.flatMap((id) => ordersOf(source, all.get(id)!));
  if (orders.length > 0) await postAll(act, orders);
  return fresh.length;
}

/** The first to write one books it; a second waits for the first's end, and finds it done. */
async function claim(act: Act, source: string, movements: readonly Movement[]): Promise<string[]> {
  const rows = movements
    .map(({ id, object, kind, at }) => ({ external: id, object, kind, at: at.toISOString() }))
    // In one order, so that two who book the same do not wait for each other.
    .toSorted((a, b) => (a.external < b.external ? -1 : 1));
  const fresh = await rawOf(act.db)<{ external: string }[]>`
    insert into source_entry (workspace_id, source, external, object, kind, at, booked_at)
    select ${act.workspace.id}, ${source}, external, object, kind, at, ${act.now.toISOString()}
    from jsonb_to_recordset(${asJson(rows)}::text::jsonb) as (external text, object text, kind text, at timestamptz)
    on conflict (workspace_id, source, external) do nothing returning external`;
  return fresh.map(({ external }) => external);
}

/** A movement's steps as orders: each has a key of its own, made from the movement's id. */
export function ordersOf(source: string, movement: Movement): Order[] {
  return movement.steps.map((step, n) => orderOf(movement.source ?? source, movement, step, n));
}

function orderOf(source: string, { id, at, about }: Movement, step: Step, n: number): Order {
  if (step.is === "income") {
    const order = revenueOrder({ source, kind: step.kind, money: step.money, at, reference: id, about });
    if (!step.back || !("legs" in order) || !order.legs) return order;
    return { ...order, key: `${step.kind}_back:${id}`, legs: order.legs.map(turned) } as Order;
  }
  const scope = `source:${source}`;
  if (step.is === "move") {
    const legs = move(step.from, step.to, step.money);
    return { scope, key: `${id}:${n}`, kind: step.kind, at, about, legs };
  }
  // Out of one currency and into the other, through what stands between currencies.
  const where = `cash:${source}`;
  const legs = [...move(where, "fx", step.gave), ...move("fx", where, step.got)];
  return { scope, key: `${id}:${n}`, kind: "exchange", at, about, legs };
}

/** How far along things are now. An earlier status, or an older answer, changes nothing. */
export async function keepThings(act: Act, source: string, things: readonly Thing[], asked: Date): Promise<void> {
  const latest = new Map<string, Thing>();
  for (const thing of things) {
    const known = latest.get(thing.id);
    if (!known || known.rank <= thing.rank) latest.set(thing.id, thing);
  }
  if (latest.size === 0) return;
  const rows = [...latest.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const changed = await rawOf(act.db)<{ external: string; sort: string; status: string; before: string | null }[]>`
    with told as (
      select * from jsonb_to_recordset(${asJson(rows)}::text::jsonb) as (id text, sort text, status text, rank int, facts jsonb)),
    before as (
      select t.external, t.status from source_thing t join told on told.id = t.external where t.source = ${source}),
    kept as (
      insert into source_thing as k (workspace_id, source, external, sort, status, rank, facts, asked_at, changed_at)
      select ${act.workspace.id}, ${source}, id, sort, status, rank, facts, ${asked.toISOString()}, ${act.now.toISOString()}
      from told
      on conflict (workspace_id, source, external) do update
        set status = excluded.status, rank = excluded.rank, facts = excluded.facts, asked_at = excluded.asked_at,
          changed_at = case when k.status = excluded.status then k.changed_at else excluded.changed_at end
        where (excluded.rank, excluded.asked_at) >= (k.rank, k.asked_at)
      returning external, sort, status)
    select kept.*, before.status as before from kept left join before using (external)
    where before.status is distinct from kept.status order by external`;
  for (const { external, sort, status, before } of changed)
    await act.emit(thingChanged, { source, sort, id: external, from: before ?? "", to: status }, external);
}
