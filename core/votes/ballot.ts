// A ballot: opened, found, and read with its counts as they are now.
import { rawOf } from "../../db/connect.ts";
import type { Act, Place } from "../act.ts";
import { type Entity, Wrong } from "../command/index.ts";
import { randomLetters } from "../ids.ts";
import { refuse } from "../problem.ts";
import { asJson } from "../text.ts";
import { ballotOpened } from "./events.ts";
import { readSettings } from "./settings.ts";
import { type Decision, HEAVIEST } from "./tally.ts";

export const KINDS = ["question", "next", "theme"] as const;
export type BallotKind = (typeof KINDS)[number];
/** What a row of buttons, a menu and a spoken answer can all hold (Discord: 5 a row, 2 rows of a card). */
export const MOST_CHOICES = 10;

/** Where a ballot's card is: `subject` is its name in the outbox. */
export type Shown = Place & { subject: string };

export type Choice = {
  id: string;
  position: number;
  label: string;
  asset: string | null;
  value: string | null;
  request: string | null;
  playedAt: string | null;
  votes: number;
  weight: number;
};

export type Hold = {
  why: string;
  choice: string;
  votes: number;
  seconds: number;
  since: string;
  /** What staff said about it. */
  verdict?: "release" | "void" | "close";
};

export type Ballot = {
  id: string;
  kind: BallotKind;
  channel: string | null;
  channelSlug: string | null;
  channelName: string | null;
  question: string;
  status: "open" | "held" | "closed";
  hidden: boolean;
  quorum: number;
  weights: Record<string, number>;
  seed: string;
  places: Shown[];
  buttons: Record<string, string>;
  hold: Hold | null;
  winner: string | null;
  decidedBy: string | null;
  result: Decision | null;
  /** The track on air that it was opened for, when nobody asked. */
  forItem: string | null;
  run: string | null;
  openedBy: string | null;
  locale: string;
  /** How many of the tally's changes its cards show. */
  shown: number;
  openedAt: string;
  closesAt: string;
  closedAt: string | null;
  /** How often the tally was changed. */
  changes: number;
  /** Votes that wait for staff. */
  heldVotes: number;
  choices: Choice[];
};

export type NewChoice = {
  label: string;
  asset?: string | undefined;
  value?: string | undefined;
  request?: string | undefined;
  ownPerson?: string | undefined;
  playedAt?: Date | string | undefined;
};

export type NewBallot = {
  kind?: BallotKind;
  channel?: string | undefined;
  question: string;
  choices: readonly NewChoice[];
  closesAt: Date;
  quorum?: number | undefined;
  hidden?: boolean | undefined;
  weights?: Record<string, number> | undefined;
  forItem?: string | undefined;
};

/** Undefined: the channel has an open one already, or this track had one. */
export async function openBallot(act: Act, given: NewBallot): Promise<Ballot | undefined> {
  const { kind = "question", channel = null, question, choices, closesAt, quorum = 1, hidden = false } = given;
  const settings = await readSettings(act);
  const weights = given.weights ?? settings.weights;
  if (Object.values(weights).some((w) => w < 0 || w > HEAVIEST))
    throw refuse("rule", "A role may weigh three votes at most.");
  const { minMinutes, youngHours, youngWeight, linked } = settings;
  const id = act.newId();
  const sql = rawOf(act.db);
  const made = await sql`
    insert into ballot (workspace_id, id, kind, channel_id, question, status, hidden, quorum, weights, rules, seed, for_item,
      opened_by, run_id, locale, opened_at, closes_at)
    values (${act.workspace.id}, ${id}, ${kind}, ${channel}, ${question}, 'open', ${hidden}, ${quorum},
      ${asJson(weights)}::text::jsonb, ${asJson({ minMinutes, youngHours, youngWeight, linked })}::text::jsonb,
      ${randomLetters(24)}, ${given.forItem ?? null}, ${act.person.id}, ${act.run}, ${act.locale}, ${act.now.toISOString()},
      ${closesAt.toISOString()})
    on conflict do nothing returning 1`;
  if (made.length === 0) return undefined;
  const rows = choices.map((c) => ({ id: act.newId(), ...c }));
  await sql`
    insert into choice (workspace_id, id, ballot_id, position, label, asset_id, value, request_id, own_person_id, played_at)
    select ${act.workspace.id}, c.* from (
      select id, ${id}::uuid, n, label, asset, value, request, own, played
      from unnest(${rows.map((c) => c.id)}::uuid[], ${rows.map((c) => c.label)}::text[], ${rows.map((c) => c.asset ?? null)}::uuid[],
        ${rows.map((c) => c.value ?? null)}::text[], ${rows.map((c) => c.request ?? null)}::uuid[],
        ${rows.map((c) => c.ownPerson ?? null)}::uuid[],
        ${rows.map((c) => (c.playedAt ? new Date(c.playedAt).toISOString() : null))}::text[]::timestamptz[]) with ordinality
        as g (id, label, asset, value, request, own, played, n)) c`;
  act.changed({ what: "ballot", id, to: { question, choices: rows.map((c) => c.label), closesAt } });
  await act.emit(ballotOpened, { ballot: id, channel, kind, closes_at: closesAt.toISOString() }, id);
  return getBallot(act, id);
}

