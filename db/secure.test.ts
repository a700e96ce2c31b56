// Every table of the catalogue, tried from a second workspace with the app's role. Rows are made from the catalogue
// too: a table that is added later is tried without a word here.
import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../test/house.ts";
import { open } from "./connect.ts";
import { APP_ROLE, APPEND_ONLY, READ_ONLY, SHARED } from "./secure.ts";

const A = randomUUID();
const B = randomUUID();

/** The questions that may be asked before a workspace is known. Another one needs a review, and its name here. */
const DOORS = ["find_action", "find_code", "find_place", "find_token", "list_workspaces"];
/** What writes where the app may not, in the workspace that was entered. */
const WRITERS = ["post_transfers"];
const FACTS = [...APPEND_ONLY, ...READ_ONLY];
/** Unique over all workspaces: secrets that nobody can guess, and names that are shared by design. */
const UNIQUE_ACROSS = [
  "action_token_unique",
  "code_hash_unique",
  "place_owned",
  "token_hash_unique",
  "workspace_slug_unique",
];

let database: Awaited<ReturnType<typeof testDatabase>>;
let owner: postgres.Sql;
let app: postgres.Sql;
let tables: string[] = [];
const columns = new Map<string, Column[]>();

type Column = { name: string; type: string; sort: string; array: boolean };

beforeAll(async () => {
  database = await testDatabase(1);
  owner = open(database.ownerUrl, { max: 1 });
  app = open(database.appUrl, { max: 1 });
  tables = (
    await owner<{ name: string }[]>`
      select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')`
  ).map((t) => t.name);
  await looseRules();
  for (const table of tables) {
    columns.set(table, await columnsOf(table));
    for (const workspace of [A, B]) await rowFor(owner, table, workspace);
  }
});
afterAll(async () => {
  await owner.end();
  await app.end();
  await database.drop();
});

/** This database is thrown away: its checks and foreign keys are switched off, so that any row will do. */
async function looseRules(): Promise<void> {
  const checks = await owner<{ table: string; name: string }[]>`
    select conrelid::regclass::text as table, conname as name from pg_constraint
    where contype = 'c' and connamespace = 'public'::regnamespace`;
  for (const { table, name } of checks) await owner`alter table ${owner(table)} drop constraint ${owner(name)}`;
  await owner`set session_replication_role = replica`;
}

async function columnsOf(table: string): Promise<Column[]> {
  return owner<Column[]>`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, t.typcategory as sort, t.typcategory = 'A' as array
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = ${table}::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and (a.attnotnull or a.attname = 'workspace_id') and not (a.atthasdef and a.attname <> 'workspace_id')
    order by a.attnum`;
}

/** A value of any type, as text that the type reads. */
function sampleOf({ type, sort, array }: Column): string {
  if (array) return "{}";
  if (type === "uuid") return randomUUID();
  if (type.startsWith("json")) return "{}";
  if (type === "bytea") return `\\x${randomUUID().replaceAll("-", "")}`;
  if (sort === "D") return "2026-11-20";
  if (sort === "T") return "1 day";
  if (sort === "B") return "true";
  if (sort === "N") return "1";
  return randomUUID();
}

function rowFor(sql: postgres.ISql, table: string, workspace: string): postgres.PendingQuery<postgres.Row[]> {
  const all = columns.get(table) ?? [];
  const list = (parts: postgres.PendingQuery<postgres.Row[]>[]) =>
    parts.reduce((before, part) => sql`${before}, ${part}`);
  const names = list(all.map((c) => sql`${sql(c.name)}`));
  const values = list(
    all.map((c) => {
      const value = c.name === "workspace_id" ? workspace : sampleOf(c);
      return sql`${value}::text::${sql.unsafe(c.type)}`;
    }),
  );
  return sql`insert into ${sql(table)} (${names}) values (${values})`;
}

/** What the app gets in a workspace: how many rows, or the code of the refusal. */
async function as(
  workspace: string | null,
  work: (sql: postgres.TransactionSql) => postgres.PendingQuery<postgres.Row[]>,
) {
  let got: number | string = "";
  const undo = new Error("undo");
  await app
    .begin(async (tx) => {
      if (workspace !== null) await tx`select set_config('app.workspace', ${workspace}, true)`;
      got = (await work(tx)).count;
      throw undo;
    })
    .catch((error: Error & { code?: string }) => {
      if (error !== undo) got = error.code ?? String(error);
    });
  return got;
}

