-- As it was, and with the film that an item is a part of: whoever stops the film stops its parts.
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
      b.channel_id as channel, b.person_id as person, b.profile, b.provider, b.job_id as shown, b.wanted, b.part_of as "partOf",
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
