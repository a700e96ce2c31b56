-- The desk of the studio, where every try begins. One question answers all that a choice needs to know; one call takes
-- a seat, a call of this minute and the money of every budget that it falls under, or nothing at all. They are functions
-- because each statement in them sees what was committed before it, in one journey.

-- What one budget's share is counted under: for whom, and since when.
CREATE FUNCTION budget_bucket(_each text, _period text, _channel uuid, _person uuid, _at timestamptz, _zone text) RETURNS text
LANGUAGE sql STABLE AS $$
  select case _each when 'channel' then coalesce(_channel::text, '-') when 'person' then coalesce(_person::text, '-') else '' end
    || '@' || case when _period = 'once' then '' else to_char(date_trunc(_period, _at at time zone _zone), 'YYYY-MM-DD') end
$$;
--> statement-breakpoint
-- A budget that is new, or new in this period: what goes on already is held by it, what was paid already is spent.
-- Attempts are held by their rows while this is written, so that one that ends now finds its hold, or is counted.
CREATE FUNCTION open_budget_use(_budget uuid, _bucket text, _at timestamptz, _zone text, _but uuid) RETURNS void LANGUAGE plpgsql AS $$
declare
  b budget;
  whose text := split_part(_bucket, '@', 1);
  since timestamptz;
begin
  select * into b from budget where id = _budget;
  since := case when b.period = 'once' then '-infinity'::timestamptz
    else date_trunc(b.period, _at at time zone _zone) at time zone _zone end;
  insert into budget_use (workspace_id, budget_id, bucket, held, spent) values (b.workspace_id, b.id, _bucket, 0, 0)
    on conflict do nothing;
  if not found then return; end if;
  perform from attempt a where a.status in ('submitting', 'unknown', 'accepted', 'fetching') order by a.id for update;
  insert into hold (workspace_id, attempt_id, budget_id, bucket, asset, amount, status)
    select a.workspace_id, a.id, b.id, _bucket, b.asset, case when b.asset = 'USD/6' then a.estimate else 1 end, 'held'
    from attempt a join item i on i.workspace_id = a.workspace_id and i.id = a.item_id
      join batch t on t.workspace_id = i.workspace_id and t.id = i.batch_id
    where a.status in ('submitting', 'unknown', 'accepted', 'fetching') and a.started_at >= since and a.id is distinct from _but
      and b.scope in ('workspace', 'providers', 'provider:' || a.provider, 'kind:' || case a.purpose when 'make' then i.kind else a.purpose end)
        and b.asset in ('USD/6', case a.purpose when 'make' then i.kind else a.purpose end)
      and whose = case b.each when 'channel' then coalesce(t.channel_id::text, '-') when 'person' then coalesce(t.person_id::text, '-') else '' end;
  update budget_use u set
    held = (select coalesce(sum(h.amount), 0) from hold h where h.budget_id = b.id and h.bucket = _bucket and h.status = 'held'),
    spent = (
      select coalesce(sum(case when b.asset = 'USD/6' then a.cost
        else (a.status = 'done' or a.status <> 'failed' and a.cost > 0)::int end), 0)
      from attempt a join item i on i.workspace_id = a.workspace_id and i.id = a.item_id
        join batch t on t.workspace_id = i.workspace_id and t.id = i.batch_id
      where a.status in ('done', 'failed', 'cancelled', 'lost') and a.started_at >= since
        and b.scope in ('workspace', 'providers', 'provider:' || a.provider, 'kind:' || case a.purpose when 'make' then i.kind else a.purpose end)
        and b.asset in ('USD/6', case a.purpose when 'make' then i.kind else a.purpose end)
        and whose = case b.each when 'channel' then coalesce(t.channel_id::text, '-') when 'person' then coalesce(t.person_id::text, '-') else '' end)
  where u.budget_id = b.id and u.bucket = _bucket;
end $$;
--> statement-breakpoint
-- A cap that was made now counts what its period has seen already. Call `await_tries` before it is written.
CREATE FUNCTION open_budget(_budget uuid, _at timestamptz, _zone text) RETURNS void LANGUAGE plpgsql AS $$
declare
  b budget;
