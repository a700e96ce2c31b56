// All commands of the house, found by name in one step however many there are.
import type { Command } from "./command.ts";

export type Registry = {
  /** By any of its spellings: "generate song", "generate_song", "generate.song". */
  find(name: string): Command | undefined;
  /** What people see: hidden commands are not in it. */
  all(): readonly Command[];
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
  return { find: (name) => byName.get(name) ?? byName.get(name.toLowerCase()), all: () => shown };
}
