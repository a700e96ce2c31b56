// Where a channel is sent to: an address with its key, sealed under this deployment's own and never shown again.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";
import { wake } from "./control.ts";

export type Destination = {
  id: string;
  kind: "rtmp" | "icecast" | "hls";
  name: string;
  host: string;
  state: "unknown" | "connecting" | "live" | "failed";
  note: string;
  checked_at: string | null;
};

type Row = Omit<Destination, "note" | "checked_at"> & { note: string; checked_at: string | null };

export async function destinationsOf(act: Act, channel: string): Promise<Destination[]> {
  const rows = await rawOf(act.db)<Row[]>`
    select id, kind, name, host, state, state_note as note, checked_at from destination
    where channel_id = ${channel} and gone_at is null order by created_at, id`;
  return rows.map((r) => ({ ...r, checked_at: r.checked_at && new Date(r.checked_at).toISOString() }));
}

const KINDS: Record<string, Destination["kind"]> = {
  "rtmp:": "rtmp",
  "rtmps:": "rtmp",
  "icecast:": "icecast",
  "icecasts:": "icecast",
  "http:": "hls",
  "https:": "hls",
};

/** The whole address from what platforms give in two fields: a server and a key. */
export function addressOf(url: string, key?: string): { kind: Destination["kind"]; host: string; whole: string } {
  const parsed = URL.parse(url);
  const kind = parsed ? KINDS[parsed.protocol] : undefined;
  if (!parsed || !kind || parsed.hostname === "")
    throw refuse("options", "Give an address that begins with rtmp://, rtmps://, icecast:// or https://.");
  if (/[\s"'\\]/.test(url + (key ?? ""))) throw refuse("options", "An address has no spaces or quotes.");
  const whole = key ? `${url.replace(/\/+$/, "")}/${key}` : url;
  return { kind, host: parsed.host, whole };
}

const about = (act: Act, id: string) => ({ what: "destination", workspace: act.workspace.id, id });

export async function addDestination(
  act: Act,
  channel: string,
  name: string,
  url: string,
  key?: string,
): Promise<Destination> {
  const { kind, host, whole } = addressOf(url, key);
  const id = act.newId();
  const rows = await rawOf(act.db)`
    insert into destination (workspace_id, id, channel_id, kind, name, host, sealed, created_at)
    values (${act.workspace.id}, ${id}, ${channel}, ${kind}, ${name}, ${host}, ${act.seal(whole, about(act, id))}, ${act.now.toISOString()})
    on conflict do nothing returning 1`;
  if (rows.length === 0)
    throw refuse("clash", "The channel has a destination {name} already. Remove it first, or give another name.", {
      name,
    });
  act.changed({ what: "destination", id, to: { channel, kind, name, host } });
  wake(act);
  return { id, kind, name, host, state: "unknown", note: "", checked_at: null };
}

export async function removeDestination(act: Act, channel: string, name: string): Promise<Destination> {
  const found = (await destinationsOf(act, channel)).find(
    (d) => d.id === name || d.name.toLowerCase() === name.toLowerCase(),
  );
  if (!found) throw refuse("missing", "The channel has no destination {name}.", { name });
  // The key goes with it: nobody needs it any more.
  await rawOf(act.db)`
    update destination set gone_at = ${act.now.toISOString()}, sealed = '' where id = ${found.id} and gone_at is null`;
  act.changed({ what: "destination", id: found.id, from: { name: found.name, host: found.host } });
  wake(act);
  return found;
}

/**
 * For the keeper alone: the whole addresses. One that was sealed under another key (a restored backup without it) is
 * named without an address, and has to be added anew.
 */
export async function openDestinations(
  act: Act,
  channel: string,
): Promise<{ id: string; kind: Destination["kind"]; name: string; url: string | undefined }[]> {
  const rows = await rawOf(act.db)<{ id: string; kind: Destination["kind"]; name: string; sealed: Buffer }[]>`
    select id, kind, name, sealed from destination where channel_id = ${channel} and gone_at is null order by created_at, id`;
  return rows.map(({ sealed, ...d }) => ({ ...d, url: act.unseal(sealed, about(act, d.id)) }));
}
