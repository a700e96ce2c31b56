// What plays when nothing else may or can: the emergency rotation that all channels share, or their own.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { jobKind } from "../../act.ts";
import { saveAsset } from "../../assets/index.ts";
import { addWork } from "../../library/index.ts";
import { rotationsOf } from "./pool.ts";
import { choose, type Track } from "./rotation.ts";

/** Makes a quiet bed for the emergency rotation, once. */
export const bedWanted = jobKind<Record<string, never>>("stream.bed");

export type Emergency = { track: Track; rotation: string };

/** The channel's own before what all share; what was heard longest ago first. Asks for a bed when there is none. */
export async function emergencyTrack(act: Act, channel: string): Promise<Emergency | undefined> {
  const all = await rotationsOf(act, channel, ["emergency"]);
  const own = all.filter((r) => !r.shared && r.tracks.length > 0);
  const [first] = choose(own.length > 0 ? own : all, 1, {
    now: act.now.getTime(),
    minute: 0,
    recent: [],
    gaps: { trackMinutes: 0, artistMinutes: 0 },
    random: act.random,
    never: new Set(),
  });
  if (first) return { track: first.track, rotation: first.rotation.id };
  await wantBed(act);
  return undefined;
}

/** The emergency rotation of the workspace, made when it is first needed. */
export async function sharedEmergency(act: Pick<Act, "db" | "workspace" | "newId" | "now">): Promise<string> {
  const sql = rawOf(act.db);
  await sql`
    insert into rotation (workspace_id, id, channel_id, name, kind, created_at)
    values (${act.workspace.id}, ${act.newId()}, null, 'Emergency', 'emergency', ${act.now.toISOString()})
    on conflict (workspace_id, channel_id, name) do nothing`;
  const [row] = await sql<{ id: string }[]>`select id from rotation where channel_id is null and name = 'Emergency'`;
  return row!.id;
}

export async function isBedNeeded(act: Act): Promise<boolean> {
  const rotation = await sharedEmergency(act);
  const there = await rawOf(act.db)`
    select 1 from rotation_work x join work w on w.workspace_id = x.workspace_id and w.id = x.work_id
    where x.rotation_id = ${rotation} and w.status = 'approved' limit 1`;
  return there.length === 0;
}

/** A bed is made unless one is there or on its way. */
export async function wantBed(act: Act): Promise<void> {
  if (await isBedNeeded(act)) await act.later(bedWanted, {}, { key: "bed", part: true });
}

export type Bed = { bytes: Uint8Array; type: string; name: string; seconds: number; lufs: number };

/** A bed becomes a work of the library, and the first of the emergency rotation. */
export async function keepBed(act: Act, bed: Bed): Promise<void> {
  if (!(await isBedNeeded(act))) return;
  const { type, name, bytes, seconds, lufs } = bed;
  const { id } = await saveAsset(act, { kind: "bed", type, name, bytes });
  await addWork(act, {
    id,
    kind: "bed",
    title: act.say("A moment, please"),
    channel: null,
    status: "approved",
    provider: "local",
    model: "synthesizer-1",
    prompt: "",
    seed: null,
    cost: 0n,
    rights: {
      commercial: "yes",
      stores: "yes",
      terms: "made by this program; yours",
      label: "algorithmic composition",
    },
    seconds,
    facts: { lufs },
    parts: {},
    batch: null,
  });
  await rawOf(act.db)`
    insert into rotation_work (workspace_id, rotation_id, work_id, added_at)
    values (${act.workspace.id}, ${await sharedEmergency(act)}, ${id}, ${act.now.toISOString()}) on conflict do nothing`;
}