type Row = Omit<Ballot, "choices">;

const columns = (act: Pick<Act, "db">) => rawOf(act.db)`
  b.id, b.kind, b.channel_id as channel, c.slug as "channelSlug", c.name as "channelName", b.question, b.status, b.hidden,
  b.quorum, b.weights::text as weights, b.seed, b.places::text as places, b.buttons::text as buttons, b.hold::text as hold,
  b.winner_id as winner, b.decided_by as "decidedBy", b.result::text as result, b.for_item as "forItem", b.run_id as run, b.opened_by as "openedBy", b.locale, b.shown::float8 as shown, b.opened_at as "openedAt",
  b.closes_at as "closesAt", b.closed_at as "closedAt",
  (select coalesce(sum(t.changes), 0)::float8 from tally t where t.workspace_id = b.workspace_id and t.ballot_id = b.id) as changes,
  case when b.status = 'held' then (select count(*)::int from vote v where v.workspace_id = b.workspace_id
    and v.ballot_id = b.id and v.state = 'held') else 0 end as "heldVotes"`;
const from = (act: Pick<Act, "db">) => rawOf(act.db)`
  from ballot b left join channel c on c.workspace_id = b.workspace_id and c.id = b.channel_id`;

type Text<T> = { [K in keyof T]: T[K] extends string | number | boolean | null ? T[K] : string };
const parsed = <T>(text: string | null): T => JSON.parse(text ?? "null") as T;
const iso = (at: string | null) => (at === null ? null : new Date(at).toISOString());

async function whole(act: Pick<Act, "db">, rows: Text<Row>[]): Promise<Ballot[]> {
  if (rows.length === 0) return [];
  const all = await rawOf(act.db)<(Choice & { ballot: string })[]>`
    select c.ballot_id as ballot, c.id, c.position, c.label, c.asset_id as asset, c.value, c.request_id as request, c.played_at as "playedAt",
      coalesce(sum(t.votes), 0)::int as votes, coalesce(sum(t.weight), 0)::float8 as weight
    from choice c left join tally t on t.workspace_id = c.workspace_id and t.ballot_id = c.ballot_id and t.choice_id = c.id
    where c.ballot_id = any(${rows.map((r) => r.id)}::uuid[])
    group by c.workspace_id, c.id order by c.position`;
  return rows.map((row) => ({
    ...(row as unknown as Ballot),
    weights: parsed(row.weights),
    places: parsed(row.places),
    buttons: parsed(row.buttons),
    hold: parsed(row.hold),
    result: parsed(row.result),
    openedAt: iso(row.openedAt)!,
    closesAt: iso(row.closesAt)!,
    closedAt: iso(row.closedAt),
    choices: all
      .filter((c) => c.ballot === row.id)
      .map(({ ballot: _, ...choice }) => ({ ...choice, playedAt: iso(choice.playedAt) })),
  }));
}

export async function getBallot(act: Pick<Act, "db">, id: string): Promise<Ballot> {
  const rows = await rawOf(act.db)<Text<Row>[]>`select ${columns(act)} ${from(act)} where b.id = ${id}`;
  const [found] = await whole(act, [...rows]);
  if (!found) throw refuse("missing", "There is no such ballot here.");
  return found;
}

