// What there is to keep: tables, their columns, and an order in which rows can go in again.
import type postgres from "postgres";

export type Table = { name: string; columns: { name: string; read: string }[]; needs: string[] };

/** All tables of ours. Transaction ids mean nothing on another server: they leave as 0, before every later one. */
export async function tablesOf(sql: postgres.Sql | postgres.TransactionSql): Promise<Table[]> {
  const rows = await sql<{ name: string; columns: { name: string; type: string }[]; needs: string[] }[]>`
    select c.relname as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      coalesce((select json_agg(distinct f.relname) from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid), '[]') as needs
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`;
  const tables = rows.map(({ name, columns, needs }) => ({
    name,
    needs,
    columns: columns.map((c) => ({ name: c.name, read: c.type === "xid8" ? `'0'::xid8` : quoted(c.name) })),
  }));
  return inOrder(tables);
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Whom others point at comes first. */
function inOrder(tables: Table[]): Table[] {
  const done = new Set<string>();
  const out: Table[] = [];
  while (out.length < tables.length) {
    const next = tables.filter((t) => !done.has(t.name) && t.needs.every((n) => done.has(n)));
    if (next.length === 0)
      throw new Error(
        `These tables point at each other: ${tables
          .filter((t) => !done.has(t.name))
          .map((t) => t.name)
          .join(", ")}.`,
      );
    for (const table of next) {
      done.add(table.name);
      out.push(table);
    }
  }
  return out;
}
