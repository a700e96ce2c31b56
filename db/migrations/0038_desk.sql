-- As it was; whoever waits for a seat sleeps until it is woken, and may have stood in line long ago.
CREATE OR REPLACE FUNCTION close_made(_at timestamptz, _attempt uuid, _item uuid, _provider text, _kind text, _cost bigint,
  _quality double precision, _seconds double precision, _fresh_quality double precision, _fresh_seconds double precision,
  OUT open int, OUT waits boolean) LANGUAGE plpgsql AS $$
declare
  whole batch;
begin
  perform end_holds(_attempt, true, _cost, 1);
  select b.* into whole from batch b join item i on i.workspace_id = b.workspace_id and i.batch_id = b.id where i.id = _item;
  -- The batch's job before its row, as its own worker takes them: the two wait for each other, and never across.
  perform from job where id = whole.job_id for no key update;
  update item set status = 'made', error = null, ended_at = _at where id = _item and status in ('waiting', 'making');
  if found then
    update batch b set open = b.open - 1 where b.id = whole.id returning b.open into close_made.open;
  end if;
  update provider_seat set attempt = null, workspace = null where attempt = _attempt;
  waits := exists (select from item i where i.kind = _kind and i.status = 'waiting');
  insert into provider_health (provider, kind, state, "row", recent, seen, opened, wins, losses, quality, seconds, at)
    values (_provider, _kind, 'closed', 0, 0, 0, 0, 1, 0, _fresh_quality, _fresh_seconds, _at) on conflict do nothing;
  update provider_health h set state = 'closed', "row" = 0, recent = (h.recent << 1) & 1048575, seen = least(h.seen + 1, 20),
    opened = 0, open_until = null, reason = null, probe = null, probe_until = null,
    wins = 2 + (h.wins - 1) * 0.5 ^ (greatest(0, extract(epoch from _at - h.at)) / 1800),
    losses = h.losses * 0.5 ^ (greatest(0, extract(epoch from _at - h.at)) / 1800),
    quality = case when _quality is null then h.quality else h.quality + 0.1 * (_quality - h.quality) end,
    seconds = h.seconds + case when _seconds > h.seconds then 0.5 else 0.1 end * (_seconds - h.seconds), at = _at
  where h.provider = _provider and h.kind = _kind;
end $$;
