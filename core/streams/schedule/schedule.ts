// Rotations as people set them: what they draw from, how often, at which hours; and jingles.
import { rawOf } from "../../../db/connect.ts";
import type { RotationQuery } from "../../../db/schema/index.ts";
import type { Act } from "../../act.ts";
import { saveAsset } from "../../assets/index.ts";
import { addWork } from "../../library/index.ts";
import { refuse } from "../../problem.ts";
import type { Daypart } from "./daypart.ts";
import type { RotationKind } from "./pool.ts";
import type { Pace } from "./rotation.ts";

export type SetRotation = Pace & {
  id: string;
  channel: string | null;
  name: string;
  kind: RotationKind;
  weight: number;
  enabled: boolean;
  queries: RotationQuery[];
  works: number;
  dayparts: (Daypart & { id: string })[];
};

type Row = Omit<SetRotation, "queries" | "dayparts"> & { queries: string; dayparts: string };

export async function listRotations(act: Act, channel: string): Promise<SetRotation[]> {
  const rows = await rawOf(act.db)<Row[]>`
    select r.id, r.channel_id as channel, r.name, r.kind, r.weight, r.enabled, r.queries::text as queries,
      r.every_songs as "everySongs", r.every_minutes as "everyMinutes", r.at_minute as "atMinute",
      (select count(*)::int from rotation_work x where x.rotation_id = r.id) as works,
      coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'days', d.days, 'begins', d.begins, 'ends', d.ends)
        order by d.begins, d.id) from daypart d where d.rotation_id = r.id), '[]')::text as dayparts
    from rotation r where r.channel_id = ${channel} or r.channel_id is null
    order by array_position(array['standard', 'jingle', 'emergency'], r.kind), r.name`;
  return rows.map((r) => ({
    ...r,
    queries: JSON.parse(r.queries) as RotationQuery[],
    dayparts: JSON.parse(r.dayparts) as SetRotation["dayparts"],
  }));
}

export async function findRotation(act: Act, channel: string, name: string): Promise<SetRotation | undefined> {
  return (await listRotations(act, channel)).find(
    (r) => r.channel !== null && (r.id === name || r.name.toLowerCase() === name.toLowerCase()),
  );
}

export type RotationChange = Partial<Pace> & {
  channel: string;
  name: string;
  kind?: RotationKind;
  weight?: number | undefined;
  enabled?: boolean | undefined;
  query?: RotationQuery | undefined;
  daypart?: Daypart | undefined;
};

/** Makes it, or changes what is given of it. A pace replaces another pace. */
export async function setRotation(act: Act, given: RotationChange): Promise<SetRotation> {
  const { channel, name, kind = "standard", weight, enabled, query, daypart } = given;
  const before = await findRotation(act, channel, name);
  const sql = rawOf(act.db);
  const queries = query ? [query] : (before?.queries ?? (kind === "standard" ? [{ channel }] : []));
  const paced = [given.everySongs, given.everyMinutes, given.atMinute].some((p) => p != null);
  const pace = paced ? given : (before ?? given);
  const [row] = await sql<{ id: string }[]>`
    insert into rotation (workspace_id, id, channel_id, name, kind, weight, queries, every_songs, every_minutes, at_minute, enabled, created_at)
    values (${act.workspace.id}, ${act.newId()}, ${channel}, ${before?.name ?? name}, ${before?.kind ?? kind}, ${weight ?? before?.weight ?? 3},
      ${JSON.stringify(queries)}::text::jsonb, ${pace.everySongs ?? null}, ${pace.everyMinutes ?? null}, ${pace.atMinute ?? null},
      ${enabled ?? before?.enabled ?? true}, ${act.now.toISOString()})
    on conflict (workspace_id, channel_id, name) do update set weight = excluded.weight, queries = excluded.queries,
      every_songs = excluded.every_songs, every_minutes = excluded.every_minutes, at_minute = excluded.at_minute,
      enabled = excluded.enabled
    returning id`;
  if (daypart)
    await sql`
      insert into daypart (workspace_id, id, rotation_id, days, begins, ends)
      values (${act.workspace.id}, ${act.newId()}, ${row!.id}, ${daypart.days}, ${daypart.begins}, ${daypart.ends})
      on conflict do nothing`;
  act.changed({ what: "rotation", id: row!.id, from: before ?? null, to: given });
  return (await listRotations(act, channel)).find((r) => r.id === row!.id)!;
}

