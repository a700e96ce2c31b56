// The rows of a lane: take the first, run it, answer it. One transaction each, safe to be killed between any two steps.
import { inWorkspace, rawOf, type Tx } from "../../db/connect.ts";
import { again, isPassing } from "../away.ts";
import type { House } from "../house.ts";
import { Refusal } from "../problem.ts";
import { type Made, makeAct, readWho } from "./act.ts";
import { type Envelope, placeOf, type Reply } from "./envelope.ts";
import { perform, writeUndone } from "./perform.ts";
import { isPushed, pushAnswer, writeUnknown } from "./push.ts";
import type { Home } from "./receive.ts";
import { dropUploads, laneOf, moreIn } from "./store.ts";
import { takeFollowers } from "./together.ts";

/**
 * A message that was in the hands of a process that died is run alone from then on. When that ended so many processes
 * more, it is answered as failed: a machine that is switched off again and again does not meet the same one each time.
 */
export const MOST_ATTEMPTS = 3;

/** `files`: whether those that it names were asked for, or are here. */
export type Row = {
  run: string;
  envelope: Envelope;
  attempts: number;
  files?: "coming" | "here";
  /** It may be run in one transaction with its neighbours that say so too. */
  together?: boolean;
};

/** What the head of a lane is: ours now; free, but it broke a process before; or in other hands for a while. */
export type Head = { rows: [Row, ...Row[]] } | { suspect: true } | { wait: number } | undefined;

/** Who the account is, in the workspace of the transaction. Null: nobody, and it cannot be. */
export type ResolveAccount = (
  room: { house: House; home: Home; tx: Tx },
  envelope: Envelope,
) => Promise<{ personId: string } | null>;

/** The same for many messages of one place: by the account's id. Who is not in it is nobody. */
export type ResolveAccounts = (
  room: { house: House; home: Home; tx: Tx },
  envelopes: readonly Envelope[],
) => Promise<ReadonlyMap<string, string>>;

export type Keeper = {
  house: House;
  resolveAccount: ResolveAccount;
  resolveAccounts: ResolveAccounts;
  me: string;
  lease: number;
};

/**
 * Takes the first waiting row of a lane: a later one has to wait for it. Leases are measured by the database's own
 * clock: all processes agree on it, and the clock of a test does not stop it.
 */
export function takeHead(keeper: Keeper, home: Home, lane: string, suspects: boolean): Promise<Head> {
  const { me, lease } = keeper;
  return inWorkspace(home.database, home.workspaceId, async (tx) => {
    const [head] = await rawOf(tx)<HeadRow[]>`
      with head as (
        select id, lease_until, lease_by, attempts from inbox
        where lane = ${lane} and status = 'received' order by seq limit 1),
      free as (
        select i.id, i.attempts from inbox i
        where i.id = (select id from head) and i.status = 'received' and (i.lease_by = ${me} or i.lease_until is null or i.lease_until < clock_timestamp())
        for update of i skip locked),
      taken as (
        update inbox i set lease_by = ${me}, lease_until = clock_timestamp() + ${`${lease} milliseconds`}::interval,
          attempts = i.attempts + case when i.lease_by is null or i.lease_by = ${me} then 0 else 1 end
        where i.id = (select id from free) and (${suspects} or i.lease_by is null or i.lease_by = ${me})
        returning i.id, i.envelope, i.attempts)
      select head.id as run, taken.envelope, taken.attempts, taken.id is not null as taken, free.id is not null as free,
        greatest(0, extract(epoch from head.lease_until - clock_timestamp()) * 1000)::float8 as wait
      from head left join free using (id) left join taken using (id)`;
    if (!head) return undefined;
    if (head.taken) {
      const row: Row = { run: head.run, envelope: head.envelope, attempts: head.attempts };
      const [first = row, ...others] = await takeFollowers(keeper, tx, lane, row);
      return { rows: [first, ...others] };
    }
    return head.free ? { suspect: true } : { wait: head.wait ?? 0 };
  });
}

type HeadRow = Row & { taken: boolean; free: boolean; wait: number | null };

