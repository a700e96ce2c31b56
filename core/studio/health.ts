// Health in the database: fed by every attempt that ends, whoever worked on it. One row a provider and kind.
import { rawOf, type Tx } from "../../db/connect.ts";
import { after, type Health, type Outcome } from "./breaker.ts";

type Row = Omit<Health, "openUntil" | "restUntil" | "at"> & {
  provider: string;
  openUntil: string | null;
  restUntil: string | null;
  at: string;
};

const columns = (tx: Tx) => rawOf(tx)`
  provider, state, "row", recent, seen, opened, open_until as "openUntil", rest_until as "restUntil", reason, wins, losses,
  quality, seconds, at`;

const time = (at: string | null) => (at === null ? null : new Date(at).getTime());
const asHealth = ({ provider: _, ...row }: Row): Health => ({
  ...row,
  openUntil: time(row.openUntil),
  restUntil: time(row.restUntil),
  at: new Date(row.at).getTime(),
});

type Told = { provider: string; kind: string; fresh: Health; outcome: Outcome; now: Date; draw: () => number };

/** Call it last in a transaction: every workspace's attempts pass through this row. */
export async function noteOutcome(tx: Tx, { provider, kind, fresh, outcome, now, draw }: Told): Promise<Health> {
  const sql = rawOf(tx);
  await sql`
    insert into provider_health (provider, kind, state, "row", recent, seen, opened, wins, losses, quality, seconds, at)
    values (${provider}, ${kind}, 'closed', 0, 0, 0, 0, ${fresh.wins}, ${fresh.losses}, ${fresh.quality}, ${fresh.seconds},
      ${now.toISOString()})
    on conflict do nothing`;
  const [row] = await sql<Row[]>`
    select ${columns(tx)} from provider_health where provider = ${provider} and kind = ${kind} for update`;
  const next = after(asHealth(row!), outcome, now.getTime(), draw);
  await sql`
    update provider_health set state = ${next.state}, "row" = ${next.row}, recent = ${next.recent}, seen = ${next.seen},
      opened = ${next.opened}, open_until = ${iso(next.openUntil)}, rest_until = ${iso(next.restUntil)},
      reason = ${next.reason}, wins = ${next.wins}, losses = ${next.losses}, quality = ${next.quality},
      seconds = ${next.seconds}, at = ${now.toISOString()}, probe = null, probe_until = null
    where provider = ${provider} and kind = ${kind}`;
  return next;
}

/** A person says that it is well again: a new key, money in the account. */
export async function closeBreaker(tx: Tx, provider: string): Promise<void> {
  await rawOf(tx)`
    update provider_health set state = 'closed', "row" = 0, recent = 0, seen = 0, opened = 0, open_until = null,
      rest_until = null, reason = null, probe = null, probe_until = null
    where provider = ${provider}`;
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
