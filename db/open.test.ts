// Opening databases of every kind, on a server of its own that asks the app for its password.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folder, query } from "../test/embedded.ts";
import { inWorkspace } from "./connect.ts";
import { type Embedded, startEmbedded } from "./embedded.ts";
import { lookAtDatabases } from "./look.ts";
import { type OpenOptions, openDatabases } from "./open.ts";
import { DOORS, WRITERS } from "./secure.ts";

const quiet = { info() {}, warn() {}, error() {} };
const WORKSPACE = "01900000-0000-7000-8000-000000000000";
const ADMIN_PASSWORD = "hush-hush";
let dataDir: string;
let server: Embedded;

beforeAll(async () => {
  dataDir = folder();
  server = await startEmbedded({ dataDir, log: quiet, throwaway: true });
  await admin(`create role plain login password '${ADMIN_PASSWORD}'`);
  await admin("create database plain owner plain");
  for (const name of ["one", "two", "three"]) await admin(`create database ${name}`);
  writeFileSync(join(dataDir, "postgres/pg_hba.conf"), "local all owner trust\nlocal all all scram-sha-256\n");
  await admin("select pg_reload_conf()");
});
afterAll(() => server.release());

const admin = (text: string, database = "impresario") => query(at(database), text);

function at(database: string, user = "owner", password = ""): string {
  const url = new URL(server.ownerUrl);
  url.pathname = `/${database}`;
  url.username = user;
  url.password = password;
  return url.href;
}

const plan = (more: Partial<OpenOptions>): OpenOptions => ({
  dataDir,
  secretKey: "a",
  log: quiet,
  max: 2,
  waitMs: 300,
  ...more,
});

/** Opens, looks and closes. */
async function opened(more: Partial<OpenOptions>): Promise<Record<string, { who: string; sees: number }>> {
  const all = await openDatabases(plan(more));
  const seen: Record<string, { who: string; sees: number }> = {};
  for (const database of all.databases) {
    const [row] = await inWorkspace(database, WORKSPACE, (tx) =>
      tx.execute<{ who: string; sees: number }>(
        "select current_user as who, (select count(*)::int from workspace) as sees",
      ),
    );
    seen[database.name] = row!;
  }
  await all.close();
  return seen;
}

const APP = { who: "impresario_app", sees: 0 };
const refused = async (more: Partial<OpenOptions>) => {
  const error = await opened(more).then(
    () => null,
    (error) => error,
  );
  expect(error?.message).not.toContain(ADMIN_PASSWORD);
  return { code: error?.code, message: error?.message };
};

// First, while the server has no role of ours yet.
test("a user who may not create roles is told what to do, and DATABASE_APP_URL is the way out", async () => {
  const databaseUrl = at("plain", "plain", ADMIN_PASSWORD);
  const { code, message } = await refused({ databaseUrl });
  expect(code).toBe("roles");
  expect(message).toMatch(/CREATEROLE.*CREATE ROLE impresario_app LOGIN NOSUPERUSER NOBYPASSRLS.*DATABASE_APP_URL/);
  await admin("create role impresario_app login password 'given'");
  const databaseAppUrl = at("plain", "impresario_app", "given");
  expect(await opened({ databaseUrl, databaseAppUrl })).toEqual({ main: APP });
  // Again, as at every later start.
  expect(await opened({ databaseUrl, databaseAppUrl })).toEqual({ main: APP });
});

test("DATABASE_APP_URL must be the app's, and its password the right one", async () => {
  const databaseUrl = at("one");
  expect(await refused({ databaseUrl, databaseAppUrl: at("one", "plain", ADMIN_PASSWORD) })).toMatchObject({
    code: "app",
  });
  const wrong = await refused({ databaseUrl, databaseAppUrl: at("one", "impresario_app", "wrong") });
  expect(wrong).toEqual({ code: "login", message: expect.stringContaining("in DATABASE_APP_URL") });
});

test("the app's password follows SECRET_KEY", async () => {
  const databaseUrl = at("one");
  expect(await opened({ databaseUrl, secretKey: "a" })).toEqual({ main: APP });
  expect(await opened({ databaseUrl, secretKey: "b" })).toEqual({ main: APP });
  expect(await opened({ databaseUrl, secretKey: "a" })).toEqual({ main: APP });
});

test("whoever only looks is told of another key, and changes nothing", async () => {
  const databaseUrl = at("one");
  await opened({ databaseUrl, secretKey: "a" });
  const look = async (secretKey: string | undefined) =>
    (await lookAtDatabases({ ...plan({ databaseUrl }), secretKey }))[0];
  expect(await look("b")).toMatchObject({ name: "main", login: "another key", waiting: 0, newer: 0 });
  expect(await look("a")).toMatchObject({ login: "ours" });
  expect(await look(undefined)).toMatchObject({ login: "not made yet" });
  const refused = await lookAtDatabases({
    ...plan({ databaseUrl: at("one", "impresario_app", "wrong") }),
    secretKey: "a",
  });
  expect(refused).toMatchObject([{ code: "login" }]);
});

