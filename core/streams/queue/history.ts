// What was heard, for reports and for whoever asks on what terms it was made.
import { rawOf, type Tx } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import type { Source } from "./queue.ts";

export type Played = {
  id: string;
  channel: string;
  asset: string;
  title: string;
  artist: string | null;
  source: Source;
  decidedBy: string;
  from: Date;
  to: Date;
  seconds: number;
  provider: string;
  model: string;
  commercial: string;
  terms: string;
  sha256: string;
};

/** In the order in which it was heard. */
export async function playedIn(
  act: Act,
  { from, to, channel, most }: { from: Date; to: Date; channel?: string | undefined; most: number },
): Promise<Played[]> {
  const rows = await rawOf(act.db)<(Omit<Played, "from" | "to"> & { from: string; to: string })[]>`
    select h.id, c.slug as channel, h.asset_id as asset, w.title, w.facts->>'artist' as artist, h.source,
      h.decided_by as "decidedBy", h.from_at as from, h.to_at as to, extract(epoch from h.to_at - h.from_at)::float8 as seconds,
      w.provider, w.model, coalesce(w.rights->>'commercial', '') as commercial, coalesce(w.rights->>'terms', '') as terms,
      encode(a.sha256, 'hex') as sha256
    from air h join work w on w.workspace_id = h.workspace_id and w.id = h.asset_id
    join asset a on a.workspace_id = w.workspace_id and a.id = w.id
    join channel c on c.workspace_id = h.workspace_id and c.id = h.channel_id
    where h.from_at >= ${from.toISOString()} and h.from_at < ${to.toISOString()}
      and h.channel_id = coalesce(${channel ?? null}::uuid, h.channel_id)
    order by h.from_at, h.id limit ${most}`;
  return rows.map((r) => ({ ...r, from: new Date(r.from), to: new Date(r.to) }));
}

const COLUMNS = [
  "from",
  "to",
  "seconds",
  "channel",
  "title",
  "artist",
  "source",
  "decided_by",
  "provider",
  "model",
  "commercial",
  "terms",
  "sha256",
  "asset",
] as const;

/** A cell that a spreadsheet would run as a formula is made words by a quote before it. */
function cell(value: string | number | null): string {
  const plain = String(value ?? "").replace(/[\r\n]+/g, " ");
  const safe = typeof value === "string" && /^\s*[=+\-@\t]/.test(value) ? `'${plain}` : plain;
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180, in UTF-8 with a mark, so that every spreadsheet reads its letters. */
export function csvOf(played: readonly Played[]): string {
  const lines = played.map((p) =>
    [
      p.from.toISOString(),
      p.to.toISOString(),
      Math.round(p.seconds * 1000) / 1000,
      p.channel,
      p.title,
      p.artist,
      p.source,
      p.decidedBy,
      p.provider,
      p.model,
      p.commercial,
      p.terms,
      p.sha256,
      p.asset,
    ]
      .map(cell)
      .join(","),
  );
  return `\uFEFF${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

/** What was heard is kept for ever (`air`). How it came there, only as long as somebody may ask. */
const QUEUED_MS = 90 * 86_400_000;
const HOST_MS = 86_400_000;

export async function forgetPlayed(tx: Tx, now: Date): Promise<void> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString();
  await rawOf(tx)`
    delete from queue_item where state in ('played', 'skipped', 'failed') and ended_at < ${before(QUEUED_MS)}`;
  await rawOf(tx)`delete from host where seen_at < ${before(HOST_MS)}`;
}
