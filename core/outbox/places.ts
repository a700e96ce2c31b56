// What became of a place itself: open again, or known by another id.
import { rawOf, type Tx } from "../../db/connect.ts";
import { writeEvent } from "../event/index.ts";
import { placeMoved, placeOpened } from "./events.ts";
import { type Teller, tellGone, writerOf } from "./tell.ts";
import { noticeOf, OUTBOX_CHANNEL, type PlaceKey } from "./write.ts";

/** We were let in again: it belongs to whom it belonged to, unless it is somebody's by now. */
export async function openPlace(house: Teller, tx: Tx, key: PlaceKey): Promise<void> {
  const { surface, tenant, place } = key;
  const opened = await rawOf(tx)`
    update place set gone_at = null
    where surface = ${surface} and tenant = ${tenant} and external = ${place} and gone_at is not null
      and not exists (select from find_place(${surface}, ${tenant}, ${place}))`;
  if (opened.count === 0) return;
  const payload = { surface, tenant, place };
  await writeEvent(writerOf(house, tx, key), { name: placeOpened.name, payload, subject: place });
}

/** The platform gave the place another id: what waits for it and what may be changed there goes with it, in order. */
export async function movePlace(house: Teller, tx: Tx, key: PlaceKey, to: string): Promise<void> {
  const { workspaceId, surface, tenant, place: from } = key;
  const raw = rawOf(tx);
  const [there] = await raw<{ workspace_id: string }[]>`
    select workspace_id from find_place(${surface}, ${tenant}, ${to})`;
  if (there && there.workspace_id !== workspaceId) return tellGone(house, tx, key, 0);
  // Somebody has connected it anew before the news reached us: one of both is enough.
  const moved = there
    ? await raw`delete from place where surface = ${surface} and tenant = ${tenant} and external = ${from}`
    : await raw`update place set external = ${to}
        where surface = ${surface} and tenant = ${tenant} and external = ${from} and gone_at is null`;
  await raw`
    update outbox set place = ${to}, status = case status when 'sending' then 'waiting' else status end,
      lease_until = null, not_before = least(not_before, clock_timestamp())
    where surface = ${surface} and tenant = ${tenant} and place = ${from}`;
  await raw`select pg_notify(${OUTBOX_CHANNEL}, ${noticeOf({ ...key, place: to })})`;
  if (moved.count === 0) return;
  house.log.info({ surface, from, to }, "a place has another id");
  const payload = { surface, tenant, from, to };
  await writeEvent(writerOf(house, tx, key), { name: placeMoved.name, payload, subject: to });
}
