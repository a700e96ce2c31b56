// What a song of ours is made of: each stem as WAV, and its MIDI. A song is its wish and its seed, so the stems are played again when
// somebody wants them, and kept from then on.
import { rm } from "node:fs/promises";
import { rawOf } from "../../db/connect.ts";
import { type Act, jobKind } from "../act.ts";
import { type Brought, bringBytes, openAsset, saveAsset } from "../assets/index.ts";
import type { House } from "../house.ts";
import { shortOf, type Work } from "../library/index.ts";
import { refuse } from "../problem.ts";
import { asJson } from "../text.ts";
import { type Block, type View, view } from "../view/index.ts";
import { workFolder } from "../workfolder.ts";
import { piecesOf } from "./gather.ts";
import { midi } from "./local/midi.ts";
import { compose } from "./local/score/compose.ts";
import type { Stem } from "./local/score/names.ts";
import { makeSong } from "./local/song.ts";
import type { Wish } from "./provider.ts";
import { scoreFor } from "./providers/local.ts";

export const exportStems = jobKind<{ work: string }>("stems");

const SYNTHESIZER = "synthesizer-1";
/** A part of a work that is a stem: "stem drums". */
const STEM = "stem ";
/** Copies of a lossless song take as much again each: longer ones are asked for in parts. */
const LONGEST = 300;

const isOurs = ({ provider, model, kind }: Work) =>
  provider === "local" && model === SYNTHESIZER && (kind === "song" || kind === "loop");

export const hasStems = (work: Work): boolean => Object.keys(work.parts).some((role) => role.startsWith(STEM));

/** Why not, or nothing. */
export function mayExport(work: Work, what: "stems" | "midi"): void {
  if (!isOurs(work))
    throw refuse("rule", "{title} was not composed by this machine: there are no stems and no notes of it.", {
      title: work.title,
    });
  if (what === "stems" && !hasStems(work) && (work.seconds ?? 0) > LONGEST)
    throw refuse("rule", "{title} is too long for stems: {seconds} seconds are the most.", {
      title: work.title,
      seconds: LONGEST,
    });
}

type Found = { wish: Wish; title: string; parts: Record<string, string>; notes: string | null };

export async function readSong(act: Act, id: string): Promise<Found> {
  const [row] = await rawOf(act.db)<Found[]>`
    select i.wish, w.title, w.parts, encode(m.sha256, 'hex') as notes
    from work w join item i on i.workspace_id = w.workspace_id and i.id = w.id
    left join asset m on m.workspace_id = w.workspace_id and m.id::text = w.parts->>'midi'
    where w.id = ${id}`;
  if (!row) throw refuse("missing", "This song was not made here, so it cannot be taken apart.");
  return row;
}

export const notesOf = (wish: Wish): Uint8Array => {
  const { genre, wish: asked } = scoreFor(wish);
  return midi(compose(genre, wish.seed, asked));
};

/** Plays it again, a stem at a time, each into the store before the next. */
export async function playStems(
  house: Pick<House, "files" | "bucket" | "sources" | "log">,
  workspaceId: string,
  wish: Wish,
  more: { signal: AbortSignal; progress(share: number): void },
): Promise<Map<Stem, Brought>> {
  const { genre, wish: asked } = scoreFor(wish);
  const folder = await workFolder("stems");
  try {
    const stems = new Map<Stem, Promise<Brought>>();
    const stem = (stem: Stem, file: string) => {
      const brought = bringBytes(house, workspaceId, () => piecesOf(file));
      // Looked at below; until then a failure is nobody's.
      brought.catch(() => {});
      stems.set(stem, brought);
    };
    await makeSong(genre, wish.seed, { ...asked, formats: [], folder, ...more, stem });
    const done = new Map<Stem, Brought>();
    for (const [stem, brought] of stems) done.set(stem, await brought);
    return done;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of two that played at once, the first is kept. */
export async function saveStems(act: Act, id: string, stems: ReadonlyMap<Stem, Brought>): Promise<void> {
  const sql = rawOf(act.db);
  const [row] = await sql<{ title: string; parts: Record<string, string> }[]>`
    select title, parts from work where id = ${id} for update`;
  if (!row || Object.keys(row.parts).some((role) => role.startsWith(STEM))) return;
  const parts: Record<string, string> = {};
  for (const [stem, brought] of stems) {
    const name = `${row.title} - ${stem}.wav`;
    const saved = await saveAsset(act, { kind: "stem", partOf: id, type: "audio/wav", name, bytes: brought });
    parts[`${STEM}${stem}`] = saved.id;
  }
  await sql`update work set parts = parts || ${asJson(parts)}::text::jsonb where id = ${id}`;
}

/** The files themselves, for whoever may have them. */
export async function partsView(act: Act, work: Pick<Work, "id" | "title" | "parts">, what: "stems" | "midi") {
  const roles = Object.keys(work.parts).filter((role) => (what === "midi" ? role === "midi" : role.startsWith(STEM)));
  const files = await Promise.all(roles.map((role) => openAsset(act, work.parts[role]!)));
  const blocks = files.map(
    ({ id, name, type, bytes }): Block => ({ kind: "file", url: `/api/v1/assets/${id}`, name, type, bytes }),
  );
  const words =
    what === "midi"
      ? act.say("The notes of {title}.", { title: work.title })
      : act.say("{title} in {count, plural, one {# stem} other {# stems}}.", {
          title: work.title,
          count: files.length,
        });
  const items = files.map(({ id, name, bytes }, n) => ({ id, role: roles[n]!, name, bytes }));
  return { view: view(words, ...blocks) as View, data: { item: { id: work.id, short: shortOf(work.id) }, items } };
}
