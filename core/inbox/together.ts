// What a crowd presses at once: consecutive presses of one lane run in one transaction, with an answer for each, in their
// order. What cannot be done together is undone, and each is run by itself.
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import type { action } from "../../db/schema/index.ts";
import { mayActAs, type Role } from "../act.ts";
import { recordAll } from "../audit/index.ts";
import { again, isPassing } from "../away.ts";
import { type Command, dispatchTogether, type Outcome, refused } from "../command/index.ts";
import { Refusal } from "../problem.ts";
import { type Made, makeAct, readWhos } from "./act.ts";
import { expired, forOthers, sealView, unknownButton } from "./actions.ts";
import { type Envelope, placeOf, type Reply, saidOf } from "./envelope.ts";
import { isMine, type Keeper, type Row, release } from "./lane.ts";
import { matters, split } from "./perform.ts";
import { isPushed, pushAnswers } from "./push.ts";
import type { Home } from "./receive.ts";
import { laneOf, moreIn, replyOf, writeAnswers } from "./store.ts";

/** Presses in one transaction: more would make each of them wait longer without going faster. */
export const MOST_TOGETHER = 200;

type Action = Pick<
  typeof action.$inferSelect,
  "token" | "command" | "options" | "confirmed" | "forPerson" | "forRole"
> & {
  expires: string;
};
type Press = { row: Row; made: Made; action?: Action };

/** Those behind the head of a lane that go with it: taken with our lease, so that nobody runs them should we die. */
export async function takeFollowers({ house, me, lease }: Keeper, tx: Tx, lane: string, head: Row): Promise<Row[]> {
  const { together } = house.commands;
  if (head.attempts > 0 || together.length === 0 || !isPlainPress(head.envelope)) return [];
  const rows = await rawOf(tx)<(Row & { seq: string })[]>`
    with line as (
      select i.id, i.seq, i.attempts = 0 and (i.lease_by is null or i.lease_by = ${me})
        and i.envelope->'content'->'input' is null and a.command is not null as goes
      from (select * from inbox where lane = ${lane} and status = 'received' order by seq limit ${MOST_TOGETHER}) i
      left join action a on a.token = i.envelope->'content'->>'token' and a.uses = 'many' and not a.confirmed
        and a.command = any(${together}::text[]))
    update inbox i set lease_by = ${me}, lease_until = clock_timestamp() + ${`${lease} milliseconds`}::interval
    where i.id in (select id from line where goes
      and seq < coalesce((select min(seq) from line where not goes), 9223372036854775807))
    returning i.id as run, i.envelope, i.attempts, i.seq`;
  const inOrder = rows.map((row) => ({ ...row, seq: BigInt(row.seq) })).sort((a, b) => (a.seq < b.seq ? -1 : 1));
  if (inOrder.length < 2) return [];
  return inOrder.map(({ run, envelope, attempts }) => ({ run, envelope, attempts, together: true }));
}

const isPlainPress = ({ content }: Envelope) => content.kind === "press" && content.input === undefined;

/** "apart": each is to be run by itself. Undefined: it is not their turn. */
export async function runTogether(
  keeper: Keeper,
  home: Home,
  rows: readonly Row[],
): Promise<{ replies: Reply[]; more: boolean } | "apart" | undefined> {
  try {
    return await again(() => turnTogether(keeper, home, rows));
  } catch (error) {
    if (isPassing(error)) throw error;
    // One that is refused, or that breaks, must not take the others with it.
    if (!(error instanceof Refusal))
      keeper.house.log.warn({ err: error, rows: rows.length }, "presses could not be run together");
    return "apart";
  }
}

function turnTogether(keeper: Keeper, home: Home, rows: readonly Row[]) {
  const lane = laneOf(rows[0]!.envelope);
  const runs = rows.map(({ run }) => run);
  return inWorkspace(home.database, home.workspaceId, async (tx) => {
    const [mine, people, buttons] = await Promise.all([
      isMine(tx, keeper, home, lane, runs),
      keeper.resolveAccounts(
        { house: keeper.house, home, tx },
        rows.map(({ envelope }) => envelope),
      ),
      findButtons(tx, rows),
    ]);
    if (!mine) {
      await release(tx, keeper, runs);
      return undefined;
    }
    const presses = await makeAll(keeper, home, tx, rows, people, buttons);
    const outcomes = await runAll(keeper, presses);
    const replies = await answerAll(keeper, tx, presses, outcomes);
    return { replies, more: await moreIn(tx, lane, runs) };
  });
}

