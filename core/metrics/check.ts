// Ticking what a stage's checklist asks for, and signing the gates that no figure can decide.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import type { Entity } from "../command/index.ts";
import { refuse } from "../problem.ts";

export const stageChecked = eventKind<{ stage: number; kind: string; slug: string; done: boolean }>("stage.checked");

export type Checkable = {
  kind: "item" | "gate";
  id: string;
  slug: string;
  stage: number;
  says: string;
  done_at: string | null;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Everything that can be ticked or signed. Near ones first: this stage's list, its gates, then what the next one needs before it begins. */
const all = (act: Pick<Act, "db">) => rawOf(act.db)`
  select * from (
    select 'item' as kind, i.id, i.slug, i.stage, i.says, i.done_at, i.position,
      i.stage = s.number or (i.stage = s.number + 1 and i.due = 'before') as near
    from checklist_item i, stage s where s.current
    union all
    select 'gate', g.id, g.slug, g.stage, g.says, g.signed_at, g.position, g.stage = s.number
    from gate g, stage s where s.current and g.metric is null
  ) step`;

export const checkables: Entity<Checkable> = {
  name: "item",
  async find(act, raw) {
    const sql = rawOf(act.db);
    const wanted = raw.toLowerCase();
    const [found] = await sql<Checkable[]>`
      ${all(act)} where ${UUID.test(raw) ? sql`id = ${raw}` : sql`near and (slug = ${wanted} or lower(says) = ${wanted})`}
      order by stage, kind desc, position limit 1`;
    return found;
  },
  async search(act, typed) {
    const rows = await rawOf(act.db)<Checkable[]>`
      ${all(act)} where near and (strpos(lower(says), lower(${typed})) > 0 or strpos(slug, lower(${typed})) > 0)
      order by done_at is not null, stage, kind desc, position limit 25`;
    return rows.map((step) => ({ value: step.id, label: step.says }));
  },
};

/** True when it was not so before. */
export async function check(act: Act, step: Checkable, done: boolean): Promise<boolean> {
  if (step.kind === "gate" && act.role !== "owner")
    throw refuse("role", "“{says}” is a gate: only an owner signs it.", { says: step.says });
  const sql = rawOf(act.db);
  const by = done ? act.person.id : null;
  const at = done ? act.now.toISOString() : null;
  const rows =
    step.kind === "item"
      ? await sql`
          update checklist_item set done_by = ${by}, done_at = ${at}
          where id = ${step.id} and (done_at is null) = ${done} returning id`
      : await sql`
          update gate set signed_by = ${by}, signed_at = ${at}
          where id = ${step.id} and metric is null and (signed_at is null) = ${done} returning id`;
  if (rows.length === 0) return false;
  act.changed({
    what: step.kind === "item" ? "checklist_item" : "gate",
    id: step.id,
    from: { done: !done },
    to: { done, slug: step.slug, stage: step.stage },
  });
  await act.emit(stageChecked, { stage: step.stage, kind: step.kind, slug: step.slug, done }, step.id);
  return true;
}

/** What is still open on the lists that matter now. */
export async function stillOpen(act: Act): Promise<Checkable[]> {
  const rows = await rawOf(act.db)<Checkable[]>`
    ${all(act)} where near and kind = 'item' and done_at is null order by stage, position`;
  return [...rows];
}