const REFUSED = "42501";

describe("the app's role", () => {
  test("is neither owner nor superuser, bypasses nothing, is a member of nothing and owns nothing", async () => {
    const [role] = await owner`
      select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
        (select count(*)::int from pg_auth_members m where m.member = r.oid) as member_of,
        (select count(*)::int from pg_class c where c.relowner = r.oid) as tables,
        (select count(*)::int from pg_proc p where p.proowner = r.oid) as functions
      from pg_roles r where rolname = ${APP_ROLE}`;
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      member_of: 0,
      tables: 0,
      functions: 0,
    });
    const [who] = await app`select current_user as name`;
    expect(who?.name).toBe(APP_ROLE);
  });

  test("cannot become somebody else, make tables, or lift what guards them", async () => {
    const [keeper] = await owner`select current_user as name`;
    const attempts = [
      app`set role ${app(keeper!.name)}`,
      app`create table public.mine (id int)`,
      app`alter table person no force row level security`,
      app`alter table person disable row level security`,
      app`drop policy own_workspace on person`,
      app`truncate person`,
      app`set session_replication_role = replica`,
      app`alter role ${app(APP_ROLE)} bypassrls`,
      app`select pg_read_file('/etc/passwd')`,
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: REFUSED });
    await app`set row_security = off`;
    await expect(app`select * from person`).rejects.toMatchObject({ code: REFUSED });
    await app`reset row_security`;
  });
});

