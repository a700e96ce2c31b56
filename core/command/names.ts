// What a command and its options are called in each language. The translations are in core/words/<locale>/commands.json
// under `command:generate song`, `option:channel` (or `option:generate song.channel` where one command differs).
import { LOCALES, type Locale, wordsOf } from "../words/say.ts";
import type { Command } from "./command.ts";

export type Named = {
  /** As many words as the English name, each fit for a platform's native command. */
  name: string;
  says: string;
  options: Record<string, { name: string; says: string }>;
};

const wordFor = (locale: Locale, key: string): string | undefined =>
  wordsOf(locale).get(key) ?? (locale === "en-GB" ? wordsOf("en").get(key) : undefined);

const nameIn = (locale: Locale, command: Command): string => wordFor(locale, `command:${command.name}`) ?? command.name;

const optionIn = (locale: Locale, command: Command, option: string): string =>
  wordFor(locale, `option:${command.name}.${option}`) ?? wordFor(locale, `option:${option}`) ?? option;

/** A choice is always sent as it is declared; this is what people read. */
export const choiceIn = (locale: Locale, choice: string): string => wordFor(locale, `choice:${choice}`) ?? choice;

/** For native registration: the names and descriptions of a command in one language. */
export function localised(command: Command, locale: Locale): Named {
  const options = Object.entries(command.options).map(([name, spec]) => [
    name,
    { name: optionIn(locale, command, name), says: wordFor(locale, spec.says) ?? spec.says },
  ]);
  return {
    name: nameIn(locale, command),
    says: wordFor(locale, command.says) ?? command.says,
    options: Object.fromEntries(options),
  };
}

/** One spelling for what people and platforms write: "Generate_Song", "generate.song", "generate  song". */
export const spelled = (name: string): string =>
  name
    .slice(0, 100)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_.]+/g, " ")
    .trim();

/** Every localised name, and whose it is in which language. */
export function localNames(commands: readonly Command[]): Map<string, Map<Locale, Command>> {
  const names = new Map<string, Map<Locale, Command>>();
  for (const command of commands) {
    for (const locale of LOCALES) {
      const name = spelled(nameIn(locale, command));
      const owners = names.get(name) ?? new Map<Locale, Command>();
      names.set(name, owners);
      if (!owners.has(locale)) owners.set(locale, command);
    }
  }
  return names;
}

/** The options of a command by every name they have, in English or another language; English wins. */
export function optionNames(command: Command, locale?: Locale): Map<string, string> {
  const names = new Map<string, string>();
  const add = (name: string, option: string) => {
    const key = spelled(name).replaceAll(" ", "_");
    if (!names.has(key)) names.set(key, option);
  };
  for (const option of Object.keys(command.options)) add(option, option);
  for (const spoken of locale ? [locale, ...LOCALES] : LOCALES) {
    for (const option of Object.keys(command.options)) add(optionIn(spoken, command, option), option);
  }
  return names;
}

export type Group = { word: string; name: string; says: string; commands: readonly Command[] };

/**
 * Commands by their first word, which is what platforms register at the top. A command of one word is a group of its
 * own; a group's description lists what is in it.
 */
export function groupsOf(commands: readonly Command[], locale: Locale): Group[] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    const [word = ""] = command.name.split(" ");
    const members = groups.get(word);
    if (members) members.push(command);
    else groups.set(word, [command]);
  }
  return [...groups].map(([word, members]) => {
    const [name = word] = nameIn(locale, members[0]!).split(" ");
    const only = members.length === 1 && members[0]!.name === word;
    const rest = members.map((c) => nameIn(locale, c).split(" ").slice(1).join(" ") || nameIn(locale, c));
    return { word, name, says: only ? localised(members[0]!, locale).says : rest.join(" · "), commands: members };
  });
}
