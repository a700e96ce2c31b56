// The things in the library: each is a made file with where it came from, on what terms and who let it out.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind, mayActAs } from "../act.ts";
import type { Entity } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { asJson } from "../text.ts";

export type WorkStatus = "draft" | "approved" | "rejected";

export type Work = {
  id: string;
  kind: string;
  title: string;
  status: WorkStatus;
  channel: string | null;
  channelName: string | null;
  provider: string;
  model: string;
  prompt: string;
  promptName: string | null;
  promptVersion: number | null;
  seed: number | null;
  /** In `USD/6`. */
  cost: string;
  rights: { commercial?: string; stores?: string; terms?: string; label?: string };
  seconds: number | null;
  facts: Record<string, unknown>;
  parts: Record<string, string>;
  batch: string | null;
  reason: string | null;
  createdAt: string;
  // Of its file.
  type: string;
  name: string;
  bytes: string;
  sha256: string;
};

export type NewWork = Pick<
  Work,
  | "id"
  | "kind"
  | "title"
  | "channel"
  | "provider"
  | "model"
  | "prompt"
  | "seed"
  | "seconds"
  | "facts"
  | "parts"
  | "batch"
> & {
  status: WorkStatus;
  cost: bigint;
  rights: object;
  promptName?: string | undefined;
  promptVersion?: number | undefined;
  /** The rule of approval that let it out. */
  rule?: string;
};

export const workMade = eventKind<{ kind: string; title: string; channel: string | null; status: WorkStatus }>(
  "work.made",
);
export const workReviewed = eventKind<{ kind: string; from: WorkStatus; to: WorkStatus }>("work.reviewed");

export async function addWork(act: Act, work: NewWork): Promise<void> {
  await rawOf(act.db)`
    insert into work (workspace_id, id, kind, title, channel_id, status, provider, model, prompt, prompt_name, prompt_version,
      seed, cost, rights, seconds, facts, parts, batch_id, reviewed_at, reason, created_at)
    values (${act.workspace.id}, ${work.id}, ${work.kind}, ${work.title}, ${work.channel}, ${work.status}, ${work.provider},
      ${work.model}, ${work.prompt}, ${work.promptName ?? null}, ${work.promptVersion ?? null}, ${work.seed},
      ${String(work.cost)}, ${asJson(work.rights)}::text::jsonb, ${work.seconds}, ${asJson(work.facts)}::text::jsonb,
      ${asJson(work.parts)}::text::jsonb, ${work.batch}, ${work.rule ? act.now.toISOString() : null},
      ${work.rule ? act.say("let out by rule {rule}", { rule: work.rule }) : null}, ${act.now.toISOString()})`;
  const { kind, title, channel, status } = work;
  await act.emit(workMade, { kind, title, channel, status }, work.id);
}

const columns = (act: Act) => rawOf(act.db)`
  w.id, w.kind, w.title, w.status, w.channel_id as channel, c.name as "channelName", w.provider, w.model, w.prompt,
  w.prompt_name as "promptName", w.prompt_version as "promptVersion", w.seed::float8 as seed, w.cost, w.rights, w.seconds, w.facts, w.parts,
  w.batch_id as batch, w.reason, w.created_at as "createdAt", a.type, a.name, a.bytes, encode(a.sha256, 'hex') as sha256`;
const from = (act: Act) => rawOf(act.db)`
  from work w join asset a on a.workspace_id = w.workspace_id and a.id = w.id
  left join channel c on c.workspace_id = w.workspace_id and c.id = w.channel_id`;

export type Filter = {
  kind?: string | undefined;
  channel?: string | undefined;
  status?: WorkStatus | undefined;
  batch?: string | undefined;
  /** Every word of it must be somewhere in the title, the prompt or the channel's name. */
  query?: string | undefined;
  before?: string | undefined;
  /** What is not let out too, whoever asks: for the house's own messages to staff. */
  drafts?: boolean;
};

/** Drafts, and what was turned down, are for those who decide about them. */
const seenBy = ({ db, role }: Pick<Act, "db" | "role">) =>
  rawOf(db)`(w.status = 'approved' or ${mayActAs(role, "staff")}::boolean)`;

/** Newest first. */
export async function listWorks(act: Act, filter: Filter, most: number): Promise<Work[]> {
  const sql = rawOf(act.db);
  const words = (filter.query ?? "").toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
  return sql<Work[]>`
    select ${columns(act)} ${from(act)}
    where ${filter.drafts ? sql`true` : seenBy(act)} and (${filter.kind ?? null}::text is null or w.kind = ${filter.kind ?? null})
    ${filter.channel ? sql`and w.channel_id = ${filter.channel}` : sql``}
    ${filter.status ? sql`and w.status = ${filter.status}` : sql``}
    ${filter.batch ? sql`and w.batch_id = ${filter.batch}` : sql``}
    ${filter.before ? sql`and w.id < ${filter.before}` : sql``}
    and not exists (select from unnest(${words}::text[]) as asked(word)
      where strpos(lower(w.title || ' ' || w.prompt || ' ' || coalesce(c.name, '') || ' ' || w.provider), word) = 0)
    order by w.id desc limit ${most}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHORT = /^#?[0-9a-f]{6,12}$/i;
const OFFERED = 25;
export const shortOf = (id: string): string => id.slice(-8);

/** By its id, the end of its id, or its title. */
export const works: Entity<Work> = {
  name: "asset",
  async find(act, raw) {
    const sql = rawOf(act.db);
    const typed = raw.trim();
    const wanted = UUID.test(typed)
      ? sql`w.id = ${typed}`
      : SHORT.test(typed)
        ? sql`w.id::text like ${`%${typed.replace("#", "").toLowerCase()}`}`
        : sql`lower(w.title) = ${typed.toLowerCase()}`;
    const [found] = await sql<
      Work[]
    >`select ${columns(act)} ${from(act)} where ${wanted} and ${seenBy(act)} order by w.id desc limit 1`;
    return found;
  },
  async search(act, typed) {
    const found = await listWorks(act as Act, { query: typed }, OFFERED);
    return found.map((w) => ({ value: w.id, label: `${w.title} · ${w.kind} · ${shortOf(w.id)}` }));
  },
};

/** Lets it out, or holds it back. It is decided once: whoever comes second is told what was decided. */
export async function review(act: Act, work: Work, to: "approved" | "rejected", reason?: string): Promise<Work> {
  const rows = await rawOf(act.db)`
    update work set status = ${to}, reviewed_by = ${act.person.id}, reviewed_at = ${act.now.toISOString()}, reason = ${reason ?? null}
    where id = ${work.id} and status = 'draft' returning 1`;
  if (rows.length === 0) {
    const now = await works.find(act, work.id);
    throw refuse("clash", "{title} is {status} already.", {
      title: work.title,
      status: act.say(`work:${now?.status ?? work.status}`),
    });
  }
  act.changed({ what: "work", id: work.id, from: "draft", to });
  await act.emit(workReviewed, { kind: work.kind, from: "draft", to }, work.id);
  return { ...work, status: to };
}