/**
 * Runs a row that we hold. Undefined: it turned out not to be ours, or not to be its turn. The lane's lock makes sure
 * of one row at a time even where leases were wrong; it ends with the transaction, however that ends.
 */
export async function runRow(
  keeper: Keeper,
  home: Home,
  row: Row,
): Promise<{ reply: Reply; more: boolean } | undefined> {
  const work = { house: keeper.house, envelope: row.envelope, run: row.run };
  try {
    if (row.attempts > MOST_ATTEMPTS) throw new Error(`This message broke ${MOST_ATTEMPTS + 1} processes.`);
    return await again(() => turn(keeper, home, row, (made) => perform(work, made)));
  } catch (error) {
    if (isPassing(error)) throw error;
    if (!(error instanceof Refusal)) keeper.house.log.error({ run: row.run, err: error }, "a command failed");
    return undo(keeper, home, row, error);
  }
}

/** The effects are undone: the message gets an answer all the same, in the end without knowing who sent it. */
async function undo(keeper: Keeper, home: Home, row: Row, error: unknown) {
  const work = { house: keeper.house, envelope: row.envelope, run: row.run };
  try {
    return await again(() => turn(keeper, home, row, ({ act }) => writeUndone(work, act, error), { error }));
  } catch (worse) {
    if (isPassing(worse)) throw worse;
    keeper.house.log.error({ run: row.run, err: worse }, "a failure could not be told to the person");
    return again(() => turn(keeper, home, row, undefined, { error }));
  }
}

function turn(
  keeper: Keeper,
  home: Home,
  row: Row,
  work: ((made: Made) => Promise<Reply>) | undefined,
  failure?: { error: unknown },
): Promise<{ reply: Reply; more: boolean } | undefined> {
  return inWorkspace(home.database, home.workspaceId, async (tx) => {
    const lane = laneOf(row.envelope);
    if (!(await isMine(tx, keeper, home, lane, [row.run]))) {
      await release(tx, keeper, [row.run]);
      return undefined;
    }
    const reply = await answered(keeper, home, tx, row, work, failure);
    await dropUploads(tx, row.run, row.envelope);
    return { reply, more: await moreIn(tx, lane, [row.run]) };
  });
}

/** Whether these are the first of their lane, and ours; it is locked until the end of the transaction. */
export async function isMine(tx: Tx, { me }: Keeper, home: Home, lane: string, runs: readonly string[]) {
  const raw = rawOf(tx);
  const [[lock], first] = await Promise.all([
    raw<{ free: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(${home.workspaceId + lane}, 0)) as free`,
    raw<{ id: string; lease_by: string | null }[]>`
      select id, lease_by from inbox where lane = ${lane} and status = 'received' order by seq limit ${runs.length}`,
  ]);
  return lock!.free && runs.every((run, n) => first[n]?.id === run && first[n].lease_by === me);
}

/** They turned out not to be ours, or not to be next. */
export const release = (tx: Tx, { me }: Keeper, runs: readonly string[]) => rawOf(tx)`
  update inbox set lease_by = null, lease_until = null, attempts = greatest(0, attempts - 1)
  where id = any(${[...runs]}::uuid[]) and status = 'received' and lease_by = ${me}`;

async function answered(
  keeper: Keeper,
  home: Home,
  tx: Tx,
  row: Row,
  work: ((made: Made) => Promise<Reply>) | undefined,
  failure: { error: unknown } | undefined,
): Promise<Reply> {
  const { house } = keeper;
  const place = placeOf(row.envelope);
  const found = work && (await keeper.resolveAccount({ house, home, tx }, row.envelope));
  const [who] = found ? await readWho(tx, found.personId, row.envelope) : [];
  if (!work || !found || !who || who.erased) return writeUnknown({ house, ...row }, tx, home.workspaceId, failure);
  const caller = { workspaceId: home.workspaceId, personId: found.personId };
  const made = makeAct(
    house,
    { database: home.database, tx },
    caller,
    who,
    row.run,
    place,
    row.envelope.account.locale,
  );
  const reply = await work(made);
  if (isPushed(row.envelope)) await pushAnswer(made.act, row, reply);
  return reply;
}