begin
  select * into b from budget where id = _budget;
  if b.each = '' then
    perform open_budget_use(b.id, budget_bucket('', b.period, null, null, _at, _zone), _at, _zone, null);
    return;
  end if;
  perform open_budget_use(b.id, k.bucket, _at, _zone, null) from (
    select distinct budget_bucket(b.each, b.period, t.channel_id, t.person_id, _at, _zone) as bucket
    from attempt a join item i on i.workspace_id = a.workspace_id and i.id = a.item_id
      join batch t on t.workspace_id = i.workspace_id and t.id = i.batch_id
    where a.started_at >= case when b.period = 'once' then '-infinity'::timestamptz
        else date_trunc(b.period, _at at time zone _zone) at time zone _zone end
      and b.scope in ('workspace', 'providers', 'provider:' || a.provider, 'kind:' || case a.purpose when 'make' then i.kind else a.purpose end)
        and b.asset in ('USD/6', case a.purpose when 'make' then i.kind else a.purpose end)
    order by bucket) k;
end $$;
--> statement-breakpoint
-- Every try takes part in this lock; whoever makes a budget waits for those that do not see it yet, and for nobody else.
CREATE FUNCTION await_tries() RETURNS void LANGUAGE sql AS $$
  select pg_advisory_xact_lock(hashtextextended('budgets ' || current_setting('app.workspace'), 0))
$$;
--> statement-breakpoint
-- Reserves in all budgets that an attempt falls under. Rows are taken in one order, so that two racers wait for each
-- other and never across. Where `used` is missing there was no room, and the caller must undo the rest.
CREATE FUNCTION hold_budgets(_workspace uuid, _zone text, _at timestamptz, _attempt uuid, _provider text, _kind text,
  _channel uuid, _person uuid, _money bigint, _count bigint) RETURNS json LANGUAGE plpgsql AS $$
declare
  due budget[];
  one budget;
  of_it text;
  wanted bigint;
  taken bigint;
  was bigint;
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
    -- What costs nothing fits always.
    update budget_use u set held = u.held + wanted
      where u.budget_id = one.id and u.bucket = of_it and (u.held + u.spent + wanted <= one.amount or wanted = 0)
      returning u.held + u.spent into taken;
    if found then
      insert into hold (workspace_id, attempt_id, budget_id, bucket, asset, amount, status)
        values (_workspace, _attempt, one.id, of_it, one.asset, wanted, 'held');
    else
      select u.held + u.spent into was from budget_use u where u.budget_id = one.id and u.bucket = of_it;
    end if;
    told := told || json_build_object('scope', one.scope, 'each', one.each, 'period', one.period, 'asset', one.asset,
      'cap', one.amount::text, 'wanted', wanted::text, 'used', taken::text, 'was', was::text);
  end loop;
  return array_to_json(told);
end $$;
--> statement-breakpoint
-- Ends an attempt's holds, once: a second time nothing is held any more. The same order as when they were taken.
CREATE FUNCTION end_holds(_attempt uuid, _settled boolean, _money bigint, _count bigint) RETURNS void LANGUAGE plpgsql AS $$
declare
  ended record;
begin
  for ended in
    select h.budget_id, h.bucket, h.amount, h.asset, case when not _settled then 0 when h.asset = 'USD/6' then _money else _count end as actual
    from hold h where h.attempt_id = _attempt and h.status = 'held' order by h.budget_id for update
  loop
    update hold set status = case when _settled then 'settled' else 'released' end, actual = case when _settled then ended.actual end
      where attempt_id = _attempt and budget_id = ended.budget_id;
    update budget_use set held = held - ended.amount, spent = spent + ended.actual
      where budget_id = ended.budget_id and bucket = ended.bucket;
  end loop;
