-- What the planner believes of a table before it has seen any row: that a workspace has many of them. Otherwise it takes a
-- workspace for as good as a key, and the plans that connections keep read all of its rows for each one that is wanted.
INSERT INTO ledger_account (workspace_id, id, code, currency, side, tracked, opened_at)
  SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'payable:' || gen_random_uuid(), 'USD', 'credit', true, now() FROM generate_series(1, 1000);
--> statement-breakpoint
INSERT INTO ledger_transfer (workspace_id, id, number, scope, key, input_hash, mode, kind, of_id, day, event_at, recorded_at, about, first_posting, postings)
  SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), n, 'revenue:stripe', 'payment:' || n, sha256(n::text::bytea),
    CASE WHEN n % 10 = 0 THEN 'reverse' ELSE 'post' END, 'payment', CASE WHEN n % 10 = 0 THEN gen_random_uuid() END, current_date, now(), now(), '{}', n * 2 - 1, 2
  FROM generate_series(1, 1000) n;
--> statement-breakpoint
INSERT INTO ledger_posting (workspace_id, number, transfer, account_id, currency, amount, phase, balance_after)
  SELECT '00000000-0000-0000-0000-000000000000', n, (n + 1) / 2, gen_random_uuid(), 'USD', 1, 'posted', 1 FROM generate_series(1, 2000) n;
--> statement-breakpoint
INSERT INTO ledger_rollup (workspace_id, dimension, grain, start, account_id, thing, debits, credits, postings)
  SELECT '00000000-0000-0000-0000-000000000000', '', 'day', date '2026-01-01' + n % 30, gen_random_uuid(), '', 1, 0, 1 FROM generate_series(1, 1000) n;
--> statement-breakpoint
INSERT INTO ledger_block (workspace_id, number, at, transfers, postings, before, hash)
  SELECT '00000000-0000-0000-0000-000000000000', n, now(), n, n * 2, sha256(n::text::bytea), sha256(n::text::bytea) FROM generate_series(1, 1000) n;
--> statement-breakpoint
ANALYZE ledger_account, ledger_transfer, ledger_posting, ledger_rollup, ledger_block;
--> statement-breakpoint
TRUNCATE ledger_account, ledger_transfer, ledger_posting, ledger_rollup, ledger_block;
--> statement-breakpoint
-- The ledger keeps itself: postings move the counters and the sums, nothing else does, and nothing is ever edited.
CREATE FUNCTION ledger_is_written_once() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
begin
  raise exception '% is written once: a mistake is reversed by another transfer', tg_table_name using errcode = '23514', constraint = 'written_once';
end $$;
--> statement-breakpoint
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer EXECUTE FUNCTION ledger_is_written_once();
--> statement-breakpoint
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting EXECUTE FUNCTION ledger_is_written_once();
--> statement-breakpoint
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_block EXECUTE FUNCTION ledger_is_written_once();
--> statement-breakpoint
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal EXECUTE FUNCTION ledger_is_written_once();
--> statement-breakpoint
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON rate EXECUTE FUNCTION ledger_is_written_once();
--> statement-breakpoint
CREATE TRIGGER written_once BEFORE DELETE OR TRUNCATE ON ledger_account EXECUTE FUNCTION ledger_is_written_once();
--> statement-breakpoint
CREATE TRIGGER written_once BEFORE DELETE OR TRUNCATE ON ledger_rollup EXECUTE FUNCTION ledger_is_written_once();
--> statement-breakpoint
CREATE FUNCTION ledger_follows_postings() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
begin
  raise exception '% follows the postings: post a transfer', tg_table_name using errcode = '23514', constraint = 'follows_postings';
end $$;
--> statement-breakpoint
-- Only from within the trigger of postings (its statements are one deep).
CREATE TRIGGER follows_postings BEFORE UPDATE ON ledger_account FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
  EXECUTE FUNCTION ledger_follows_postings();
--> statement-breakpoint
CREATE TRIGGER opened_empty BEFORE INSERT ON ledger_account FOR EACH ROW
  WHEN (new.debits <> 0 OR new.credits <> 0 OR new.debits_pending <> 0 OR new.credits_pending <> 0 OR new.version <> 0)
  EXECUTE FUNCTION ledger_follows_postings();
