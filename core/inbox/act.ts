// Makes the `act` of a run: the caller and the workspace as they are now, in this transaction.
import { type Database, rawOf, type Tx } from "../../db/connect.ts";
import { job } from "../../db/schema/index.ts";
import { type Act, type Change, effectiveRole, type Place, type Role } from "../act.ts";
import { writeEvent } from "../event/index.ts";
import type { House } from "../house.ts";
import { type Keys, sealed, signed, unsealed } from "../keys.ts";
import { refuse } from "../problem.ts";
import { localeOf, say } from "../words/say.ts";
import type { Caller, Envelope } from "./envelope.ts";

/** One transaction, and the database it is in. */
export type Room = { database: Database; tx: Tx };
export type Made = { act: Act; changes: Change[] };

export type Who = {
  /** The person that goes on, when the caller was merged into another. */
  id?: string;
  /** What the caller's roles on the platform stand for here. */
  mapped?: Role[] | null;
  name: string;
  role: Role;
  locale: string | null;
  slug: string;
  brand: string;
  spoken: string;
  currency: string;
  zone: string;
  erased: boolean;
};

/** The same of many people of one place, by their ids and the roles that the platform says they have. */
export async function readWhos(tx: Tx, { surface, tenant }: Pick<Envelope, "surface" | "tenant">, ids: string[]) {
  const sql = rawOf(tx);
  const [rows, map] = await Promise.all([
    sql<(Who & { asked: string })[]>`
      select q.id as asked, p.id, p.name, p.role, p.locale, p.erased_at is not null as erased,
        w.slug, w.name as brand, w.locale as spoken, w.currency, w.zone
      from person q join person p on p.workspace_id = q.workspace_id and p.id = coalesce(q.merged_into, q.id)
      join workspace w on w.workspace_id = p.workspace_id
      where q.id = any(${ids}::uuid[])`,
    sql<{ external: string; role: Role }[]>`
      select external, role from role_map where surface = ${surface} and tenant = ${tenant}`,
  ]);
  const known = new Map(rows.map((row) => [row.asked, row]));
  return (id: string, roles: readonly string[] = []): Who | undefined => {
    const who = known.get(id);
    return who && { ...who, mapped: map.filter((m) => roles.includes(m.external)).map((m) => m.role) };
  };
}

/** The person and the workspace, in one statement. The policy of the transaction decides which workspace. */
export function readWho(tx: Tx, personId: string, from?: Pick<Envelope, "surface" | "tenant" | "account">) {
  const sql = rawOf(tx);
  const roles = from?.account.roles ?? [];
  const mapped =
    from && roles.length > 0
      ? sql`, (select array_agg(m.role) from role_map m
          where m.surface = ${from.surface} and m.tenant = ${from.tenant} and m.external = any(${roles})) as mapped`
      : sql``;
  return sql<Who[]>`
    select p.id, p.name, p.role, p.locale, p.erased_at is not null as erased,
      w.slug, w.name as brand, w.locale as spoken, w.currency, w.zone ${mapped}
    from person q join person p on p.workspace_id = q.workspace_id and p.id = coalesce(q.merged_into, q.id)
    join workspace w on w.workspace_id = p.workspace_id
    where q.id = ${personId}`;
}

const toolsOf = ({ files, bucket, providers, money = [] }: House) => ({ files, bucket, providers, money });

export function makeAct(
  house: House,
  { database, tx }: Room,
  caller: Caller,
  who: Who | undefined,
  run: string,
  place: Place,
  wanted?: string,
): Made {
  if (!who || who.erased) throw refuse("unknown-caller", "This account is not known here any more.");
  const { sources } = house;
  const locale = localeOf(who.locale ?? wanted ?? who.spoken);
  const changes: Change[] = [];
  const now = sources.now();
  const act: Act = {
    db: tx,
    database,
    databases: house.databases,
    workspace: {
      id: caller.workspaceId,
      slug: who.slug,
      name: who.brand,
      locale: who.spoken,
      currency: who.currency,
      zone: who.zone,
    },
    person: { id: who.id ?? caller.personId, name: who.name, role: who.role, locale },
    role: effectiveRole(who.role, who.mapped ?? []),
    locale,
    surface: place.surface,
    place,
    run,
    now,
    ahead: sources.ahead?.() ?? 0,
    newId: sources.newId,
    random: sources.random,
    say: (text, vars) => say(locale, text, vars),
    ...handsOf(house.keys),
    ...toolsOf(house),
    changed: (change) => void changes.push(change),
    stirred: (workspaceId) => house.stirred?.(workspaceId),
    async emit(kind, payload, subject = "") {
      await writeEvent(act, { name: kind.name, payload, subject });
      for (const reaction of house.reactions.get(kind.name) ?? []) {
        // Nobody asked for it: it is in nobody's list.
        await act.later({ name: reaction.name }, { event: kind.name, subject, ...payload }, { part: true });
      }
    },
    async later(kind, input, { key, at, part = false } = {}) {
      const id = sources.newId();
      const dueAt = at ?? now;
      const [row] = await tx
        .insert(job)
        .values({
          workspaceId: caller.workspaceId,
          id,
          name: kind.name,
          input,
          key: key ?? null,
          part,
          status: "waiting",
          runId: run,
          personId: act.person.id,
          createdAt: now,
          dueAt,
        })
        .onConflictDoNothing()
        .returning({ id: job.id });
      if (!row) return existingJob(act, kind.name, key ?? "");
      await house.queue.send(database, tx, { id, workspaceId: caller.workspaceId, name: kind.name, dueAt });
      return id;
    },
    resend: (job) => house.queue.send(database, tx, { ...job, workspaceId: caller.workspaceId }),
  };
  return { act, changes };
}

/** What a run may do with the keys, which it never holds. */
const handsOf = (keys: Keys): Pick<Act, "sign" | "seal" | "unseal"> => ({
  sign: (content) => signed(keys.audit, content),
  seal: (text, about) => sealed(keys.sealing, text, about),
  unseal: (seal, about) => unsealed(keys.sealing, seal, about),
});

async function existingJob(act: Act, name: string, key: string): Promise<string> {
  // Locked: it cannot end before this run, which waits for it too, is there to be told.
  const found = await rawOf(act.db)<{ id: string }[]>`
    select id from job where name = ${name} and key = ${key} and status in ('waiting', 'running') for share`;
  if (!found[0]) throw refuse("clash", "That work ended just now. Ask again.");
  return found[0].id;
}
