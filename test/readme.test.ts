import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { allCommands } from "../core/commands.ts";
import { withTable } from "../core/readme.ts";

const root = resolve(import.meta.dirname, "..");
const readme = readFileSync(resolve(root, "README.md"), "utf8");

test("the README's table of commands is today's (npm run readme writes it)", () => {
  expect(readme).toBe(withTable(readme, allCommands));
});

test("every script and file that the README names is there", () => {
  const scripts = (
    JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")) as { scripts: Record<string, string> }
  ).scripts;
  for (const [, name] of readme.matchAll(/`npm run ([a-z]+)/g))
    expect(Object.keys(scripts), `npm run ${name}`).toContain(name);
  for (const [, path] of readme.matchAll(/\]\((?!https?:)([^)#]+)/g))
    expect(existsSync(resolve(root, path!)), path).toBe(true);
});