--> statement-breakpoint
CREATE TRIGGER follows_postings BEFORE INSERT OR UPDATE ON ledger_rollup FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
  EXECUTE FUNCTION ledger_follows_postings();
--> statement-breakpoint
-- How a row is written in the hash of its block.
CREATE FUNCTION ledger_line(t ledger_transfer) RETURNS text LANGUAGE sql STABLE AS $$
  select t.number || ' ' || t.id || ' ' || length(t.scope) || ':' || t.scope || ' ' || length(t.key) || ':' || t.key || ' '
    || encode(t.input_hash, 'hex') || ' ' || t.mode || ' ' || length(t.kind) || ':' || t.kind || ' ' || coalesce(t.of_id::text, '-')
    || ' ' || (t.day - date '2000-01-01') || ' ' || extract(epoch from t.event_at) || ' ' || extract(epoch from t.recorded_at) || ' '
    || coalesce(extract(epoch from t.expires_at)::text, '-') || ' ' || t.about || ' ' || coalesce(t.person_id::text, '-') || ' '
    || coalesce(t.run_id::text, '-') || ' ' || t.first_posting || ' ' || t.postings || e'\n'
$$;
--> statement-breakpoint
CREATE FUNCTION ledger_line(p ledger_posting) RETURNS text LANGUAGE sql STABLE AS $$
  select p.number || ' ' || p.transfer || ' ' || p.account_id || ' ' || p.currency || ' ' || p.amount || ' ' || p.phase || ' '
    || p.balance_after || e'\n'
$$;
--> statement-breakpoint
-- `offset 0` below: for each of these few look there, and never the other way round.
-- Everything that was posted in one statement, at once: that it adds up, whose it is, the counters, the sums.
CREATE FUNCTION ledger_apply_postings() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
declare
  bad record;
begin
  select m.workspace_id, m.transfer, m.currency, sum(m.amount) as left_over into bad from made m
    group by m.workspace_id, m.transfer, m.currency, m.phase having sum(m.amount) <> 0 limit 1;
  if found then
    raise exception 'Transfer % does not add up: % % are left over', bad.transfer, bad.left_over, bad.currency
      using errcode = '23514', constraint = 'ledger_sum_zero';
  end if;
  select m.transfer, m.number into bad from made m
    left join lateral (select * from ledger_transfer t where t.workspace_id = m.workspace_id and t.number = m.transfer offset 0) t on true
    where t.number is null or m.number < t.first_posting or m.number >= t.first_posting + t.postings
      or m.phase <> all (case t.mode when 'hold' then array['held'] when 'void' then array['freed']
        when 'settle' then array['freed', 'posted'] else array['posted'] end) limit 1;
  if found then
    raise exception 'Posting % is not of transfer %', bad.number, bad.transfer using errcode = '23514', constraint = 'ledger_posting_of_transfer';
  end if;
  with net as (
    select m.workspace_id, m.account_id, m.currency, count(*) as postings,
      coalesce(sum(m.amount) filter (where m.phase = 'posted' and m.amount > 0), 0) as debits,
      coalesce(-sum(m.amount) filter (where m.phase = 'posted' and m.amount < 0), 0) as credits,
      coalesce(sum(m.amount) filter (where m.phase = 'held' and m.amount > 0 or m.phase = 'freed' and m.amount < 0), 0) as debits_pending,
      coalesce(-sum(m.amount) filter (where m.phase = 'held' and m.amount < 0 or m.phase = 'freed' and m.amount > 0), 0) as credits_pending,
      (array_agg(m.balance_after order by m.number desc))[1] as after
    from made m group by m.workspace_id, m.account_id, m.currency),
  moved as (
    update ledger_account a set debits = a.debits + net.debits, credits = a.credits + net.credits,
      debits_pending = a.debits_pending + net.debits_pending, credits_pending = a.credits_pending + net.credits_pending,
      version = a.version + net.postings
    from net cross join lateral (
      select l.ctid from ledger_account l where l.workspace_id = net.workspace_id and l.id = net.account_id offset 0) l
    where a.ctid = l.ctid
    returning a.currency = net.currency
      and case a.side when 'debit' then a.debits - a.credits else a.credits - a.debits end = net.after as right_after)
  select (select count(*) from net) - (select count(*) filter (where right_after) from moved) as wrong into bad;
  if bad.wrong <> 0 then
    raise exception 'A posting names an account that is not there, in another currency, or a balance that is not its own'
      using errcode = '23514', constraint = 'ledger_posting_of_account';
  end if;
  insert into ledger_rollup as r (workspace_id, dimension, grain, start, account_id, thing, debits, credits, postings)
    select m.workspace_id, d.dimension, g.grain, case g.grain when 'day' then t.day else date_trunc('month', t.day)::date end, m.account_id,
      d.thing, sum(greatest(m.amount, 0)), sum(greatest(-m.amount, 0)), count(*)
    from made m
      cross join lateral (select * from ledger_account a where a.workspace_id = m.workspace_id and a.id = m.account_id offset 0) a
      cross join lateral (select * from ledger_transfer t where t.workspace_id = m.workspace_id and t.number = m.transfer offset 0) t
      cross join lateral ledger_dimensions(t.about) d
      cross join lateral unnest(case when d.fine then array['day', 'month'] else array['month'] end) g (grain)
    where a.tracked and m.phase = 'posted'
    group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
    on conflict (workspace_id, dimension, grain, start, account_id, thing) do update
      set debits = r.debits + excluded.debits, credits = r.credits + excluded.credits, postings = r.postings + excluded.postings;
  return null;
