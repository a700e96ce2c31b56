// Every text of the house that people read, found in its source: what a language must have. For the tests and for
// translators; nothing that runs needs it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { parseSync } from "oxc-parser";
import { allCommands } from "../commands.ts";
import { type Locale, wordsOf } from "./say.ts";

type Node = { type: string } & Record<string, unknown>;

// Who takes a text, and as which of its arguments.
const TAKES: Readonly<Record<string, number>> = { say: 0, refuse: 1, Refusal: 1, Wrong: 0, flaw: 1 };
/** The kinds of options. Others may have functions of these names: it counts where it was imported from. */
const BUILDS: Readonly<Record<string, number>> = {
  text: 0,
  whole: 0,
  decimal: 0,
  money: 0,
  yesNo: 0,
  choice: 0,
  period: 0,
  moment: 0,
  duration: 0,
  file: 0,
  colour: 0,
  pick: 1,
  person: 1,
  zone: 0,
  currency: 0,
};

export type Found = { texts: Set<string>; prefixes: Set<string> };
type Scan = Found & { table: Record<string, number> };

/** The texts in one file. `prefixes` are those of keys that are put together, such as `role:` of "role:owner". */
export function textsIn(path: string, source: string, found: Found = { texts: new Set(), prefixes: new Set() }): Found {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  walk(program as unknown as Node, { ...found, table: { ...TAKES, ...builders(program as unknown as Node) } });
  return found;
}

/** The kinds of options under the names that this file gives them. */
function builders(program: Node): Record<string, number> {
  const table: Record<string, number> = {};
  for (const part of program.body as Node[]) {
    if (
      part.type !== "ImportDeclaration" ||
      !/\b(command|options)\/|\/settings\.ts$/.test(String((part.source as Node).value))
    )
      continue;
    for (const one of part.specifiers as Node[]) {
      const name = (one.imported as Node | undefined)?.name;
      if (typeof name === "string" && Object.hasOwn(BUILDS, name))
        table[String((one.local as Node).name)] = BUILDS[name]!;
    }
  }
  return table;
}

function walk(node: Node, found: Scan): void {
  if (node.type === "CallExpression" || node.type === "NewExpression") fromCall(node, found);
  if (node.type === "ObjectExpression") fromObject(node, found);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, found);
    } else if (isNode(value)) walk(value, found);
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

function fromCall(call: Node, found: Scan): void {
  const callee = call.callee as Node;
  const name = callee.type === "Identifier" ? callee.name : (callee.property as Node | undefined)?.name;
  const table = callee.type === "Identifier" ? found.table : TAKES;
  if (typeof name !== "string" || !Object.hasOwn(table, name)) return;
  const args = call.arguments as Node[];
  const before = found.texts.size + found.prefixes.size;
  const at = table[name]!;
  if (args[at]) literals(args[at], found);
  // `say(locale, "text")`, as the module itself has it.
  const none = before === found.texts.size + found.prefixes.size;
  if (name === "say" && none && args[1] && args[0]?.type !== "Literal") literals(args[1], found);
}

/** `says: "…"`, and `{ option, text: "…" }` of an option's error. */
function fromObject(object: Node, found: Found): void {
  const fields = new Map<string, Node>();
  for (const p of object.properties as Node[]) {
    const key = p.key as Node | undefined;
    if (p.type === "Property" && key?.type === "Identifier") fields.set(String(key.name), p.value as Node);
  }
  const says = fields.get("says");
  if (says) literals(says, found);
  const text = fields.get("text");
  if (text && fields.has("option")) literals(text, found);
}

/** The texts that an expression can be. Others (a variable, a field) were found where they were written. */
function literals(node: Node, found: Found): void {
  const text = textOf(node);
  if (text !== undefined) {
    if (text !== "") found.texts.add(text);
  } else if (node.type === "ConditionalExpression") {
    literals(node.consequent as Node, found);
    literals(node.alternate as Node, found);
  } else if (node.type === "LogicalExpression") {
    literals(node.left as Node, found);
    literals(node.right as Node, found);
  } else if (node.type === "TemplateLiteral") {
    const [first] = node.quasis as { value: { cooked: string } }[];
    if (first?.value.cooked.includes(":")) found.prefixes.add(first.value.cooked);
  }
}