test("another deployment on the same server is not locked out", async () => {
  const other = await openDatabases(plan({ databaseUrl: at("two"), secretKey: "a" }));
  await inWorkspace(other.databases[0]!, WORKSPACE, (tx) => tx.execute("select 1"));
  const { code, message } = await refused({ databaseUrl: at("one"), secretKey: "b" });
  expect({ code, message }).toEqual({ code: "shared", message: expect.stringContaining("(database two)") });
  await other.close();
});

test("a user who may not change the role's password is told so", async () => {
  const { code } = await refused({ databaseUrl: at("plain", "plain", ADMIN_PASSWORD), secretKey: "another" });
  expect(code).toBe("roles");
});

test("workspaces may live in databases of their own", async () => {
  const workspaceDatabases = `eu=${at("two")},us=${at("three")}`;
  expect(await opened({ databaseUrl: at("one"), workspaceDatabases })).toEqual({ main: APP, eu: APP, us: APP });
});

test.each([
  ["eu", "eu"],
  ["EU=postgres://h/d", "EU"],
  ["main=postgres://h/d", "main"],
  ["eu=postgres://h/d,eu=postgres://h/e", "eu"],
])("a wrong list of databases: %s", async (workspaceDatabases, part) => {
  expect(await refused({ workspaceDatabases })).toEqual({
    code: "list",
    message: expect.stringContaining(`at ${part}.`),
  });
});

test.each(["mysql://u:hush-hush@h/d", "postgres://u:hush-hush@h", "hush-hush", "postgres:///d"])(
  "a wrong address: %s",
  async (databaseUrl) => {
    expect(await refused({ databaseUrl })).toMatchObject({
      code: "url",
      message: expect.stringContaining("DATABASE_URL"),
    });
  },
);

test("one that cannot be reached, does not exist or refuses us", async () => {
  const begun = performance.now();
  const away = await refused({ databaseUrl: `postgres://u:${ADMIN_PASSWORD}@127.0.0.1:9/d` });
  expect(away).toEqual({
    code: "away",
    message: expect.stringMatching(/127\.0\.0\.1:9\/d\) cannot be reached \(ECONNREFUSED\)/),
  });
  expect(performance.now() - begun).toBeLessThan(3000);
  expect(await refused({ databaseUrl: at("nowhere") })).toMatchObject({
    code: "away",
    message: expect.stringContaining('"nowhere" does not exist'),
  });
  expect(await refused({ databaseUrl: at("plain", "plain", "wrong") })).toMatchObject({ code: "login" });
});

test("a user who may not change the database is told so", async () => {
  await admin("create database four");
  expect(await refused({ databaseUrl: at("four", "plain", ADMIN_PASSWORD) })).toMatchObject({
    code: "rights",
    message: expect.stringContaining("OWNER TO"),
  });
});

test("an app that could read past the fences is refused", async () => {
  const databaseUrl = at("one");
  await admin("alter role impresario_app bypassrls");
  expect(await refused({ databaseUrl })).toMatchObject({ code: "bypass" });
  await admin("alter role impresario_app nobypassrls");
  await admin("grant owner to impresario_app");
  expect(await refused({ databaseUrl })).toMatchObject({ code: "bypass", message: expect.stringContaining("(owner)") });
  await admin("revoke owner from impresario_app");
  expect(await opened({ databaseUrl })).toEqual({ main: APP });
});

test("several that start at once on new databases of one server", async () => {
  for (const name of ["five", "six"]) await admin(`create database ${name}`);
  const starts = ["five", "five", "five", "six", "six"].map((name) => opened({ databaseUrl: at(name) }));
  for (const seen of await Promise.all(starts)) expect(seen).toEqual({ main: APP });
});

test("the doors are open to the app alone, and there are no others", async () => {
  await opened({ databaseUrl: at("one") });
  const doors = await query<{ name: string; open: boolean; app: boolean }>(
    at("one"),
    `select proname as name, has_function_privilege('public', oid, 'execute') as open,
      has_function_privilege('impresario_app', oid, 'execute') as app
     from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by proname`,
  );
  expect(doors).toEqual([...DOORS, ...WRITERS].sort().map((name) => ({ name, open: false, app: true })));
  await query(
    at("one"),
    "create function back_door() returns bigint language sql security definer as 'select count(*) from workspace'",
  );
  expect((await refused({ databaseUrl: at("one") })).message).toContain(
    "Function back_door runs with the owner's rights",
  );
  await query(at("one"), "drop function back_door()");
});

test("facts can be added and not changed, and the app's queries have a limit", async () => {
  await opened({ databaseUrl: at("one") });
  await query(at("one"), "grant update on audit to impresario_app");
  const { databases, close } = await openDatabases(plan({ databaseUrl: at("one") }));
  const ask = (text: string) => inWorkspace(databases[0]!, WORKSPACE, (tx) => tx.execute(text));
  await expect(ask("update audit set command = ''")).rejects.toMatchObject({ cause: { code: "42501" } });
  await expect(ask("delete from event")).rejects.toMatchObject({ cause: { code: "42501" } });
  expect(await ask("show statement_timeout")).toEqual([{ statement_timeout: "30s" }]);
  expect(await ask("show idle_in_transaction_session_timeout")).toEqual([
    { idle_in_transaction_session_timeout: "1min" },
  ]);
  await close();
});