end $$;
--> statement-breakpoint
-- A free seat; racers skip each other's. Where others wait, a workspace gets no more than its share, so that a batch of a
-- thousand does not keep a single song waiting.
CREATE FUNCTION take_seat(_provider text, _at_once int, _attempt uuid, _workspace uuid, _at timestamptz, _until timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
begin
  if not exists (select from provider_seat where provider = _provider and seat = _at_once) then
    insert into provider_seat (provider, seat, until) select _provider, n, _at from generate_series(1, _at_once) n
      on conflict do nothing;
  end if;
  with others as (
    select workspace from provider_queue where provider = _provider and workspace <> _workspace and until > _at),
  sharing as (
    select workspace from others
    union select s.workspace from provider_seat s
      where s.provider = _provider and s.attempt is not null and s.until > _at and s.workspace <> _workspace),
  mine as (
    select count(*)::int as taken from provider_seat
    where provider = _provider and workspace = _workspace and attempt is not null and until > _at)
  update provider_seat set attempt = _attempt, workspace = _workspace, until = _until
  where provider = _provider and seat = (
    select seat from provider_seat
    where provider = _provider and seat <= _at_once and (attempt is null or until <= _at)
      and (not exists (select from others)
        or (select taken from mine) < greatest(1, _at_once / (1 + (select count(*)::int from sharing))))
    order by seat for update skip locked limit 1);
  return found;
end $$;
--> statement-breakpoint
-- One call of those that a provider's key has in a minute: a bucket that fills little by little. Where others wait, what
-- is left is first for those who have waited longer. Answers with the seconds until one is there; none: it was taken.
CREATE FUNCTION take_pace(_provider text, _per_minute int, _workspace uuid, _at timestamptz) RETURNS double precision
LANGUAGE plpgsql AS $$
declare
  there double precision;
  ahead bigint;
begin
  insert into provider_pace (provider, "left", at) values (_provider, _per_minute, _at) on conflict do nothing;
  select least(_per_minute, p."left" + greatest(0, extract(epoch from _at - p.at)) * _per_minute / 60.0) into there
    from provider_pace p where p.provider = _provider for update;
  select count(*) into ahead from provider_queue q
    left join provider_queue me on me.provider = q.provider and me.workspace = _workspace and me.until > _at
    where q.provider = _provider and q.workspace <> _workspace and q.until > _at
      and (me.since is null or q.since < me.since);
  if there < 1 + ahead then return greatest(0.1, 1 - there) * 60 / _per_minute; end if;
  update provider_pace p set "left" = there - 1, at = greatest(p.at, _at) where p.provider = _provider;
  -- To the end of the line.
  delete from provider_queue where provider = _provider and workspace = _workspace;
  return null;
end $$;
--> statement-breakpoint
-- All that a choice for an item needs to know; the item is held from here on. Of the providers' health only what changed
-- since the reader's last snapshot comes along, and with each row whether every later snapshot sees it too.
CREATE FUNCTION item_facts(_item uuid, _at timestamptz, _since xid8, _purpose text) RETURNS json LANGUAGE plpgsql AS $$
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
      b.channel_id as channel, b.person_id as person, b.profile, b.provider, b.job_id as shown, b.wanted, j.status = 'cancelled' as stopped
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
--> statement-breakpoint
-- Begins an attempt: its row, its seat, its money and its call of this minute. What is not to be had undoes the rest:
-- 'full', 'short' with the budgets as they stand, 'pace' with the seconds to wait, 'probe' when another finds out already.
-- What everybody passes through is taken last, and in the order in which endings take it: budgets, pace, health.
CREATE FUNCTION begin_attempt(_workspace uuid, _zone text, _at timestamptz, _item uuid, _attempt uuid, _purpose text, _number int,
  _provider text, _model text, _kind text, _channel uuid, _person uuid, _price bigint, _decision text, _deadline timestamptz,
  _seat_until timestamptz, _at_once int, _per_minute int, _probe boolean,
  OUT got text, OUT wait double precision, OUT budgets json) LANGUAGE plpgsql AS $$
begin
  begin
    got := 'full';
    if not take_seat(_provider, _at_once, _attempt, _workspace, _at, _seat_until) then raise sqlstate 'IMPNO'; end if;
    insert into attempt (workspace_id, id, item_id, purpose, number, provider, model, status, decision, estimate, started_at, deadline)
      values (_workspace, _attempt, _item, _purpose, _number, _provider, _model, 'submitting', _decision::jsonb, _price, _at, _deadline);
    got := 'short';
    budgets := hold_budgets(_workspace, _zone, _at, _attempt, _provider, _kind, _channel, _person, _price, 1);
    if exists (select from json_array_elements(budgets) b where b->>'used' is null) then raise sqlstate 'IMPNO'; end if;
    got := 'pace';
    if _per_minute is not null then
      wait := take_pace(_provider, _per_minute, _workspace, _at);
      if wait is not null then raise sqlstate 'IMPNO'; end if;
    end if;
    got := 'probe';
    if _probe then
      update provider_health set probe = _attempt, probe_until = _deadline
        where provider = _provider and kind = _kind and state = 'open' and open_until <= _at
          and (probe_until is null or probe_until <= _at);
      if not found then raise sqlstate 'IMPNO'; end if;
    end if;
    got := 'go';
    update item set status = 'making' where id = _item and status = 'waiting';
  exception when sqlstate 'IMPNO' then null;
  end;
end $$;
