// Persons as an option can name them: by id, by @mention of an account, or by name.
import { rawOf } from "../../db/connect.ts";
import type { Act, Role } from "../act.ts";
import { type Entity, Wrong } from "../command/index.ts";

export type Known = { id: string; name: string; role: Role };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** "<@123>", "<@U123|ken>", "@ken": what platforms write where a person is mentioned. */
const MENTION = /^<?@!?([^|>]+)(?:\|[^>]*)?>?$/;

export const persons: Entity<Known> = {
  name: "person",
  async find(act, raw) {
    if (UUID.test(raw)) return byId(act, raw);
    const name = MENTION.exec(raw)?.[1] ?? raw;
    const account = await byAccount(act, name);
    if (account) return account;
    const named = await rawOf(act.db)<Known[]>`
      select id, name, role from person
      where lower(name) = lower(${name}) and merged_into is null and erased_at is null order by id limit 2`;
    if (named.length > 1) throw new Wrong("Several people are called {name}. Give the id.", { name });
    return named[0];
  },
  async search(act, typed) {
    const rows = await rawOf(act.db)<Known[]>`
      select id, name, role from person
      where merged_into is null and erased_at is null and strpos(lower(name), lower(${typed.replace(/^@/, "")})) > 0
      order by lower(name), id limit 25`;
    return rows.map((p) => ({ value: p.id, label: p.name }));
  },
};

/** Whoever this id stands for now: a person that was merged is found as the one that goes on. */
export async function byId(act: Pick<Act, "db">, id: string): Promise<Known | undefined> {
  const [row] = await rawOf(act.db)<Known[]>`
    select p.id, p.name, p.role from person q
    join person p on p.workspace_id = q.workspace_id and p.id = coalesce(q.merged_into, q.id)
    where q.id = ${id} and p.erased_at is null`;
  return row;
}

async function byAccount(act: Act, external: string): Promise<Known | undefined> {
  const [row] = await rawOf(act.db)<Known[]>`
    select p.id, p.name, p.role from account a join person p on p.workspace_id = a.workspace_id and p.id = a.person_id
    where a.surface = ${act.surface} and a.tenant = ${act.place.tenant} and a.external = ${external}`;
  return row;
}