end $$;
--> statement-breakpoint
-- What a transfer is summed up by. `fine`: by day as well; what there may be thousands of, by month alone.
CREATE FUNCTION ledger_dimensions(_about jsonb) RETURNS TABLE (dimension text, thing text, fine boolean) LANGUAGE sql IMMUTABLE ROWS 2 AS $$
  select '', '', true
  union all
  select d.name, _about ->> d.name, d.fine
  from (values ('channel', true), ('product', true), ('platform', true), ('person', false), ('asset', false), ('campaign', false)) d (name, fine)
  where _about <> '{}' and _about ->> d.name <> ''
$$;
--> statement-breakpoint
-- A settlement frees exactly what was held and posts no more than that; reversals take back no more than was posted.
CREATE FUNCTION ledger_check_of(_transfers bigint[], _workspace uuid) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
declare
  bad record;
begin
  with new as (
    select t.* from ledger_transfer t where t.workspace_id = _workspace and t.number = any(_transfers) and t.of_id is not null),
  of as (
    select new.number, new.mode, o.mode as of_mode, o.id as of_id, o.first_posting, o.postings, new.first_posting as own_first, new.postings as own_postings
    from new left join ledger_transfer o on o.workspace_id = _workspace and o.id = new.of_id),
  wrong as (
    select number from of where of_mode is null or case mode when 'reverse' then of_mode not in ('post', 'settle') else of_mode <> 'hold' end
    union all
    select distinct of.number from of, lateral (
      select s.account_id, sum(s.held) as held, sum(s.freed) as freed, sum(s.posted) as posted from (
        select h.account_id, h.amount as held, 0 as freed, 0 as posted from ledger_posting h
          where h.workspace_id = _workspace and h.number >= of.first_posting and h.number < of.first_posting + of.postings
        union all
        select p.account_id, 0, case p.phase when 'freed' then p.amount else 0 end, case p.phase when 'posted' then p.amount else 0 end
        from ledger_posting p where p.workspace_id = _workspace and p.number >= of.own_first and p.number < of.own_first + of.own_postings) s
      group by s.account_id) a
    where of.mode in ('settle', 'void') and (a.held + a.freed <> 0 or abs(a.posted) > abs(a.held) or a.posted * sign(a.held) < 0)
    union all
    select distinct of.number from of, lateral (
      select s.account_id, sum(s.original) as original, sum(s.back) as back from (
        select o.account_id, o.amount as original, 0 as back from ledger_posting o
          where o.workspace_id = _workspace and o.number >= of.first_posting and o.number < of.first_posting + of.postings and o.phase = 'posted'
        union all
        select p.account_id, 0, p.amount from ledger_transfer r join ledger_posting p on p.workspace_id = _workspace
            and p.number >= r.first_posting and p.number < r.first_posting + r.postings
          where r.workspace_id = _workspace and r.of_id = of.of_id and r.mode = 'reverse') s
      group by s.account_id) a
    where of.mode = 'reverse' and (abs(a.back) > abs(a.original) or a.back * sign(a.original) > 0))
  select number into bad from wrong limit 1;
  if found then
    raise exception 'Transfer % takes back or settles what is not there', bad.number using errcode = '23514', constraint = 'ledger_of';
  end if;
