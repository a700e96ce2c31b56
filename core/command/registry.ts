// All commands of the house, found by name in one step however many there are.
import type { Locale } from "../words/say.ts";
import type { Command } from "./command.ts";
import { localNames, spelled } from "./names.ts";

export type Registry = {
  /**
   * By any of its spellings: "generate song", "generate_song", "generate.song", or its name in another language. Where
   * two languages use one name for different things, the given language's is meant.
   */
  find(name: string, locale?: Locale): Command | undefined;
  /** What people see: hidden commands are not in it. */
  all(): readonly Command[];
  /** Names of those that a crowd's presses are run as one of. */
  together: readonly string[];
};

export function registry(commands: readonly Command[]): Registry {
  const byName = new Map<string, Command>();
  for (const command of commands) {
    for (const spelling of new Set([command.name, command.name.replace(" ", "_"), command.name.replace(" ", ".")])) {
      if (byName.has(spelling)) throw new Error(`Two commands are called "${command.name}".`);
      byName.set(spelling, command);
    }
  }
  const shown = commands.filter((c) => !c.hidden);
  const together = commands.filter((c) => c.together).map((c) => c.name);
  // Read when somebody first writes a name that is not English: no start waits for seven languages.
  let local: ReturnType<typeof localNames> | undefined;
  const elsewhere = (name: string, locale: Locale | undefined): Command | undefined => {
    const spelling = spelled(name);
    const english = byName.get(spelling);
    if (english) return english;
    local ??= localNames(shown);
    const owners = local.get(spelling);
    return (locale && owners?.get(locale)) ?? owners?.values().next().value;
  };
  return { find: (name, locale) => byName.get(name) ?? elsewhere(name, locale), all: () => shown, together };
}