function textOf(node: Node): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral" && (node.expressions as Node[]).length === 0)
    return (node.quasis as { value: { cooked: string } }[])[0]?.value.cooked;
  if (node.type === "ParenthesizedExpression") return textOf(node.expression as Node);
  if (node.type !== "BinaryExpression" || node.operator !== "+") return undefined;
  const [left, right] = [textOf(node.left as Node), textOf(node.right as Node)];
  return left === undefined || right === undefined ? undefined : left + right;
}

const ROOT = join(import.meta.dirname, "..", "..");

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.name.endsWith(".ts") && !e.name.endsWith(".test.ts") && !e.name.endsWith(".d.ts"))
    .map((e) => join(e.parentPath, e.name))
    .sort();
}

/** All that the house says. */
export function spoken(): Found {
  const found: Found = { texts: new Set(), prefixes: new Set() };
  for (const folder of ["core", "jobs", "bots"]) {
    for (const path of sources(folder)) textsIn(path, readFileSync(path, "utf8"), found);
  }
  return found;
}

/** What a language has to say: the English words for each key. */
export function allKeys(): Map<string, string> {
  const keys = new Map([...spoken().texts].map((text) => [text, text]));
  for (const [key, english] of wordsOf("en")) keys.set(key, english);
  for (const command of allCommands) {
    if (command.hidden) continue;
    keys.set(`command:${command.name}`, command.name);
    for (const option of Object.keys(command.options)) keys.set(`option:${option}`, option);
  }
  return keys;
}

/** Keys that a language may have and need not: a choice's label, an option's other name in one command. */
export function spareKeys(): Set<string> {
  const keys = new Set<string>();
  for (const command of allCommands) {
    for (const [name, option] of Object.entries(command.options)) {
      keys.add(`option:${command.name}.${name}`);
      for (const choice of option.choices ?? []) keys.add(`choice:${choice}`);
    }
  }
  return keys;
}

export const missingKeys = (locale: Locale): Map<string, string> =>
  new Map([...allKeys()].filter(([key]) => !wordsOf(locale).has(key)));

type Element = { type: number; value?: string; options?: Record<string, { value: Element[] }>; children?: Element[] };
// The kinds of `@formatjs/icu-messageformat-parser`: what stands in braces, and what is asked of it.
const KINDS: Readonly<Record<number, string>> = {
  1: "word",
  2: "number",
  3: "date",
  4: "time",
  5: "select",
  6: "plural",
};

/** The names in a message's braces, with what they are; throws where the message is none. */
export function placeholders(message: string, locale: Locale): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (elements: readonly Element[]): void => {
    for (const { type, value, options, children } of elements) {
      const kind = KINDS[type];
      if (kind && value !== undefined && found.get(value) !== "plural") found.set(value, kind);
      for (const option of Object.values(options ?? {})) visit(option.value);
      if (children) visit(children);
    }
  };
  visit(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).getAst() as unknown as Element[]);
  return found;
}

/** What is wrong with a message in a language: it does not format, or has other names in its braces than the English. */
export function faultOf(key: string, english: string, words: string, locale: Locale): string | undefined {
  try {
    const wanted = placeholders(english, "en");
    const has = placeholders(words, locale);
    const names = [...new Set([...wanted.keys(), ...has.keys()])];
    const odd = names.find((name) => wanted.has(name) !== has.has(name));
    if (odd) return `${key}: {${odd}} is ${wanted.has(odd) ? "missing" : "not in the English"}`;
    const kinds = new Map([...has, ...wanted]);
    for (const number of [0, 1, 2, 3, 5, 21, 1_000_000]) {
      const sample = (kind: string) =>
        kind === "date" || kind === "time" ? new Date(0) : /number|plural/.test(kind) ? number : "x";
      const vars = Object.fromEntries([...kinds].map(([name, kind]) => [name, sample(kind)]));
      const said = new IntlMessageFormat(words, locale, undefined, { ignoreTag: true }).format(vars);
      if (typeof said !== "string" || said.trim() === "") return `${key}: it says nothing`;
    }
    return undefined;
  } catch (error) {
    return `${key}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
