// One-time codes: eight letters that a person reads in one place and types in another, within ten minutes. Only their
// hash is kept, and how often somebody may try one is counted.
import { createHash } from "node:crypto";
import { type Database, inWorkspace, rawOf, type Tx, within } from "../../db/connect.ts";
import { type Act, LOBBY, type Role } from "../act.ts";
import { isId, READABLE, randomLetters } from "../ids.ts";
import { type Refusal, refuse } from "../problem.ts";
import { localeOf, say as sayIn } from "../words/say.ts";

export type CodeKind = "link" | "connect";

const LETTERS = 8;
export const CODE_MINUTES = 10;
const LIFE = CODE_MINUTES * 60_000;
/** 40 bits and ten minutes: at ten tries an hour a guess succeeds once in a hundred billion. */
const TRIES = 10;
const HOUR = 60 * 60_000;

const hashCode = (code: string): Buffer =>
  createHash("sha256").update(code.toUpperCase().replace(/[\s-]/g, "")).digest();

export type Issued = { id: string; code: string; expiresAt: Date };

/** Makes a code; the one that this person had open before ends. */
export async function issueCode(act: Act, kind: CodeKind): Promise<Issued> {
  const sql = rawOf(act.db);
  const at = act.now.toISOString();
  // Two wishes of one person at once take turns here.
  await sql`select from person where id = ${act.person.id} for update`;
  await sql`update code set ended_at = ${at} where issued_by = ${act.person.id} and kind = ${kind} and ended_at is null`;
  const issued = {
    id: act.newId(),
    code: randomLetters(LETTERS, READABLE),
    expiresAt: new Date(act.now.getTime() + LIFE),
  };
  await sql`
    insert into code (workspace_id, id, kind, hash, issued_by, run_id, issued_at, expires_at)
    values (${act.workspace.id}, ${issued.id}, ${kind}, ${hashCode(issued.code)}, ${act.person.id}, ${act.run}, ${at},
      ${issued.expiresAt.toISOString()})`;
  act.changed({ what: `code.${kind}`, id: issued.id, to: { expires_at: issued.expiresAt } });
  return issued;
}

/** Where a code leads. */
export type Door = { database: Database; workspaceId: string; id: string };

/** Counts the try, then looks in every database. Wrong codes and right ones cost the same. */
export async function findCode(act: Act, typed: string): Promise<Door | undefined> {
  await countTry(act);
  const hash = hashCode(typed);
  let found: Door | undefined;
  for (const database of act.databases) {
    const sql = database === act.database ? rawOf(act.db) : database.client;
    const [row] = await sql<{ workspace_id: string; id: string }[]>`select workspace_id, id from find_code(${hash})`;
    if (row && !found) found = { database, workspaceId: row.workspace_id, id: row.id };
  }
  return found;
}

async function countTry(act: Act): Promise<void> {
  const [row] = await rawOf(act.db)<{ tries: number }[]>`
    insert into guess as g (workspace_id, person_id, since, tries)
    values (${act.workspace.id}, ${act.person.id}, ${act.now.toISOString()}, 1)
    on conflict (workspace_id, person_id) do update set
      since = case when g.since <= ${new Date(act.now.getTime() - HOUR).toISOString()} then excluded.since else g.since end,
      tries = case when g.since <= ${new Date(act.now.getTime() - HOUR).toISOString()} then 1 else g.tries + 1 end
    where g.tries < ${TRIES} or g.since <= ${new Date(act.now.getTime() - HOUR).toISOString()}
    returning tries`;
  if (!row)
    throw refuse("rule", "That were too many codes. Wait an hour, then try again.", {}, { retryAfter: HOUR / 1000 });
}

/** Works in the workspace of a code: in this transaction where it is the same database, else in one of its own. */
export const inDoor = <T>(act: Act, door: Pick<Door, "database" | "workspaceId">, work: (db: Tx) => Promise<T>) =>
  door.database === act.database
    ? within(act.db, door.workspaceId, () => work(act.db))
    : inWorkspace(door.database, door.workspaceId, work);

export type CodeRow = {
  id: string;
  kind: CodeKind;
  run_id: string;
  expires_at: string;
  redeemed_at: string | null;
  ended_at: string | null;
  issuer: string;
  issuer_name: string;
  issuer_role: Role;
  issuer_locale: string | null;
  slug: string;
  brand: string;
  spoken: string;
};

