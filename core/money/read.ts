// What the books say: one transfer, one balance, an account's history.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { isId } from "../ids.ts";
import type { Side } from "./accounts.ts";

type Reader = Pick<Act, "db">;

export type Transfer = {
  id: string;
  number: bigint;
  scope: string;
  key: string;
  mode: "post" | "hold" | "settle" | "void" | "reverse";
  kind: string;
  of: string | null;
  day: string;
  at: Date;
  recordedAt: Date;
  expiresAt: Date | null;
  about: Record<string, string>;
  personId: string | null;
  runId: string | null;
  legs: { account: string; currency: string; amount: bigint; phase: "posted" | "held" | "freed"; balance: bigint }[];
};

/** Undefined also when it is no id at all. */
export const transferOf = (act: Reader, id: string): Promise<Transfer | undefined> =>
  isId(id) ? read(act, rawOf(act.db)`id = ${id}`) : Promise.resolve(undefined);
export const transferByKey = (act: Reader, scope: string, key: string): Promise<Transfer | undefined> =>
  read(act, rawOf(act.db)`scope = ${scope} and key = ${key}`);

async function read(act: Reader, which: ReturnType<ReturnType<typeof rawOf>>): Promise<Transfer | undefined> {
  type Row = Omit<Transfer, "number" | "at" | "recordedAt" | "expiresAt" | "legs" | "about"> & {
    number: string;
    at: string;
    recorded_at: string;
    expires_at: string | null;
    about: string;
    account: string;
    currency: string;
    amount: string;
    phase: Transfer["legs"][number]["phase"];
    balance: string;
  };
  const rows = await rawOf(act.db)<Row[]>`
    select t.id, t.number, t.scope, t.key, t.mode, t.kind, t.of_id as of, t.day::text, t.event_at as at, t.recorded_at, t.expires_at,
      t.about::text, t.person_id as "personId", t.run_id as "runId", a.code as account, p.currency, p.amount, p.phase,
      p.balance_after as balance
    from (select * from ledger_transfer where ${which}) t
      join ledger_posting p on p.number >= t.first_posting and p.number < t.first_posting + t.postings
      join ledger_account a on a.id = p.account_id
    order by p.number`;
  const [first] = rows;
  if (!first) return undefined;
  const { account, currency, amount, phase, balance, recorded_at, expires_at, ...transfer } = first;
  return {
    ...transfer,
    number: BigInt(first.number),
    at: new Date(first.at),
    recordedAt: new Date(recorded_at),
    expiresAt: expires_at === null ? null : new Date(expires_at),
    about: JSON.parse(first.about) as Record<string, string>,
    legs: rows.map((row) => ({
      account: row.account,
      currency: row.currency,
      amount: BigInt(row.amount),
      phase: row.phase,
      balance: BigInt(row.balance),
    })),
  };
}

export type Balance = {
  account: string;
  currency: string;
  side: Side;
  /** On the account's own side. */
  balance: bigint;
  /** Reserved of it, and on its way to it. */
  pending: bigint;
  coming: bigint;
  /** The balance without what is reserved. */
  available: bigint;
};

type BalanceRow = { code: string; currency: string; side: Side; balance: string; pending: string; coming: string };

const balanceIn = ({ code, currency, side, ...row }: BalanceRow): Balance => {
  const [balance, pending, coming] = [BigInt(row.balance), BigInt(row.pending), BigInt(row.coming)];
  return { account: code, currency, side, balance, pending, coming, available: balance - pending };
};

const COUNTERS = (sql: ReturnType<typeof rawOf>) => sql`
  code, currency, side, case side when 'debit' then debits - credits else credits - debits end as balance,
  case side when 'debit' then credits_pending else debits_pending end as pending,
  case side when 'debit' then debits_pending else credits_pending end as coming`;

/** Undefined: nothing was ever booked there. */
export async function balanceOf(act: Reader, code: string, currency: string): Promise<Balance | undefined> {
  const sql = rawOf(act.db);
  const [row] = await sql<BalanceRow[]>`
    select ${COUNTERS(sql)} from ledger_account
    where workspace_id = current_setting('app.workspace')::uuid and code = ${code} and currency = ${currency}`;
  return row && balanceIn(row);
}

/** Of all accounts whose code is this, or begins with it and goes on with a colon. */
export async function balancesOf(act: Reader, code: string): Promise<Balance[]> {
  const sql = rawOf(act.db);
  const rows = await sql<BalanceRow[]>`
    select ${COUNTERS(sql)} from ledger_account where code = ${code} or starts_with(code, ${`${code}:`}) order by code, currency`;
  return rows.map(balanceIn);
}

export type Line = {
  number: bigint;
  transfer: string;
  kind: string;
  at: Date;
  recordedAt: Date;
  amount: bigint;
  balance: bigint;
  about: Record<string, string>;
};

/** What was posted to an account, newest first; `before` is the number of the last line of the page before. */
export async function statementOf(
  act: Reader,
  code: string,
  currency: string,
  { before, most = 50 }: { before?: bigint; most?: number } = {},
): Promise<Line[]> {
  type Row = {
    number: string;
    transfer: string;
    kind: string;
    at: string;
    recorded_at: string;
    amount: string;
    balance: string;
    about: string;
  };
  const sql = rawOf(act.db);
  const rows = await sql<Row[]>`
    select p.number, t.id as transfer, t.kind, t.event_at as at, t.recorded_at, t.about::text,
      case a.side when 'debit' then p.amount else -p.amount end as amount, p.balance_after as balance
    from ledger_account a join ledger_posting p on p.account_id = a.id join ledger_transfer t on t.number = p.transfer
    where a.code = ${code} and a.currency = ${currency} and p.phase = 'posted'
      and ${before === undefined ? sql`true` : sql`p.number < ${String(before)}`}
    order by p.number desc limit ${most}`;
  return rows.map(({ number, transfer, kind, at, recorded_at, amount, balance, about }) => ({
    number: BigInt(number),
    transfer,
    kind,
    at: new Date(at),
    recordedAt: new Date(recorded_at),
    amount: BigInt(amount),
    balance: BigInt(balance),
    about: JSON.parse(about) as Record<string, string>,
  }));
}
