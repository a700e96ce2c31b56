// Everything that is kept about a person, as one JSON file: row by row, so that a long past fits in little memory.
import { rawOf } from "../../db/connect.ts";
import { type Act, jobKind, mayActAs } from "../act.ts";
import { refuse } from "../problem.ts";
import { allIdsOf, type PersonalTable, personalTables } from "./personal.ts";

export const personExport = jobKind<{ person: string }>("person export");

/** One's own data is one's own; other people's are the owner's to hand out. */
export function mayHandle(act: Act, personId: string): void {
  if (personId !== act.person.id && !mayActAs(act.role, "owner"))
    throw refuse("role", "This is for {role}, or for the person themself.", { role: act.say("role:owner") });
}

export async function exportPerson(
  act: Act,
  personId: string,
): Promise<{ name: string; bytes: AsyncIterable<Uint8Array> }> {
  mayHandle(act, personId);
  const ids = await allIdsOf(act.db, personId);
  if (ids.length === 0) throw refuse("missing", "This person is not known here.");
  const tables = await personalTables(act.db);
  const day = act.now.toISOString().slice(0, 10);
  return { name: `person-${day}.json`, bytes: write(act, ids, tables) };
}

const ROWS = 200;

async function* write(act: Act, ids: string[], tables: PersonalTable[]): AsyncIterable<Uint8Array> {
  const text = new TextEncoder();
  const head = { person: ids[0] === undefined ? null : ids, workspace: act.workspace.slug, at: act.now.toISOString() };
  yield text.encode(`${JSON.stringify(head).slice(0, -1)},"tables":{`);
  let firstTable = true;
  for (const table of tables) {
    yield text.encode(`${firstTable ? "" : ","}\n${JSON.stringify(table.table)}:[`);
    firstTable = false;
    let firstRow = true;
    for await (const rows of rowsOf(act, ids, table)) {
      for (const { row } of rows) {
        yield text.encode(`${firstRow ? "" : ","}\n${row}`);
        firstRow = false;
      }
    }
    yield text.encode("]");
  }
  yield text.encode("}}\n");
}

function rowsOf({ db }: Act, ids: string[], { table, columns, secrets }: PersonalTable) {
  const sql = rawOf(db);
  const about = columns.map((column) => sql`or t.${sql(column)} = any(${ids}::uuid[])`);
  return sql<{ row: string }[]>`
    select (to_jsonb(t) - ${secrets}::text[] #- '{envelope,content,token}')::text as row from ${sql(table)} t where false ${about}`.cursor(
    ROWS,
  );
}