describe("the catalogue", () => {
  test("every table belongs to a workspace, but for those that say why not", async () => {
    const all = await owner<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`;
    expect(tables.length).toBeGreaterThan(15);
    expect(
      all
        .map((t) => t.name)
        .filter((name) => !tables.includes(name))
        .sort(),
    ).toEqual(Object.keys(SHARED).sort());
  });

  test("every table is guarded, forced, by the same two policies", async () => {
    const rows = await owner<{ name: string; on: boolean; forced: boolean }[]>`
      select relname as name, relrowsecurity as on, relforcerowsecurity as forced from pg_class
      where relnamespace = 'public'::regnamespace and relname = any(${tables})`;
    expect(rows.filter((r) => !r.on || !r.forced)).toEqual([]);
    const policies = await owner<
      { tablename: string; policyname: string; roles: string; cmd: string; guard: string }[]
    >`
      select tablename, policyname, roles::text, cmd, permissive || ' ' || qual || ' / ' || coalesce(with_check, '') as guard
      from pg_policies where schemaname = 'public'`;
    const kinds = new Set(policies.map((p) => `${p.policyname} ${p.roles} ${p.cmd} ${p.guard}`));
    expect(policies.length).toBe(tables.length * 2);
    expect(kinds.size).toBe(2);
    const [own] = [...kinds].filter((k) => k.startsWith("own_workspace"));
    expect(own).toContain(`{${APP_ROLE}} ALL PERMISSIVE`);
    expect(own?.match(/current_setting\('app.workspace'/g)?.length).toBe(2);
  });

  test("no view looks with its owner's eyes", async () => {
    const views = await owner`
      select relname from pg_class where relkind in ('v', 'm') and relnamespace not in
        (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema'))
        and not coalesce(reloptions::text ~ 'security_invoker=(true|on)', false)`;
    expect(views).toEqual([]);
  });

  test("only the reviewed functions run with the owner's rights, each with a fixed path", async () => {
    const rows = await owner<{ name: string; config: string; language: string; returns: string }[]>`
      select p.proname as name, p.proconfig::text as config, l.lanname as language, pg_get_function_result(p.oid) as returns
      from pg_proc p join pg_language l on l.oid = p.prolang
      where p.prosecdef and p.pronamespace <> 'pg_catalog'::regnamespace order by 1`;
    expect(rows.map((r) => r.name)).toEqual([...DOORS, ...WRITERS].sort());
    for (const row of rows) {
      expect(row.config).toContain("search_path=public, pg_temp");
      if (WRITERS.includes(row.name)) continue;
      expect(row.language).toBe("sql");
      // Ids, and the one slug: never a name, a hash or a word of anybody's.
      expect(row.returns.replaceAll(/(\w+ uuid|slug text)(, )?/g, "")).toBe("TABLE()");
    }
  });

  test("keys and foreign keys hold the workspace, so no row can point into another one", async () => {
    const loose = await owner`
      select conrelid::regclass::text as table, conname, contype from pg_constraint c
      where connamespace = 'public'::regnamespace and contype in ('p', 'f') and conrelid::regclass::text = any(${tables})
        and not exists (
          select from unnest(c.conkey, coalesce(c.confkey, c.conkey)) with ordinality as k(ours, theirs, at)
          join pg_attribute o on o.attrelid = c.conrelid and o.attnum = k.ours
          join pg_attribute t on t.attrelid = coalesce(nullif(c.confrelid, 0), c.conrelid) and t.attnum = k.theirs
          where o.attname = 'workspace_id' and t.attname = 'workspace_id' and k.at = 1)`;
    expect(loose).toEqual([]);
  });

  test("what is unique over all workspaces is known, so that no clash tells of another's rows", async () => {
    const rows = await owner<{ name: string }[]>`
      select i.indexrelid::regclass::text as name from pg_index i
      join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
      where i.indisunique and c.relname = any(${tables})
        and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey::int2[])
          and a.attname = 'workspace_id') order by 1`;
    expect(rows.map((r) => r.name)).toEqual(UNIQUE_ACROSS);
  });
});

describe("every table, from another workspace", () => {
  test("there is a row of each in both", async () => {
    for (const table of tables) {
      const [row] = await owner<{ n: number }[]>`
        select count(*)::int as n from ${owner(table)} where workspace_id in (${A}, ${B})`;
      expect(row?.n, table).toBe(2);
    }
  });

  test("reads its own row and no other", async () => {
    for (const table of tables) {
      expect(await as(B, (sql) => sql`select * from ${sql(table)}`), table).toBe(1);
      expect(await as(B, (sql) => sql`select * from ${sql(table)} where workspace_id = ${A}`), table).toBe(0);
      expect(await as(B, (sql) => sql`select * from ${sql(table)} for update`), table).toSatisfy(
        (got) => got === 1 || (FACTS.includes(table) && got === REFUSED),
      );
    }
  });

  test("changes and deletes nothing of the other's", async () => {
    for (const table of tables) {
      const none = FACTS.includes(table) ? REFUSED : 0;
      const own = FACTS.includes(table) ? REFUSED : 1;
      expect(
        await as(B, (sql) => sql`update ${sql(table)} set workspace_id = workspace_id where workspace_id = ${A}`),
        table,
      ).toBe(none);
      expect(await as(B, (sql) => sql`delete from ${sql(table)} where workspace_id = ${A}`), table).toBe(none);
      // The same statements do work on one's own: the zeros above are not for another reason.
      expect(await as(B, (sql) => sql`update ${sql(table)} set workspace_id = workspace_id`), table).toBe(own);
    }
  });

  test("writes no row into the other, nor moves its own there", async () => {
    for (const table of tables) {
      expect(await as(B, (sql) => rowFor(sql, table, A)), table).toBe(REFUSED);
      expect(await as(B, (sql) => sql`update ${sql(table)} set workspace_id = ${A}`), table).toBe(REFUSED);
      // The same row into one's own is not refused for whose it is: a foreign key or the one row of itself at most.
      const own = READ_ONLY.includes(table) ? [REFUSED] : [1, "23503", "23505"];
      expect(own, table).toContain(await as(B, (sql) => rowFor(sql, table, B)));
    }
  });

  test("without a workspace, or with one that is none, there is nothing to see or to do", async () => {
    for (const nowhere of [null, ""]) {
      for (const table of tables) {
        const none = FACTS.includes(table) ? REFUSED : 0;
        expect(await as(nowhere, (sql) => sql`select * from ${sql(table)}`), table).toBe(0);
        expect(await as(nowhere, (sql) => rowFor(sql, table, A)), table).toBe(REFUSED);
        expect(await as(nowhere, (sql) => sql`update ${sql(table)} set workspace_id = workspace_id`), table).toBe(none);
        expect(await as(nowhere, (sql) => sql`delete from ${sql(table)}`), table).toBe(none);
      }
    }
    expect(await as("not-a-uuid", (sql) => sql`select * from person`)).toBe("22P02");
  });

  test("a workspace that was entered is left with its transaction", async () => {
    expect(await as(B, (sql) => sql`select * from workspace`)).toBe(1);
    expect(await as(null, (sql) => sql`select * from workspace`)).toBe(0);
  });
});
