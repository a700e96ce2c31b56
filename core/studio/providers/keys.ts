// Which keys would let this house make a thing that nobody here makes: told to whoever asked for it.
import type { Act } from "../../act.ts";
import type { Kind } from "../provider.ts";
import { openProviders } from "./index.ts";

/** What is set in the environment, the usual first. */
const KEYS = [
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "ELEVENLABS_API_KEY",
  "MINIMAX_API_KEY",
  "RUNWAY_API_KEY",
  "STABILITY_API_KEY",
  "REPLICATE_API_KEY",
  "AZURE_SPEECH_KEY",
  "OLLAMA_HOSTS",
] as const;

/** Each is tried with a key that nobody has: what would be there says what it makes. */
export const keysFor = (kind: Kind): string[] =>
  KEYS.filter((key) =>
    openProviders({ read: (name, parse) => (name === key ? parse("a-key-that-nobody-has") : undefined) }).some(
      ({ local, capabilities }) => !local && capabilities.some((c) => c.kind === kind),
    ),
  );

export const keyWords = (locale: string, kind: Kind): string =>
  new Intl.ListFormat(locale, { type: "disjunction" }).format(keysFor(kind));

/** Nobody here makes it, and who would. */
export const missingWords = (act: Pick<Act, "say" | "locale">, kind: Kind): string =>
  act.say(
    "Nobody here makes that yet. Set {keys} where Impresario starts, and start it again. /provider list shows who is there.",
    { keys: keyWords(act.locale, kind) },
  );
