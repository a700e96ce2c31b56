// Who may touch which row, put in force after every migration: row-level security with FORCE on every table of a
// workspace, and an app role that is neither owner nor superuser. It changes only what is not so already, because
// ALTER TABLE takes a lock.
import type postgres from "postgres";
import { open } from "./connect.ts";
import { Trouble } from "./trouble.ts";

export const APP_ROLE = "impresario_app";

/** Facts: written once, never changed or taken back by the app. */
export const APPEND_ONLY = [
  "event",
  "audit",
  "audit_block",
  "air",
  "vote_event",
  "ledger_seal",
  "rate",
  "source_entry",
];

/** Money: the app reads it, and moves it through `post_transfers` (below) alone. */
export const READ_ONLY = ["ledger_account", "ledger_transfer", "ledger_posting", "ledger_rollup", "ledger_block"];

/** Tables that belong to no workspace, each with the reason. */
export const SHARED: Record<string, string> = {
  tick: "one tick of the clock in the whole cluster",
  host: "a worker process of the cluster: it plays for every workspace",
  watch_quota: "what a key has asked of a platform today: it serves every workspace",
  provider_health: "how a provider does: its key serves every workspace",
  provider_seat: "how many of a provider's places are taken, by the ids of attempts",
  provider_task: "which attempt a provider's task belongs to, by their ids",
  provider_pace: "how many calls a provider's key has left in this minute",
  provider_queue: "which workspaces found no seat a moment ago",
};

/** The only functions that read with the owner's rights, before a workspace is known. Each was reviewed. */
export const DOORS = ["find_place", "find_token", "find_code", "find_action", "list_workspaces"];

/** The only function that writes with the owner's rights: in the workspace that was entered, and in no other. Reviewed. */
export const WRITERS = ["post_transfers"];

/** A query of the app that takes longer has lost its plan; a transaction that idles longer has lost its process. */
const LIMITS = ["statement_timeout=30s", "idle_in_transaction_session_timeout=60s"];

export async function secure(owner: postgres.Sql, password: string): Promise<void> {
  await ensureRole(owner, password);
  await secureTables(owner);
  await secureDoors(owner);
}

const FACTS = [...APPEND_ONLY, ...READ_ONLY];

async function secureTables(owner: postgres.Sql): Promise<void> {
  const tables = await owner<{ name: string; owned: boolean; secured: boolean; policies: number; granted: boolean }[]>`
    select c.relname as name,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped) as owned,
      c.relrowsecurity and c.relforcerowsecurity as secured,
      (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies,
      has_table_privilege(${APP_ROLE}, c.oid, 'select')
        and has_table_privilege(${APP_ROLE}, c.oid, 'insert') = (c.relname <> all (${READ_ONLY}))
        and has_table_privilege(${APP_ROLE}, c.oid, 'update') = (c.relname <> all (${FACTS}))
        and has_table_privilege(${APP_ROLE}, c.oid, 'delete') = (c.relname <> all (${FACTS})) as granted
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
  for (const { name, owned, secured, policies, granted } of tables) {
    if (!owned && !SHARED[name])
      throw new Error(`Table ${name} has no workspace_id. Give it one, or name it in SHARED (db/secure.ts).`);
    const table = owner(name);
    if (!granted) {
      const rights = READ_ONLY.includes(name)
        ? "select"
        : APPEND_ONLY.includes(name)
          ? "select, insert"
          : "select, insert, update, delete";
      await owner`revoke all on ${table} from ${owner(APP_ROLE)}`;
      await owner`grant ${owner.unsafe(rights)} on ${table} to ${owner(APP_ROLE)}`;
    }
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

/** By default everybody may execute a function. The doors are for the app alone, and there are no others. */
async function secureDoors(owner: postgres.Sql): Promise<void> {
  const doors = await owner<{ name: string; called: string; open: boolean; granted: boolean }[]>`
    select p.proname as name, p.oid::regprocedure::text as called,
      has_function_privilege('public', p.oid, 'execute') as open, has_function_privilege(${APP_ROLE}, p.oid, 'execute') as granted
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
  for (const { name, called, open, granted } of doors) {
    if (!DOORS.includes(name) && !WRITERS.includes(name))
      throw new Error(
        `Function ${name} runs with the owner's rights. Have it reviewed and name it in DOORS or WRITERS (db/secure.ts).`,
      );
    const door = owner.unsafe(called);
    if (open) await owner`revoke execute on function ${door} from public`;
    if (open || !granted) await owner`grant execute on function ${door} to ${owner(APP_ROLE)}`;
  }
}

