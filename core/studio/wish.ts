// From what a person typed to what a provider is asked for: the genre's own words, the mood, and chance for each.
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";
import type { Channel } from "../streams/index.ts";
import { fill, promptFiles, prompts, type Values, versionAt } from "./prompts.ts";
import { type Kind, type Wish, WORD_KINDS } from "./provider.ts";

export type Asked = {
  kind: Kind;
  channel?: Channel | undefined;
  genre?: string | undefined;
  mood?: string | undefined;
  prompt?: string | undefined;
  seconds?: number | undefined;
  ratio?: Wish["ratio"] | undefined;
  language?: string | undefined;
  fresh?: boolean | undefined;
  pipeline?: string | undefined;
};

const SEEDS = 2 ** 31;

/** The names of prompts/genres: what a genre may be. */
export const genres = (): string[] =>
  promptFiles()
    .filter((f) => f.kind === "genre")
    .map((f) => f.name.slice("genres/".length));

/** A tag that Intl takes; what is none is written as it is. */
export function languageOf(typed: string): string {
  try {
    return Intl.getCanonicalLocales(typed)[0] ?? "en";
  } catch {
    throw refuse("options", "{language} is no language tag. Write one such as ja or pt-BR.", { language: typed });
  }
}

/** One wish for each of `count` things: they share what was asked and differ by chance. */
export async function wishesFor(act: Act, asked: Asked, count: number): Promise<Wish[]> {
  const genre = asked.channel?.genre ?? asked.genre;
  const style = genre === undefined ? undefined : await prompts.find(act, `genres/${genre}`);
  // Words have a prompt of their kind; what is heard and seen, that of its genre.
  const prompt = WORD_KINDS.includes(asked.kind) ? await prompts.find(act, `kinds/${asked.kind}`) : style;
  if (asked.genre !== undefined && !style)
    throw refuse("options", "There is no genre {genre}. There are: {genres}.", {
      genre: asked.genre,
      genres: genres().join(", "),
    });
  const about = asked.channel?.name ?? style?.title ?? act.workspace.name;
  const values: Values = {
    mood: asked.mood ?? "",
    asked: asked.prompt ?? "",
    channel: about,
    genre: style?.title ?? "",
    // A name, as a reader of the prompt understands it.
    language:
      new Intl.DisplayNames("en", { type: "language", fallback: "code" }).of(
        languageOf(asked.language ?? act.workspace.locale),
      ) ?? "English",
    ...(asked.seconds === undefined ? {} : { seconds: asked.seconds }),
  };
  return Array.from({ length: count }, (_, n): Wish => {
    // Each draws its own version: that is what an A/B test is.
    const version = prompt && versionAt(prompt.versions, act.random());
    const own = version ? fill(version.body, values) : (asked.mood ?? "");
    const typed = version?.body.includes("{asked}") ? "" : (asked.prompt ?? "");
    return {
      kind: asked.kind,
      title: count === 1 ? about : `${about} ${n + 1}`,
      prompt: [typed, own].filter(Boolean).join(" ") || about,
      ...(asked.prompt === undefined ? {} : { asked: asked.prompt }),
      ...(version && prompt ? { promptName: prompt.name, promptVersion: version.version } : {}),
      ...(genre === undefined ? {} : { genre }),
      ...(asked.mood === undefined ? {} : { mood: asked.mood }),
      ...(asked.seconds === undefined ? {} : { seconds: asked.seconds }),
      ...(asked.ratio === undefined ? {} : { ratio: asked.ratio }),
      ...(asked.language === undefined ? {} : { language: asked.language }),
      ...(asked.kind === "song" || asked.kind === "loop" ? { instrumental: true } : {}),
      ...(asked.fresh ? { fresh: true } : {}),
      ...(asked.pipeline === undefined ? {} : { pipeline: asked.pipeline }),
      seed: Math.floor(act.random() * SEEDS),
    };
  });
}
