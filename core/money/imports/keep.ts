// Lines of a file into the books: what is new, what was there, what is otherwise now. One look at what is known, one
// booking of all that changes; nothing is read before it that another import could change after it.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { asJson } from "../../text.ts";
import type { CostKind, RevenueKind } from "../accounts.ts";
import type { Order } from "../order.ts";
import { postAll } from "../post.ts";
import { costOrder, revenueOrder } from "../sums.ts";
import { type Fault, faultOf, flaw, type MoneyLine, plainMoney } from "./lines.ts";
import type { Status } from "./reports.ts";

export type Known = { currency: string; amount: bigint; booked: bigint; status: Status | null; postings: number };
export type Verdict = "new" | "same" | "amended" | "waiting";
export type Judged = { line: MoneyLine; verdict: Verdict; booked: bigint; postings: number; orders: Order[] };

/** Of so many lines at once the database is told: statements stay small. */
const CHUNK = 2_000;
const keyOf = ({ scope, kind, reference }: Pick<MoneyLine, "scope" | "kind" | "reference">) =>
  `${scope}\n${kind}\n${reference}`;

function* chunks<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let n = 0; n < all.length; n += CHUNK) yield all.slice(n, n + CHUNK);
}

/** Two imports at once: the second sees what the first has done. */
export const oneAtATime = (act: Act): Promise<unknown> =>
  rawOf(act.db)`select pg_advisory_xact_lock(hashtextextended(${`import:${act.workspace.id}`}, 0))`.execute();

/** What is known of these: by files before, and by the ledger from wherever else. */
export async function knownOf(act: Act, lines: readonly MoneyLine[]): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const some of chunks(lines)) {
    const rows = asJson(some.map(({ scope, kind, reference }) => ({ scope, kind, reference })));
    const booked = await rawOf(act.db)<(Omit<Known, "amount" | "booked"> & Record<string, string>)[]>`
      select a.scope, a.kind, a.reference, p.currency, abs(p.amount)::text as amount, abs(p.amount)::text as booked,
        null as status, 1 as postings
      from jsonb_to_recordset(${rows}::text::jsonb) as a (scope text, kind text, reference text)
        join ledger_transfer t on t.scope = a.scope and t.key = a.kind || ':' || a.reference
        join ledger_posting p on p.number = t.first_posting
      union all
      select l.scope, l.kind, l.reference, l.currency, l.amount::text, l.booked::text, l.status, l.postings
      from jsonb_to_recordset(${rows}::text::jsonb) as a (scope text, kind text, reference text)
        join import_line l on l.scope = a.scope and l.kind = a.kind and l.reference = a.reference`;
    // What files say comes second, and is more.
    for (const { scope = "", kind = "", reference = "", amount, booked: in_, ...row } of booked)
      known.set(keyOf({ scope, kind, reference }), {
        currency: row.currency!,
        status: row.status,
        postings: Number(row.postings),
        amount: BigInt(amount!),
        booked: BigInt(in_!),
      });
  }
  return known;
}

/** What each line would do. A line that says otherwise than before is amended, or is wrong: as its file is. */
export function judge(
  lines: readonly MoneyLine[],
  known: ReadonlyMap<string, Known>,
): { judged: Judged[]; faults: Fault[] } {
  const judged: Judged[] = [];
  const faults: Fault[] = [];
  const seen = new Map<string, MoneyLine>();
  for (const line of lines) {
    const key = keyOf(line);
    const before = seen.get(key);
    seen.set(key, before ?? line);
    const there = known.get(key);
    if (before && (before.amount !== line.amount || before.currency !== line.currency)) {
      faults.push(twice(line, before));
    } else if (before) judged.push({ line, verdict: "same", booked: 0n, postings: 0, orders: [] });
    else if (there && there.currency !== line.currency) faults.push(was(line, there));
    else if (there && !line.amends) {
      if (there.amount === line.amount) judged.push({ line, verdict: "same", booked: 0n, postings: 0, orders: [] });
      else faults.push(was(line, there));
    } else judged.push(weigh(line, there));
  }
  return { judged, faults };
}

const was = ({ line, reference }: MoneyLine, { amount: minor, currency }: Known): Fault =>
  faultOf(
    line,
    flaw("reference", "{reference} is in the books with {before}. What is another payment needs another reference.", {
      reference,
      before: plainMoney({ minor, currency }),
    }),
  );

const twice = ({ line, reference }: MoneyLine, before: MoneyLine): Fault =>
  faultOf(
    line,
    flaw("reference", "{reference} stands in line {line} too, with another amount.", { reference, line: before.line }),
  );

/** What of a commission belongs into the books: nothing while it waits, and nothing when it was taken back. */
const dueOf = ({ status, amount }: MoneyLine): bigint => (status === "approved" || status === "paid" ? amount : 0n);

function weigh(line: MoneyLine, there: Known | undefined): Judged {
  const due = dueOf(line);
  const change = due - (there?.booked ?? 0n);
  const postings = there?.postings ?? 0;
  const verdict: Verdict =
    change !== 0n
      ? there && there.postings > 0
        ? "amended"
        : "new"
      : there && (there.status === null || (there.status === line.status && there.amount === line.amount))
        ? "same"
        : line.status === "pending"
          ? "waiting"
          : "amended";
  if (change === 0n) return { line, verdict, booked: due, postings, orders: [] };
  return { line, verdict, booked: due, postings: postings + 1, orders: [orderOf(line, change, postings)] };
}

function orderOf(line: MoneyLine, change: bigint, nth: number): Order {
  const money = { minor: change < 0n ? -change : change, currency: line.currency };
  // The first has the plain reference, so that the same is known whoever books it; each change has its own.
  const reference = nth === 0 ? line.reference : `${line.reference}~${nth + 1}`;
  const { at, about } = line;
  if (line.scope === "cost") return costOrder({ kind: line.kind as CostKind, money, at, reference, about });
  const kind = (change < 0n ? "refund" : line.kind) as RevenueKind;
  return revenueOrder({ source: line.source, kind, money, at, reference, about });
}

/** Books what changes, and remembers what each line said. */
export async function keepLines(act: Act, importId: string, judged: readonly Judged[]): Promise<void> {
  const changed = judged.filter(({ verdict }) => verdict !== "same");
  for (const some of chunks(changed)) {
    const orders = some.flatMap((one) => one.orders);
    if (orders.length > 0) await postAll(act, orders);
    const rows = some.map(({ line, booked, postings }) => ({
      scope: line.scope,
      kind: line.kind,
      reference: line.reference,
      currency: line.currency,
      amount: String(line.amount),
      booked: String(booked),
      status: line.status,
      postings,
    }));
    await rawOf(act.db)`
      insert into import_line as l (workspace_id, scope, kind, reference, currency, amount, booked, status, postings,
        import_id, changed_at)
      select ${act.workspace.id}, scope, kind, reference, currency, amount, booked, status, postings, ${importId},
        ${act.now.toISOString()}
      from jsonb_to_recordset(${asJson(rows)}::text::jsonb) as (scope text, kind text, reference text, currency text,
        amount bigint, booked bigint, status text, postings int)
      on conflict (workspace_id, scope, kind, reference) do update
        set amount = excluded.amount, booked = excluded.booked, status = excluded.status, postings = excluded.postings,
          import_id = excluded.import_id, changed_at = excluded.changed_at`;
  }
}
