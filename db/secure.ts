// Who may touch which row, put in force after every migration: row-level security with FORCE on every table of a
// workspace, and an app role that is neither owner nor superuser. It changes only what is not so already, because
// ALTER TABLE takes a lock.
import type postgres from "postgres";

export const APP_ROLE = "impresario_app";

/** Facts: written once, never changed or taken back by the app. */
export const APPEND_ONLY = ["event", "audit", "audit_block"];

/** Tables that belong to no workspace, each with the reason. */
export const SHARED: Record<string, string> = { tick: "one tick of the clock in the whole cluster" };

export async function secure(owner: postgres.Sql, password: string): Promise<void> {
  await ensureRole(owner, password);
  const tables = await owner<{ name: string; owned: boolean; secured: boolean; policies: number }[]>`
    select c.relname as name,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped) as owned,
      c.relrowsecurity and c.relforcerowsecurity as secured,
      (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
  for (const { name, owned, secured, policies } of tables) {
    if (!owned && !SHARED[name])
      throw new Error(`Table ${name} has no workspace_id. Give it one, or name it in SHARED (db/secure.ts).`);
    const table = owner(name);
    const rights = APPEND_ONLY.includes(name) ? "select, insert" : "select, insert, update, delete";
    await owner`grant ${owner.unsafe(rights)} on ${table} to ${owner(APP_ROLE)}`;
    if (!owned || (secured && policies === 2)) continue;
    await owner.begin(async (tx) => {
      await tx`alter table ${table} enable row level security`;
      await tx`alter table ${table} force row level security`;
      await tx`drop policy if exists own_workspace on ${table}`;
      await tx`drop policy if exists keeper on ${table}`;
      await tx`create policy own_workspace on ${table} to ${tx(APP_ROLE)}
        using (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid))
        with check (workspace_id = (select nullif(current_setting('app.workspace', true), '')::uuid))`;
      // The owner migrates, backs up and answers the doors below. It logs in for nothing else.
      await tx`create policy keeper on ${table} to current_user using (true) with check (true)`;
    });
  }
  await owner`grant usage, select on all sequences in schema public to ${owner(APP_ROLE)}`;
}

async function ensureRole(owner: postgres.Sql, password: string): Promise<void> {
  const [role] =
    await owner`select rolsuper, rolbypassrls, rolcreaterole, rolcanlogin from pg_roles where rolname = ${APP_ROLE}`;
  const secret = owner.unsafe(`'${password.replaceAll("'", "''")}'`);
  if (!role) {
    await owner`create role ${owner(APP_ROLE)} login nosuperuser nobypassrls nocreatedb nocreaterole password ${secret}`.catch(
      (error: { code?: string }) => {
        // Another database of the same server made it a moment ago.
        if (error.code !== "42710" && error.code !== "23505") throw error;
      },
    );
  } else if (role.rolsuper || role.rolbypassrls) {
    throw new Error(`The role ${APP_ROLE} may bypass row-level security. Take SUPERUSER and BYPASSRLS from it.`);
  }
  await owner`grant usage on schema public to ${owner(APP_ROLE)}`;
}