end $$;
--> statement-breakpoint
CREATE TRIGGER apply_postings AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_postings();
--> statement-breakpoint
-- A transfer and its postings come in one statement: from then on nothing can be added to it.
CREATE FUNCTION ledger_has_postings() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
declare
  bad record;
begin
  select t.number into bad from made t
    where t.postings <> (select count(*) from ledger_posting p where p.workspace_id = t.workspace_id
      and p.number >= t.first_posting and p.number < t.first_posting + t.postings and p.transfer = t.number) limit 1;
  if found then
    raise exception 'Transfer % came without its postings', bad.number using errcode = '23514', constraint = 'ledger_transfer_whole';
  end if;
  if exists (select from made t where t.of_id is not null) then
    perform ledger_check_of(array_agg(t.number), t.workspace_id) from made t where t.of_id is not null group by t.workspace_id;
  end if;
  return null;
end $$;
--> statement-breakpoint
CREATE TRIGGER has_postings AFTER INSERT ON ledger_transfer REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_has_postings();
--> statement-breakpoint
-- Updates stay on the page: no index knows the counters.
ALTER TABLE ledger_account SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE ledger_rollup SET (fillfactor = 70);
--> statement-breakpoint
-- The hash of a block: the one before it and everything in it.
CREATE FUNCTION ledger_block_hash(_workspace uuid, _before bytea, _transfer bigint, _transfer_to bigint, _posting bigint, _posting_to bigint)
RETURNS bytea LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
begin
  return sha256(_before || convert_to((
      select string_agg(ledger_line(t), '' order by t.number) from ledger_transfer t
      where t.workspace_id = _workspace and t.number between _transfer and _transfer_to) || (
      select string_agg(ledger_line(p), '' order by p.number) from ledger_posting p
      where p.workspace_id = _workspace and p.number between _posting and _posting_to), 'UTF8'));
end $$;
--> statement-breakpoint
-- The only way to move money. Many transfers at once, an answer for each: one that may not be done keeps no other from
-- being done. Writers of a workspace take turns, so none sees a balance that another is about to change.
-- Its caller gives each key, and each transfer that is settled, voided or reversed, once in a call.
CREATE FUNCTION post_transfers(_now timestamptz, _ids uuid[], _scopes text[], _keys text[], _hashes text[], _modes text[], _kinds text[],
  _ofs uuid[], _ats timestamptz[], _untils timestamptz[], _abouts text[], _persons uuid[], _runs uuid[], _counts int[],
  _leg_t int[], _leg_a int[], _leg_amount bigint[], _leg_phase text[], _leg_least bigint[],
  _acc_ids uuid[], _codes text[], _currencies text[], _sides text[], _floors bigint[], _tracked boolean[])