async function ensureRole(owner: postgres.Sql, password: string): Promise<void> {
  const find = () => owner`select rolsuper, rolbypassrls, rolconfig from pg_roles where rolname = ${APP_ROLE}`;
  let [role] = await find();
  if (!role) {
    await create(owner, password);
    [role] = await find();
  }
  if (role!.rolsuper || role!.rolbypassrls) {
    const { host, database } = owner.options;
    throw new Trouble("bypass", {
      name: APP_ROLE,
      place: `${host}/${database}`,
      cause: role!.rolsuper ? "SUPERUSER" : "BYPASSRLS",
    });
  }
  await limit(owner, role!.rolconfig ?? []);
  const [schema] = await owner`select has_schema_privilege(${APP_ROLE}, 'public', 'usage') as granted`;
  if (!schema!.granted) await owner`grant usage on schema public to ${owner(APP_ROLE)}`;
}

const quoted = (owner: postgres.Sql, text: string) => owner.unsafe(`'${text.replaceAll("'", "''")}'`);

async function create(owner: postgres.Sql, password: string): Promise<void> {
  try {
    await owner`create role ${owner(APP_ROLE)} login nosuperuser nobypassrls nocreatedb nocreaterole password ${quoted(owner, password)}`;
  } catch (error) {
    const { code } = error as { code?: string };
    const { host, database } = owner.options;
    if (code === "42501") throw new Trouble("roles", { name: "DATABASE_URL", place: `${host}/${database}` }, error);
    // Another database of the same server made it a moment ago.
    if (code !== "42710" && code !== "23505") throw error;
  }
}

async function limit(owner: postgres.Sql, config: string[]): Promise<void> {
  for (const [name, value] of LIMITS.map((one) => one.split("=")) as [string, string][]) {
    if (config.some((one) => one.startsWith(`${name}=`))) continue;
    try {
      await again(() => owner`alter role ${owner(APP_ROLE)} set ${owner(name)} = ${quoted(owner, value)}`);
    } catch (error) {
      // An administrator made the role and its limits are theirs to set.
      if ((error as { code?: string }).code !== "42501") throw error;
    }
  }
}

/**
 * Gives the app's role this password: the key that it is made from was changed. The role belongs to the whole server:
 * answers with another database whose app would be locked out by it, and then changes nothing.
 */
export async function setPassword(ownerUrl: string, password: string): Promise<string | null> {
  const owner = open(ownerUrl, { max: 1 });
  const others = () => owner<{ datname: string }[]>`
    select datname from pg_stat_activity where usename = ${APP_ROLE} and datname <> current_database() limit 1`;
  try {
    if ((await others()).length > 0) {
      // One that has just ended may still be listed.
      await new Promise((done) => setTimeout(done, 500));
      const [other] = await others();
      if (other) return other.datname;
    }
    await again(() => owner`alter role ${owner(APP_ROLE)} password ${quoted(owner, password)}`);
    return null;
  } finally {
    await owner.end({ timeout: 1 });
  }
}

/** A role belongs to the whole server: two databases of it that start at once meet here ("tuple concurrently updated"). */
async function again<T>(work: () => Promise<T>, tries = 5): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: string }).code !== "XX000" || n >= tries) throw error;
    }
  }
}
