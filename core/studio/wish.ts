// From what a person typed to what a provider is asked for: the genre's own words, the mood, and chance for each.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";
import type { Channel } from "../streams/index.ts";
import type { Kind, Wish } from "./provider.ts";

export type Asked = {
  kind: Kind;
  channel?: Channel | undefined;
  genre?: string | undefined;
  mood?: string | undefined;
  prompt?: string | undefined;
  seconds?: number | undefined;
  ratio?: Wish["ratio"] | undefined;
  language?: string | undefined;
};

const GENRES = resolve(import.meta.dirname, "../../prompts/genres");
const SEEDS = 2 ** 31;

/** The names of prompts/genres: what a genre may be. */
export const genres = (): string[] =>
  readdirSync(GENRES)
    .filter((f) => f.endsWith(".md"))
    .map((f) => f.slice(0, -3))
    .sort();

/** The words of a genre and their version; undefined when there is no such genre. */
export function genreWords(genre: string): { words: string; version: number; title: string } | undefined {
  // Only a name of the folder: nobody's typing becomes a path.
  if (!genres().includes(genre)) return undefined;
  const [, head = "", words = ""] = readFileSync(join(GENRES, `${genre}.md`), "utf8").split(/^---$/m);
  const field = (name: string) => new RegExp(`^${name}: *(.+)$`, "m").exec(head)?.[1]?.trim();
  return { words: words.trim(), version: Number(field("version") ?? 1), title: field("title") ?? genre };
}

/** One wish for each of `count` things: they share what was asked and differ by chance. */
export function wishesFor(act: Act, asked: Asked, count: number): Wish[] {
  const genre = asked.channel?.genre ?? asked.genre;
  const template = genre === undefined ? undefined : genreWords(genre);
  if (asked.genre !== undefined && !template)
    throw refuse("options", "There is no genre {genre}. There are: {genres}.", {
      genre: asked.genre,
      genres: genres().join(", "),
    });
  const about = asked.channel?.name ?? template?.title ?? act.workspace.name;
  const words = [
    asked.prompt,
    template?.words
      .replaceAll("{mood}", asked.mood ?? "")
      .replace(/\s+/g, " ")
      .trim(),
    template ? "" : asked.mood,
  ]
    .filter(Boolean)
    .join(" ");
  return Array.from({ length: count }, (_, n): Wish => {
    const seed = Math.floor(act.random() * SEEDS);
    return {
      kind: asked.kind,
      title: count === 1 ? about : `${about} ${n + 1}`,
      prompt: words || about,
      ...(asked.prompt === undefined ? {} : { asked: asked.prompt }),
      ...(template ? { promptName: `genres/${genre}`, promptVersion: template.version } : {}),
      ...(genre === undefined ? {} : { genre }),
      ...(asked.mood === undefined ? {} : { mood: asked.mood }),
      ...(asked.seconds === undefined ? {} : { seconds: asked.seconds }),
      ...(asked.ratio === undefined ? {} : { ratio: asked.ratio }),
      ...(asked.language === undefined ? {} : { language: asked.language }),
      ...(asked.kind === "song" || asked.kind === "loop" ? { instrumental: true } : {}),
      seed,
    };
  });
}