export async function readCode(db: Tx, id: string): Promise<CodeRow> {
  const [row] = await rawOf(db)<CodeRow[]>`
    select c.id, c.kind, c.run_id, c.expires_at, c.redeemed_at, c.ended_at, p.id as issuer, p.name as issuer_name,
      p.role as issuer_role, p.locale as issuer_locale, w.slug, w.name as brand, w.locale as spoken
    from code c join person q on q.workspace_id = c.workspace_id and q.id = c.issued_by
    join person p on p.workspace_id = q.workspace_id and p.id = coalesce(q.merged_into, q.id)
    join workspace w on w.workspace_id = c.workspace_id
    where c.id = ${id}`;
  if (!row) throw new Error("A code was found and its row was not.");
  return row;
}

/** Why this code does not work, in words; nothing when it does. Its own run may ask again and is no second one. */
export function whyNot(act: Act, code: CodeRow, kind: CodeKind): Refusal | undefined {
  if (code.kind !== kind) {
    return code.kind === "link"
      ? refuse("rule", "This code links an account. Type it as /link code:…")
      : refuse("rule", "This code connects a place. Type it as /connect code:…");
  }
  if (code.redeemed_at) return refuse("clash", "This code was used already. Make a new one with /{kind}.", { kind });
  if (code.ended_at || new Date(code.expires_at) <= act.now)
    return refuse("rule", "This code has expired: it lives ten minutes. Make a new one with /{kind}.", { kind });
  return undefined;
}

export const unknownCode = (kind: CodeKind) =>
  refuse("missing", "This code is not known. Look at it again, or make a new one with /{kind}.", { kind });

/** Takes the code, once. What is claimed waits for the issuer's word. */
export async function takeCode(act: Act, db: Tx, id: string, claim: Claim): Promise<Refusal | undefined> {
  const at = act.now.toISOString();
  const rows = await rawOf(db)`
    update code set redeemed = ${JSON.stringify(claim)}, redeemed_at = ${at}
    where id = ${id} and redeemed_at is null and ended_at is null and expires_at > ${at} returning id`;
  return rows.length > 0 ? undefined : refuse("clash", "Somebody else used this code just now. Make a new one.");
}

/** Who typed the code, where, and in which run: what is told there when the issuer has decided. */
export type Claim = {
  workspace: string;
  person: string;
  name: string;
  run: string;
  surface: string;
  tenant: string;
  /** The account, when it comes from a place that no workspace owns. */
  account?: { external: string; locale?: string };
  /** The place, for `connect`. */
  external?: string;
  whole?: boolean;
};

/** The issuer's word: the code ends, and what was claimed with it comes back. */
export async function endCode(act: Act, id: string, kind: CodeKind): Promise<Claim> {
  if (!isId(id)) throw unknownCode(kind);
  const [row] = await rawOf(act.db)<{ redeemed: string }[]>`
    update code c set ended_at = ${act.now.toISOString()} from person q
    where c.id = ${id} and c.kind = ${kind} and c.ended_at is null and c.redeemed is not null
      and c.redeemed_at > ${new Date(act.now.getTime() - LIFE).toISOString()}
      and q.workspace_id = c.workspace_id and q.id = c.issued_by and coalesce(q.merged_into, q.id) = ${act.person.id}
    returning c.redeemed`;
  if (!row) throw refuse("rule", "This waited too long. Make a new code with /{kind}.", { kind });
  return JSON.parse(row.redeemed) as Claim;
}

/** Where the one who typed the code is told: the same workspace, or the lobby of the main database. */
export const doorOf = (act: Act, claim: Claim): Pick<Door, "database" | "workspaceId"> => ({
  database: claim.workspace === act.workspace.id ? act.database : act.databases[0]!,
  workspaceId: claim.workspace,
});

export const inLobby = (act: Pick<Act, "workspace">): boolean => act.workspace.slug === LOBBY;

/** The issuer's own language, wherever the code is typed. */
export const issuerSays = (code: CodeRow) => {
  const locale = localeOf(code.issuer_locale ?? code.spoken);
  return (text: string, vars?: Parameters<Act["say"]>[1]) => sayIn(locale, text, vars);
};