RETURNS TABLE (outcome text, id uuid, number bigint, account int, available bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
declare
  nothing constant bigint := -9223372036854775808;
  ws constant uuid := nullif(current_setting('app.workspace', true), '')::uuid;
  zone_ text;
  head ledger_block;
  -- Of each account, as it stands.
  acc uuid[];
  sgn int[];
  bal bigint[];
  avail bigint[];
  low bigint[];
  -- Of each transfer: what comes of it, and of which it is told.
  code smallint[] := array_fill(0::smallint, array[cardinality(_ids)]);
  other uuid[] := _ids;
  numbers bigint[];
  at_account int[] := array_fill(0, array[cardinality(_ids)]);
  had bigint[] := array_fill(0::bigint, array[cardinality(_ids)]);
  one record;
  fits boolean;
  t_count bigint;
  p_count bigint;
begin
  if ws is null then
    raise exception 'No workspace was entered' using errcode = '42501';
  end if;
  select w.zone into zone_ from workspace w where w.workspace_id = ws;
  perform pg_advisory_xact_lock(hashtextextended('ledger:' || ws, 0));
  select * into head from ledger_block b where b.workspace_id = ws order by b.number desc limit 1;
  if not found then
    head := row(ws, 0, _now, 0, 0, null, '\x0000000000000000000000000000000000000000000000000000000000000000');
  end if;

  for again in 1..2 loop
    select array_agg(a.id order by a.i), array_agg(a.sgn order by a.i), array_agg(a.balance order by a.i),
      array_agg(a.balance - a.reserved order by a.i), array_agg(coalesce(a.floor, nothing) order by a.i)
    into acc, sgn, bal, avail, low from (
      select x.i, a.id, case a.side when 'debit' then 1 else -1 end as sgn,
        case a.side when 'debit' then a.debits - a.credits else a.credits - a.debits end as balance,
        case a.side when 'debit' then a.credits_pending else a.debits_pending end as reserved, a.floor
      from (select * from unnest(_codes, _currencies) with ordinality x (code, currency, i) order by code, currency) x
        cross join lateral (
          select * from ledger_account a where a.workspace_id = ws and a.code = x.code and a.currency = x.currency
          offset 0 for no key update) a) a;
    exit when cardinality(acc) = cardinality(_codes);
    insert into ledger_account (workspace_id, id, code, currency, side, floor, tracked, opened_at)
      select ws, x.id, x.code, x.currency, x.side, x.floor, x.tracked, _now
      from unnest(_acc_ids, _codes, _currencies, _sides, _floors, _tracked) x (id, code, currency, side, floor, tracked)
      order by x.code, x.currency
      on conflict (workspace_id, code, currency) do nothing;
  end loop;

  for one in
    select x.i::int as i, t.id, t.input_hash = decode(_hashes[x.i], 'hex') as same
    from unnest(_scopes, _keys) with ordinality x (scope, key, i) cross join lateral (
      select * from ledger_transfer t where t.workspace_id = ws and t.scope = x.scope and t.key = x.key offset 0) t
  loop
    code[one.i] := case when one.same then 1 else 2 end;
    other[one.i] := one.id;
  end loop;

  if array_remove(_ofs, null) <> '{}' then
    for one in
      select x.i::int as i, o.mode, o.expires_at, closed.id as closed, exists (
          select from unnest(_leg_t, _leg_a) l (t, a) cross join lateral (
            select sum(case when p.transfer = o.number then p.amount end) as original, sum(case when p.transfer <> o.number then p.amount else 0 end) as back
            from ledger_transfer r join ledger_posting p on p.workspace_id = ws and p.number >= r.first_posting and p.number < r.first_posting + r.postings
            where r.workspace_id = ws and (r.id = o.id or r.of_id = o.id and r.mode = 'reverse') and p.account_id = acc[l.a] and p.phase = 'posted') was
            cross join lateral (select sum(m.amount) as wanted from unnest(_leg_t, _leg_a, _leg_amount) m (t, a, amount) where m.t = x.i and m.a = l.a) now
          where x.mode = 'reverse' and l.t = x.i
            and (was.original is null or abs(was.back + now.wanted) > abs(was.original) or now.wanted * sign(was.original) > 0)) as too_much
      from unnest(_ofs, _modes, code) with ordinality x (id, mode, code, i)
        left join ledger_transfer o on o.workspace_id = ws and o.id = x.id
        left join ledger_transfer closed on closed.workspace_id = ws and closed.of_id = x.id and closed.mode in ('settle', 'void')
      where x.id is not null and x.code = 0
    loop
      code[one.i] := case when one.mode is null then 3
        when case _modes[one.i] when 'reverse' then one.mode not in ('post', 'settle') else one.mode <> 'hold' end then 4
        when _modes[one.i] <> 'reverse' and one.closed is not null then 5
        when _modes[one.i] = 'settle' and one.expires_at <= _now then 6
        when one.too_much then 7 else 0 end;
      if code[one.i] > 0 then
        other[one.i] := coalesce(one.closed, _ofs[one.i]);
      end if;
    end loop;
  end if;

  -- What may not fall below something is followed transfer by transfer, if at all.
  if array_remove(low, nothing) <> '{}' or array_remove(_leg_least, null) <> '{}' then
    select exists (
      select from (
        select net.*, avail[net.a] + sum(net.delta) over (partition by net.a order by net.t) as after
        from (select l.t, l.a, max(coalesce(l.least, nothing)) as least, sum(case l.phase when 'posted' then l.amount * sgn[l.a]
              when 'held' then least(l.amount * sgn[l.a], 0) else greatest(l.amount * sgn[l.a], 0) end) as delta
            from unnest(_leg_t, _leg_a, _leg_amount, _leg_phase, _leg_least) l (t, a, amount, phase, least)
            where code[l.t] = 0 group by l.t, l.a) net) run
      where run.delta < 0 and run.after < greatest(low[run.a], run.least)) into fits;
    if fits then
      for one in
        select net.t, array_agg(net.a) as a, array_agg(net.delta) as delta, array_agg(net.least) as least from (
          select l.t, l.a, max(coalesce(l.least, nothing)) as least, sum(case l.phase when 'posted' then l.amount * sgn[l.a]
              when 'held' then least(l.amount * sgn[l.a], 0) else greatest(l.amount * sgn[l.a], 0) end)::bigint as delta
          from unnest(_leg_t, _leg_a, _leg_amount, _leg_phase, _leg_least) l (t, a, amount, phase, least)
          where code[l.t] = 0 group by l.t, l.a order by l.t, l.a) net
        group by net.t order by net.t
      loop
        for k in 1..cardinality(one.a) loop
          if one.delta[k] < 0 and avail[one.a[k]] + one.delta[k] < greatest(low[one.a[k]], one.least[k]) then
            code[one.t] := 8;
            at_account[one.t] := one.a[k];
            had[one.t] := avail[one.a[k]];
            exit;
          end if;
        end loop;
        if code[one.t] = 0 then
          for k in 1..cardinality(one.a) loop
            avail[one.a[k]] := avail[one.a[k]] + one.delta[k];
          end loop;
        end if;
      end loop;
    end if;
  end if;

  select array_agg(case x.code when 0 then head.transfers + x.n else 0 end order by x.i), count(*) filter (where x.code = 0),
    coalesce(sum(x.count) filter (where x.code = 0), 0)
    into numbers, t_count, p_count
  from (select u.*, count(*) filter (where u.code = 0) over (order by u.i) as n from unnest(code, _counts) with ordinality u (code, count, i)) x;
  if t_count > 0 then
    with t as (
      insert into ledger_transfer (workspace_id, id, number, scope, key, input_hash, mode, kind, of_id, day, event_at, recorded_at, expires_at,
        about, person_id, run_id, first_posting, postings)
      select ws, x.id, numbers[x.i], x.scope, x.key, decode(x.hash, 'hex'), x.mode, x.kind, x.of, (x.at at time zone zone_)::date, x.at, _now,
        x.until, x.about::jsonb, x.person, x.run, head.postings + 1 + sum(x.count) over (order by x.i) - x.count, x.count
      from unnest(_ids, _scopes, _keys, _hashes, _modes, _kinds, _ofs, _ats, _untils, _abouts, _persons, _runs, _counts, code)
        with ordinality x (id, scope, key, hash, mode, kind, of, at, until, about, person, run, count, code, i)
      where x.code = 0),
    p as (
      insert into ledger_posting (workspace_id, number, transfer, account_id, currency, amount, phase, balance_after)
      select ws, head.postings + row_number() over (order by l.j), numbers[l.t], acc[l.a], _currencies[l.a], l.amount, l.phase,
        bal[l.a] + sum(case l.phase when 'posted' then l.amount * sgn[l.a] else 0 end) over (partition by l.a order by l.j)
      from unnest(_leg_t, _leg_a, _leg_amount, _leg_phase) with ordinality l (t, a, amount, phase, j)
      where code[l.t] = 0)
    select 1 into one;
    insert into ledger_block (workspace_id, number, at, transfers, postings, before, hash)
      values (ws, head.number + 1, _now, head.transfers + t_count, head.postings + p_count, head.hash, ledger_block_hash(ws, head.hash,
        head.transfers + 1, head.transfers + t_count, head.postings + 1, head.postings + p_count));
  end if;
  return query
    select (array['posted', 'repeated', 'clash', 'missing', 'unfit', 'closed', 'expired', 'too much', 'short'])[x.code + 1], x.other,
      coalesce(nullif(numbers[x.i], 0), (select t.number from ledger_transfer t where t.workspace_id = ws and t.id = x.other and x.code = 1)),
      at_account[x.i], had[x.i]
    from unnest(code, other) with ordinality x (code, other, i) order by x.i;
end $$;