async function findButtons(tx: Tx, rows: readonly Row[]): Promise<Map<string, Action>> {
  const tokens = rows.map(({ envelope: { content } }) => (content.kind === "press" ? content.token : ""));
  const found = await rawOf(tx)<Action[]>`
    select token, command, options, confirmed, for_person as "forPerson", for_role as "forRole", expires_at as expires
    from action where token = any(${[...new Set(tokens)]}::text[])`;
  return new Map(found.map((one) => [one.token, one]));
}

async function makeAll(
  { house }: Keeper,
  home: Home,
  tx: Tx,
  rows: readonly Row[],
  people: ReadonlyMap<string, string>,
  buttons: ReadonlyMap<string, Action>,
): Promise<Press[]> {
  const { database, workspaceId } = home;
  const who = await readWhos(tx, rows[0]!.envelope, [...new Set(people.values())]);
  return rows.map((row) => {
    const { account, content } = row.envelope;
    const personId = people.get(account.id) ?? "";
    const caller = { workspaceId, personId };
    // Nobody known: told by the way of one by one.
    const known = who(personId, account.roles);
    const made = makeAct(house, { database, tx }, caller, known, row.run, placeOf(row.envelope), account.locale);
    Object.assign(made.act, saidOf(row.envelope));
    const action = content.kind === "press" ? buttons.get(content.token) : undefined;
    return { row, made, ...(action ? { action } : {}) };
  });
}

/** Those of one command that follow each other are one call of its `together`. */
async function runAll({ house }: Keeper, presses: readonly Press[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let some: { at: number; press: Press; command: Command }[] = [];
  const flush = async () => {
    const [first] = some;
    if (!first) return;
    const calls = some.map(({ press: { made, action } }) => ({
      act: made.act,
      call: { name: action!.command, options: action!.options, confirmed: action!.confirmed },
    }));
    const done = await dispatchTogether(first.command, calls);
    for (const [n, { at }] of some.entries()) outcomes[at] = done[n]!;
    some = [];
  };
  for (const [at, press] of presses.entries()) {
    const no = whyNot(press);
    const command = house.commands.find(press.action?.command ?? "");
    if (no || !command) {
      outcomes[at] = refused(press.made.act, "", no ?? unknownButton());
      continue;
    }
    if (some[0] && some[0].command !== command) await flush();
    some.push({ at, press, command });
  }
  await flush();
  return outcomes;
}

/** As `takePress` says it of one. */
function whyNot({ action, made: { act } }: Press): Refusal | undefined {
  if (!action) return unknownButton();
  if (action.forPerson && action.forPerson !== act.person.id) return forOthers(act);
  if (action.forRole && !mayActAs(act.role, action.forRole as Role)) return forOthers(act, action.forRole as Role);
  return new Date(action.expires) <= act.now ? expired(action.command) : undefined;
}

async function answerAll(
  { house }: Keeper,
  tx: Tx,
  presses: readonly Press[],
  outcomes: readonly Outcome[],
): Promise<Reply[]> {
  const sealed: Outcome[] = [];
  for (const [n, { made }] of presses.entries()) {
    const { once: _, ...outcome } = outcomes[n]!;
    sealed.push({ ...outcome, view: await sealView(made.act, house.commands, outcome.view) });
  }
  const replies = presses.map(
    ({ row }, n): Reply => ({
      ...replyOf({ id: row.run, asked: Buffer.alloc(0), ...split(sealed[n]!) }),
    }),
  );
  const answers = presses.map(({ row, made: { act } }, n) => ({
    run: row.run,
    person: act.person.id,
    outcome: sealed[n]!,
    now: act.now,
  }));
  const audited = presses.flatMap(({ made: { act, changes } }, n) => {
    const { command, status } = sealed[n]!;
    return matters(sealed[n]!, false) ? [{ act, entry: { command, outcome: status, changes } }] : [];
  });
  const pushed = presses.flatMap(({ row, made: { act } }, n) =>
    isPushed(row.envelope) ? [{ act, row, reply: replies[n]! }] : [],
  );
  await Promise.all([writeAnswers(tx, answers), recordAll(tx, audited), pushAnswers(tx, pushed)]);
  return replies;
}