/** The whole rotation, or its hours alone: then it plays always again. */
export async function removeRotation(act: Act, rotation: SetRotation, hoursOnly: boolean): Promise<void> {
  const sql = rawOf(act.db);
  if (hoursOnly) await sql`delete from daypart where rotation_id = ${rotation.id}`;
  else await sql`delete from rotation where id = ${rotation.id}`;
  act.changed({ what: "rotation", id: rotation.id, from: { name: rotation.name, hours: rotation.dayparts.length } });
}

export async function putInto(act: Act, rotation: string, work: string): Promise<boolean> {
  const rows = await rawOf(act.db)`
    insert into rotation_work (workspace_id, rotation_id, work_id, added_by, added_at)
    values (${act.workspace.id}, ${rotation}, ${work}, ${act.person.id}, ${act.now.toISOString()})
    on conflict do nothing returning 1`;
  if (rows.length > 0) act.changed({ what: "rotation", id: rotation, to: { work } });
  return rows.length > 0;
}

export async function takeFrom(act: Act, channel: string | null, work: string, kind: RotationKind): Promise<number> {
  const rows = await rawOf(act.db)<{ id: string }[]>`
    delete from rotation_work x using rotation r
    where r.id = x.rotation_id and r.channel_id is not distinct from ${channel} and r.kind = ${kind} and x.work_id = ${work}
    returning r.id`;
  for (const { id } of rows) act.changed({ what: "rotation", id, from: { work } });
  return rows.length;
}

/** A jingle is short: a song would be a mistake. */
const JINGLE_SECONDS = 90;
const TYPES: Record<string, string> = { wav: "audio/wav", mp3: "audio/mpeg", ogg: "audio/ogg", flac: "audio/flac" };

/** A sound that staff bring themselves becomes a work: heard before it is believed, and theirs to answer for. */
export async function bringSound(act: Act, { name, bytes }: { name: string; bytes: Uint8Array }): Promise<string> {
  // When it is needed: the studio knows channels, and is not to be loaded for them.
  const { containerOf, decode, integrated } = await import("../../studio/index.ts");
  const type = TYPES[containerOf(bytes)];
  if (!type) throw refuse("options", "This is no sound that can be played. Send an MP3, WAV, Ogg or FLAC file.");
  const sound = await decode(bytes).catch(() => undefined);
  const seconds = sound?.sides[0] ? sound.sides[0].length / sound.rate : null;
  if ((type === "audio/wav" || type === "audio/mpeg") && !seconds)
    throw refuse("options", "This is no sound that can be played. Send an MP3, WAV, Ogg or FLAC file.");
  if (seconds !== null && seconds > JINGLE_SECONDS)
    throw refuse("rule", "This lasts {seconds} seconds. A jingle has {most} at most.", {
      seconds: Math.round(seconds),
      most: JINGLE_SECONDS,
    });
  const saved = await saveAsset(act, { kind: "jingle", type, name, bytes });
  const lufs = sound ? integrated(sound.sides, sound.rate) : Number.NaN;
  await addWork(act, {
    id: saved.id,
    kind: "jingle",
    title: name.replace(/\.[a-z0-9]+$/i, ""),
    channel: null,
    status: "approved",
    provider: "upload",
    model: "",
    prompt: "",
    seed: null,
    cost: 0n,
    rights: { label: "brought by staff" },
    seconds,
    facts: Number.isFinite(lufs) ? { lufs } : {},
    parts: {},
    batch: null,
  });
  return saved.id;
}
