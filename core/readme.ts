// Keeps the README's table of commands true: `npm run readme` writes it, a test fails when it is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "./command/index.ts";
import { allCommands } from "./commands.ts";

const README = fileURLToPath(new URL("../README.md", import.meta.url));
const START = "<!-- commands: made by npm run readme -->";
const END = "<!-- /commands -->";

export function commandTable(commands: readonly Command[]): string {
  const rows = commands
    .filter((c) => !c.hidden)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((c) => {
      const options = Object.entries(c.options).map(([name, o]) =>
        o.required && o.fallback === undefined ? name : `${name}?`,
      );
      return `| \`/${c.name}\` | ${c.says.replaceAll("|", "\\|")} | ${options.join(", ")} | ${c.role} |`;
    });
  return ["| command | what it does | options | least role |", "|---|---|---|---|", ...rows].join("\n");
}

/** The README with its table as the commands are now. */
export function withTable(readme: string, commands: readonly Command[]): string {
  const from = readme.indexOf(START);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md has lost its marks ${START} and ${END}.`);
  return `${readme.slice(0, from + START.length)}\n${commandTable(commands)}\n${readme.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(README, withTable(readFileSync(README, "utf8"), allCommands));
