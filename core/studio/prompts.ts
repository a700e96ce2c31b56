// Prompts: Markdown files with typed variables, and the versions that a workspace wrote over them from chat.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Entity, near } from "../command/index.ts";
import { refuse } from "../problem.ts";

const FOLDER = resolve(import.meta.dirname, "../../prompts");

/** What may stand in braces, and what it is. A prompt that names another is refused when it is set. */
export const VARIABLES = {
  mood: "the mood that was asked for",
  asked: "what the person typed",
  channel: "the channel's name",
  genre: "the genre's name",
  language: "the language of the result",
  seconds: "how long it is",
  bpm: "the tempo",
  key: "the key",
  kind: "what is made: a post, a caption",
  scenes: "how many scenes a film has",
  words: "how many words can be spoken in it",
} as const;
export type Variable = keyof typeof VARIABLES;
export type Values = Partial<Record<Variable, string | number>>;

export type Version = { version: number; body: string; weight: number; setBy: string | null; setAt: string | null };
export type Prompt = { name: string; title: string; kind: string; versions: Version[] };

type FromFile = { name: string; title: string; kind: string; head: string; body: string };

/** Every file, by its path without `.md`: "genres/noir-jazz". Read when asked for. */
export function promptFiles(): FromFile[] {
  return readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => {
      const [, head = "", ...body] = readFileSync(join(FOLDER, file), "utf8").split(/^---$/m);
      const field = (name: string) => new RegExp(`^${name}: *(.+)$`, "m").exec(head)?.[1]?.trim();
      const name = file.slice(0, -3).replaceAll("\\", "/");
      return { name, title: field("title") ?? name, kind: field("kind") ?? "", head, body: body.join("---").trim() };
    });
}

type Row = { name: string; version: number; body: string; weight: number; by: string | null; at: string };

const written = (act: Act, name?: string) => {
  const sql = rawOf(act.db);
  return sql<Row[]>`
    select v.name, v.version, v.body, v.weight, p.name as by, v.set_at as at
    from prompt_version v left join person p on p.workspace_id = v.workspace_id and p.id = v.set_by
    ${name === undefined ? sql`` : sql`where v.name = ${name}`} order by v.name, v.version desc`;
};

/** The file is version 0: it has what weight the written ones leave. */
function withFile(file: FromFile, rows: readonly Row[]): Prompt {
  const own = rows.filter((r) => r.name === file.name);
  const taken = own.reduce((sum, r) => sum + r.weight, 0);
  const versions: Version[] = own.map((r) => ({
    version: r.version,
    body: r.body,
    weight: r.weight,
    setBy: r.by,
    setAt: new Date(r.at).toISOString(),
  }));
  versions.push({ version: 0, body: file.body, weight: Math.max(0, 100 - taken), setBy: null, setAt: null });
  return { name: file.name, title: file.title, kind: file.kind, versions };
}

export async function listPrompts(act: Act): Promise<Prompt[]> {
  const rows = await written(act);
  return promptFiles().map((file) => withFile(file, rows));
}

export const prompts: Entity<Prompt> = {
  name: "prompt",
  async find(act, raw) {
    const wanted = raw.trim().toLowerCase().replace(/\.md$/, "");
    const file = promptFiles().find((f) => f.name === wanted || f.name.endsWith(`/${wanted}`));
    return file && withFile(file, await written(act as Act, file.name));
  },
  async search(_act, typed) {
    const all = promptFiles();
    const wanted = typed.toLowerCase();
    const fits = all.filter((f) => f.name.includes(wanted) || f.title.toLowerCase().includes(wanted));
    return (fits.length > 0 ? fits : near(all, wanted, (f) => [f.name]))
      .slice(0, 25)
      .map((f) => ({ value: f.name, label: f.title }));
  },
};

/** The version that chance takes, by the weights; `draw` from 0 to 1. */
export function versionAt(versions: readonly Version[], draw: number): Version {
  const all = versions.reduce((sum, v) => sum + v.weight, 0);
  let left = draw * all;
  for (const version of versions) {
    left -= version.weight;
    if (left < 0) return version;
  }
  return versions.find((v) => v.weight > 0) ?? versions.at(-1)!;
}

const NAMED = /\{(\w+)\}/g;

/** Variables become their values; a sentence that has one without a value keeps its other words. */
export const fill = (body: string, values: Values): string =>
  body
    .replace(NAMED, (_, name: string) => String(values[name as Variable] ?? ""))
    .replace(/[ \t]+([,.;])/g, "$1")
    .replace(/([,;]) *(?=[,.;])/g, "")
    .replace(/\s+/g, " ")
    .trim();

/** Writes the next version. Its weight is taken from the others in proportion: all of it, unless said otherwise. */
export async function setPrompt(act: Act, prompt: Prompt, body: string, weight: number): Promise<Version> {
  const unknown = [...body.matchAll(NAMED)].map((m) => m[1]!).find((name) => !Object.hasOwn(VARIABLES, name));
  if (unknown !== undefined)
    throw refuse("options", "{name} is no variable. There are: {all}.", {
      name: `{${unknown}}`,
      all: Object.keys(VARIABLES)
        .map((v) => `{${v}}`)
        .join(" "),
    });
  const sql = rawOf(act.db);
  // Two who set it at once get two versions, one after the other.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`prompt ${act.workspace.id} ${prompt.name}`}, 0))`;
  await sql`
    update prompt_version set weight = floor(weight * ${100 - weight}::int / 100.0)::int where name = ${prompt.name}`;
  const [row] = await sql<{ version: number }[]>`
    insert into prompt_version (workspace_id, name, version, body, weight, set_by, set_at)
    select ${act.workspace.id}, ${prompt.name}, coalesce(max(version), 0) + 1, ${body}, ${weight}, ${act.person.id}, ${act.now.toISOString()}
    from prompt_version where name = ${prompt.name}
    returning version`;
  act.changed({ what: "prompt", id: prompt.name, to: row!.version });
  return { version: row!.version, body, weight, setBy: act.person.name, setAt: act.now.toISOString() };
}

/** Lines that went and lines that came, as a diff is read. */
export function diffOf(before: string, after: string): string {
  const [a, b] = [before.split("\n"), after.split("\n")];
  // Longest common lines: prompts are a page at most.
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && table[i + 1]![j]! >= table[i]![j + 1]!)) lines.push(`- ${a[i++]}`);
    else lines.push(`+ ${b[j++]}`);
  }
  return lines.join("\n");
}
