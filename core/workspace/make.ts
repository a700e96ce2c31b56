// Another workspace, made from one that is there: here, or in a database of its own.
import { type Database, inWorkspace, rawOf, type Tx, within } from "../../db/connect.ts";
import { type Act, LOBBY } from "../act.ts";
import type { BlueprintName } from "../blueprints/index.ts";
import { idFrom } from "../ids.ts";
import { keepToken, newSecret } from "../people/index.ts";
import { refuse } from "../problem.ts";
import { listWorkspaces, writeWorkspace } from "./create.ts";
import { MAIN } from "./first.ts";
import { loadBlueprint } from "./setup.ts";

export type Wanted = { name: string; blueprint?: BlueprintName | undefined; database?: string | undefined };
export type Made = { id: string; slug: string; secret: string };

/** "Night Radio!" is "night-radio". */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "") || "workspace";

/** How many workspaces may share a name before we ask for another one. */
const SAME_NAME = 1000;

export async function makeWorkspace(act: Act, wanted: Wanted): Promise<Made> {
  const database = databaseOf(act, wanted.database);
  // In another database it commits before this run does: a second try of the run finds what the first one made.
  const made = { workspaceId: idFrom(act.run, "workspace"), personId: idFrom(act.run, "owner") };
  const taken = new Set([MAIN, LOBBY]);
  for (const other of act.databases) {
    const rows = await listWorkspaces(other === act.database ? act.db : other);
    for (const { workspaceId, slug } of rows) if (workspaceId !== made.workspaceId) taken.add(slug);
  }
  const fill = (db: Tx) => fillWorkspace(act, db, made, wanted, taken);
  const { slug, secret } = await (database === act.database
    ? within(act.db, made.workspaceId, () => fill(act.db))
    : inWorkspace(database, made.workspaceId, fill));
  await remember(act, made.workspaceId, { slug, name: wanted.name, database: database.name });
  act.changed({ what: "workspace", id: made.workspaceId, to: { slug, name: wanted.name, database: database.name } });
  return { id: made.workspaceId, slug, secret };
}

function databaseOf(act: Act, name: string | undefined): Database {
  if (!name) return act.database;
  const found = act.databases.find((d) => d.name === name);
  if (found) return found;
  throw refuse("options", "There is no database called {name}. There are: {names}.", {
    name,
    names: act.databases.map((d) => d.name).join(", "),
  });
}

type Ids = { workspaceId: string; personId: string };

async function fillWorkspace(act: Act, db: Tx, made: Ids, wanted: Wanted, taken: ReadonlySet<string>) {
  const { now, newId, workspace: from } = act;
  const { workspaceId, personId } = made;
  const slug = (await slugThere(db)) ?? (await writeNew(db, act, made, wanted, taken));
  if (wanted.blueprint) {
    const { locale, currency, zone } = from;
    const workspace = { id: workspaceId, slug, name: wanted.name, locale, currency, zone };
    await loadBlueprint({ db, workspace, now, newId }, wanted.blueprint);
  }
  const secret = newSecret();
  // A token of an earlier try was shown to nobody.
  await rawOf(db)`update token set revoked_at = ${now.toISOString()} where revoked_at is null`;
  const maker = { db, workspaceId, personId: null, now, newId };
  await keepToken(maker, { personId, name: "Owner", secret, source: "command" });
  return { slug, secret };
}

const slugThere = async (db: Tx): Promise<string | undefined> =>
  (await rawOf(db)<{ slug: string }[]>`select slug from workspace`)[0]?.slug;

async function writeNew(db: Tx, act: Act, made: Ids, { name }: Wanted, taken: ReadonlySet<string>): Promise<string> {
  const base = slugOf(name);
  const { locale, currency, zone } = act.workspace;
  for (let n = 1; n <= SAME_NAME; n++) {
    const slug = n === 1 ? base : `${base}-${n}`;
    if (taken.has(slug)) continue;
    const owner = act.person.name;
    // The unique index has the last word when two are made at once.
    if (await writeWorkspace(db, act.now, made, { name, slug, locale, currency, zone, owner })) return slug;
  }
  throw refuse("clash", "There are too many workspaces called {name}. Choose another name.", { name });
}

/** The workspace that made another knows of it; nobody else does, but the default one knows all. */
const remember = (act: Act, id: string, about: { slug: string; name: string; database: string }) => rawOf(act.db)`
  insert into setting (workspace_id, key, value, updated_at)
  values (${act.workspace.id}, ${`workspace:${id}`}, ${JSON.stringify(about)}::text::jsonb, ${act.now.toISOString()})
  on conflict (workspace_id, key) do update set value = excluded.value, updated_at = excluded.updated_at`;

export type Shown = { id: string; slug: string; name?: string; database: string };

export async function workspacesOf(act: Act): Promise<Shown[]> {
  const { id, slug, name } = act.workspace;
  const own: Shown = { id, slug, name, database: act.database.name };
  const made = await rawOf(act.db)<{ key: string; value: { slug: string; name: string; database: string } }[]>`
    select key, value from setting where key like 'workspace:%' order by key`;
  const known = new Map(made.map((m) => [m.key.slice("workspace:".length), m.value]));
  if (slug !== MAIN) return [own, ...[...known].map(([key, value]) => ({ id: key, ...value }))];
  const all: Shown[] = [];
  for (const database of act.databases) {
    for (const row of await listWorkspaces(database === act.database ? act.db : database)) {
      if (row.slug === LOBBY) continue;
      const about = row.workspaceId === id ? own : known.get(row.workspaceId);
      all.push({
        id: row.workspaceId,
        slug: row.slug,
        ...(about ? { name: about.name ?? row.slug } : {}),
        database: database.name,
      });
    }
  }
  return all;
}
