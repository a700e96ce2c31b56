// Which columns of which tables hold a person: asked of the database's own catalogue, so that a table that is made
// later is in every export, and a test asks what erasing does to it.
import { rawOf, type Tx } from "../../db/connect.ts";

export type PersonalTable = { table: string; columns: string[]; secrets: string[] };

/**
 * A column holds a person when it has a foreign key to `person`, or is a uuid called person_id, for_person, who,
 * something_by or something_person_id. Bytes and tokens are secrets: they leave in no export.
 */
export async function personalTables(db: Tx): Promise<PersonalTable[]> {
  return rawOf(db)<PersonalTable[]>`
    with columns as (
      select c.oid, c.relname, a.attname, a.atttypid,
        a.atttypid = 'uuid'::regtype and (
          a.attname ~ '^(.*_)?person(_id)?$' or a.attname ~ '_by$' or a.attname = 'who'
          or exists (select from pg_constraint f where f.contype = 'f' and f.conrelid = c.oid
            and f.confrelid = 'public.person'::regclass and a.attnum = any(f.conkey) and a.attname <> 'workspace_id')
          or c.relname = 'person' and a.attname = 'id') as personal
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p'))
    select relname as table, array_agg(attname::text order by attname) filter (where personal) as columns,
      coalesce(array_agg(attname::text) filter (where atttypid = 'bytea'::regtype or attname in ('token', 'secret')), '{}') as secrets
    from columns group by oid, relname having bool_or(personal) order by relname`;
}

/** The person, and everyone who was merged into them. */
export async function allIdsOf(db: Tx, personId: string): Promise<string[]> {
  const rows = await rawOf(db)<{ id: string }[]>`
    select id from person where id = ${personId} or merged_into = ${personId} order by id`;
  return rows.map((r) => r.id);
}
