// Rules by which a made thing is let out without a person: kept as rows, the first that fits decides.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";

export type Approval = {
  id: string;
  kind: string | null;
  channel: string | null;
  channelName: string | null;
  provider: string | null;
  /** From 0 to 1, as the quality gate measures. */
  least: number;
};
type NewApproval = {
  kind?: string | undefined;
  channel?: string | undefined;
  provider?: string | undefined;
  least: number;
};

const MOST = 100;

export const listApprovals = (act: Act): Promise<Approval[]> => rawOf(act.db)<Approval[]>`
  select r.id, r.kind, r.channel_id as channel, c.name as "channelName", r.provider, r.least
  from approval r left join channel c on c.workspace_id = r.workspace_id and c.id = r.channel_id
  order by r.id`;

export async function addApproval(act: Act, { kind, channel, provider, least }: NewApproval): Promise<string> {
  if (kind === undefined && channel === undefined && provider === undefined)
    throw refuse(
      "options",
      "Say at least a kind, a channel or a provider: a rule for everything would leave no review.",
    );
  const id = act.newId();
  const rows = await rawOf(act.db)`
    insert into approval (workspace_id, id, kind, channel_id, provider, least, set_by, set_at)
    select ${act.workspace.id}, ${id}, ${kind ?? null}, ${channel ?? null}, ${provider ?? null}, ${least}, ${act.person.id},
      ${act.now.toISOString()}
    where (select count(*) from approval) < ${MOST} returning 1`;
  if (rows.length === 0) throw refuse("rule", "There are {most} rules already. Remove one first.", { most: MOST });
  act.changed({ what: "approval", id, to: { kind, channel, provider, least } });
  return id;
}

export async function removeApproval(act: Act, id: string): Promise<void> {
  const rows = await rawOf(act.db)`delete from approval where id::text = ${id.toLowerCase()} returning 1`;
  if (rows.length === 0) throw refuse("missing", "There is no such rule. /approval list shows those there are.");
  act.changed({ what: "approval", id, to: null });
}

export type Judged = { kind: string; channel: string | null; provider: string; quality: number };

/** The rule that lets it out; undefined: a person decides. */
export async function ruleFor(act: Act, { kind, channel, provider, quality }: Judged): Promise<string | undefined> {
  const [rule] = await rawOf(act.db)<{ id: string }[]>`
    select id from approval
    where (kind is null or kind = ${kind}) and (channel_id is null or channel_id = ${channel}::uuid)
      and (provider is null or provider = ${provider}) and least <= ${quality}
    order by id limit 1`;
  return rule?.id;
}