export type BallotFilter = {
  channel?: string | undefined;
  open?: boolean;
  kind?: BallotKind;
  before?: string | undefined;
};

/** Newest first. */
export async function listBallots(act: Pick<Act, "db">, filter: BallotFilter, most: number): Promise<Ballot[]> {
  const sql = rawOf(act.db);
  const rows = await sql<Text<Row>[]>`
    select ${columns(act)} ${from(act)}
    where ${filter.open ? sql`b.status <> 'closed'` : sql`true`}
      ${filter.channel ? sql`and b.channel_id = ${filter.channel}` : sql``}
      ${filter.kind ? sql`and b.kind = ${filter.kind}` : sql``}
      ${filter.before ? sql`and b.id < ${filter.before}` : sql``}
    order by b.id desc limit ${most}`;
  return whole(act, [...rows]);
}

/** What is being asked about a channel now: what comes next before anything else. */
export async function openBallotOf(act: Pick<Act, "db">, channel: string): Promise<Ballot | undefined> {
  const open = await listBallots(act, { channel, open: true }, 10);
  return open.find((b) => b.kind === "next") ?? open[0];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHORT = /^#?[0-9a-f]{6,12}$/i;
const OFFERED = 25;

/** By its id, the end of it, its channel (the one that is open there) or its question. */
export const ballots: Entity<Ballot> = {
  name: "ballot",
  async find(act, raw) {
    const sql = rawOf(act.db);
    const typed = raw.trim();
    const wanted = UUID.test(typed)
      ? sql`b.id = ${typed}`
      : SHORT.test(typed)
        ? sql`b.id::text like ${`%${typed.replace("#", "").toLowerCase()}`}`
        : sql`(c.slug = ${typed.toLowerCase()} or lower(c.name) = ${typed.toLowerCase()} or lower(b.question) = ${typed.toLowerCase()})`;
    const found = await sql<Text<Row>[]>`
      select ${columns(act)} ${from(act)} where ${wanted} order by b.status = 'closed', b.id desc limit 2`;
    const [first, second] = found;
    if (first && second && first.status !== "closed" && second.status !== "closed")
      throw new Wrong("Several open ballots are meant by {name}. Give the id.", { name: raw });
    return (await whole(act, first ? [first] : []))[0];
  },
  async search(act, typed) {
    const sql = rawOf(act.db);
    const rows = await sql<{ id: string; question: string }[]>`
      select b.id, b.question ${from(act)}
      where strpos(lower(b.question), lower(${typed})) > 0 or strpos(c.slug, lower(${typed})) > 0
      order by b.status = 'closed', b.id desc limit ${OFFERED}`;
    return rows.map((b) => ({ value: b.id, label: `${b.question} · ${b.id.slice(-8)}` }));
  },
};

/** Which choice is meant: by its number, its id or its words. */
export function choiceOf(ballot: Ballot, typed: string): Choice | undefined {
  const wanted = typed.trim().toLowerCase();
  const number = /^#?(\d{1,2})\.?$/.exec(wanted)?.[1];
  return (
    ballot.choices.find((c) => c.id === wanted || c.label.toLowerCase() === wanted) ??
    ballot.choices.find((c) => number !== undefined && c.position === Number(number))
  );
}

/** What machines are told (the names are fixed). A hidden tally is nobody's before it closes. */
export const ballotData = (b: Ballot) => ({
  id: b.id,
  status: b.status,
  kind: b.kind,
  question: b.question,
  channel: b.channelSlug,
  choices: b.choices.map((c) => ({
    id: c.id,
    label: c.label,
    votes: isSecret(b) ? null : c.votes,
    ...(c.asset ? { asset: c.asset } : {}),
  })),
  voters: b.choices.reduce((all, c) => all + c.votes, 0),
  hidden: b.hidden,
  quorum: b.quorum,
  opens_at: b.openedAt,
  closes_at: b.closesAt,
  closed_at: b.closedAt,
  winner: b.winner,
  decided_by: b.decidedBy,
});

export const isSecret = (b: Pick<Ballot, "hidden" | "status">): boolean => b.hidden && b.status !== "closed";
