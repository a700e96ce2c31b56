-- A budget that is half, four fifths or wholly used is noted once in its period; who is to be told reads the notes.
CREATE OR REPLACE FUNCTION hold_budgets(_workspace uuid, _zone text, _at timestamptz, _attempt uuid, _provider text, _kind text,
  _channel uuid, _person uuid, _money bigint, _count bigint) RETURNS json LANGUAGE plpgsql AS $$
declare
  due budget[];
  one budget;
  of_it text;
  wanted bigint;
  taken bigint;
  was bigint;
  near boolean;
  told json[] := '{}';
begin
  select array_agg(h order by h.id) into due from (
    select distinct on (b.scope, b.each, b.period, b.asset) b.* from budget b
    where (b.stage is null or b.stage <= (select coalesce(max(number) filter (where current), 1) from stage))
      and b.scope in ('workspace', 'providers', 'provider:' || _provider, 'kind:' || _kind) and b.asset in ('USD/6', _kind)
    order by b.scope, b.each, b.period, b.asset, b.stage desc nulls last) h;
  if due is null then return '[]'; end if;
  -- Before any of them is held: it waits for attempts that end now, and these wait for what is held.
  foreach one in array due loop
    of_it := budget_bucket(one.each, one.period, _channel, _person, _at, _zone);
    if not exists (select from budget_use u where u.budget_id = one.id and u.bucket = of_it) then
      perform open_budget_use(one.id, of_it, _at, _zone, _attempt);
    end if;
  end loop;
  foreach one in array due loop
    of_it := budget_bucket(one.each, one.period, _channel, _person, _at, _zone);
    wanted := case when one.asset = 'USD/6' then _money else _count end;
    taken := null;
    was := null;
    near := false;
    -- What costs nothing fits always.
    update budget_use u set held = u.held + wanted
      where u.budget_id = one.id and u.bucket = of_it and (u.held + u.spent + wanted <= one.amount or wanted = 0)
      returning u.held + u.spent into taken;
    if found then
      insert into hold (workspace_id, attempt_id, budget_id, bucket, asset, amount, status)
        values (_workspace, _attempt, one.id, of_it, one.asset, wanted, 'held');
      if wanted > 0 and taken * 2 >= one.amount then
        insert into budget_line (workspace_id, budget_id, bucket, part, at)
          select _workspace, one.id, of_it, p, _at from unnest(array[50, 80, 100]) p where taken * 100 >= one.amount * p
          on conflict do nothing;
        near := found;
      end if;
    else
      select u.held + u.spent into was from budget_use u where u.budget_id = one.id and u.bucket = of_it;
    end if;
    told := told || json_build_object('budget', one.id, 'bucket', of_it, 'scope', one.scope, 'each', one.each,
      'period', one.period, 'asset', one.asset, 'cap', one.amount::text, 'wanted', wanted::text, 'used', taken::text,
      'was', was::text, 'near', near);
  end loop;
  return array_to_json(told);
end $$;
--> statement-breakpoint
-- Ends an attempt that was made, with all that others wait for: its money, its batch, its seat, the provider's health. It is
-- a transaction's last statement. Answers with how many of the batch are open (null: the item had ended before), and
-- whether somebody of this workspace waits for a seat. The arithmetic of a success is that of core/studio/breaker.ts.
CREATE FUNCTION close_made(_at timestamptz, _attempt uuid, _item uuid, _provider text, _kind text, _cost bigint,
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
  waits := exists (
    select from provider_queue where provider = _provider and workspace = whole.workspace_id and until > _at);
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
--> statement-breakpoint
-- All that a choice for an item needs to know; the item is held from here on. Of the providers' health only what changed
-- since the reader's last snapshot comes along, and with each row whether every later snapshot sees it too.
CREATE OR REPLACE FUNCTION item_facts(_item uuid, _at timestamptz, _since xid8, _purpose text) RETURNS json LANGUAGE plpgsql AS $$
declare
  item_row json;
  tried json;
  goes_on boolean;
  facts json;
begin
  -- Whoever makes a budget waits for the tries that do not see it yet.
  perform pg_advisory_xact_lock_shared(hashtextextended('budgets ' || current_setting('app.workspace'), 0));
  select row_to_json(r), r.status in ('waiting', 'making') and not r.stopped into item_row, goes_on from (
    select i.id, i.batch_id as batch, i.number, i.job_id as job, i.kind, i.wish, i.status, i.error, i.created_at as "createdAt",
      b.channel_id as channel, b.person_id as person, b.profile, b.provider, b.job_id as shown, b.wanted, b.open, b.part_of as "partOf",
      j.status = 'cancelled' or b.part_of is not null and exists (
        select from item f join batch fb on fb.workspace_id = f.workspace_id and fb.id = f.batch_id
          join job fj on fj.workspace_id = fb.workspace_id and fj.id = fb.job_id
        where f.workspace_id = b.workspace_id and f.id = b.part_of and fj.status = 'cancelled') as stopped
    from item i join batch b on b.workspace_id = i.workspace_id and b.id = i.batch_id
      join job j on j.workspace_id = b.workspace_id and j.id = b.job_id
    where i.id = _item for update of i) r;
  if item_row is null then return null; end if;
  select json_agg(row_to_json(r)), goes_on and coalesce(bool_and(r.status not in ('submitting', 'unknown', 'accepted', 'fetching')), true)
    into tried, goes_on from (
      select id, number, provider, model, status, task, estimate::text, cost::text, failure, error, asked,
        started_at as "startedAt", deadline
      from attempt where item_id = _item and purpose = _purpose order by number desc) r;
  -- What was made is judged while its attempt goes on.
  if goes_on or _purpose = 'check' then
    select json_build_object(
      'since', pg_snapshot_xmin(pg_current_snapshot())::text,
      'health', (
        select json_agg(json_build_array(kind, provider, age(h.xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid), state,
          floor(extract(epoch from open_until) * 1000), floor(extract(epoch from rest_until) * 1000), wins, losses, quality, seconds,
          floor(extract(epoch from at) * 1000)))
        from provider_health h where age(h.xmin) <= age(_since::xid)),
      'taken', (
        select json_object_agg(provider, taken) from (
          select provider, count(*) as taken from provider_seat where attempt is not null and until > _at group by provider) s),
      'less', (select json_object_agg(provider, at_once) from provider_pace where at_once_until > _at),
      'switches', (select json_object_agg(provider, enabled) from provider_switch)) into facts;
  end if;
  return json_build_object('item', item_row, 'past', tried, 'facts', facts);
end $$;
