// From a typed line to a command and its options, and back; and what could be completed at the caret. Pure.
import type { CommandInfo } from "./api.ts";

/** As much of a line as the page needs to see what is missing; the server reads the line itself. */
export type Line = { command: CommandInfo; options: Record<string, string> };

const plainName = (name: string) => name.toLowerCase().replace(/[._]/g, " ").replace(/\s+/g, " ").trim();

/** Names have up to so many words, in whatever language. */
const NAME_WORDS = 4;

/** The command that a line starts with (the longest name that fits), and what follows it. */
export function commandOf(
  commands: readonly CommandInfo[],
  text: string,
): { command: CommandInfo; rest: string } | null {
  if (!text.startsWith("/")) return null;
  const ends = [...text.slice(1).matchAll(/\S+/g)].slice(0, NAME_WORDS).map((m) => 1 + m.index + m[0].length);
  for (const end of ends.reverse()) {
    const typed = plainName(text.slice(1, end));
    const command = commands.find((c) => c.name === typed) ?? commands.find((c) => plainName(c.local) === typed);
    if (command) return { command, rest: text.slice(end) };
  }
  return null;
}

type Piece = { key?: string; value: string; from: number; to: number; open: boolean };

/** Words, `key:value` and quoted text, with where each stands. A quote may be left open while it is typed. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  const pattern = /([\p{L}_][\p{L}\d_]*):(?=\s|$)|(?:([\p{L}_][\p{L}\d_]*):)?(?:"((?:[^"\\]|\\.)*)("?)|(\S+))/gu;
  for (const m of text.matchAll(pattern)) {
    const quoted = m[3] !== undefined;
    const key = m[1] ?? m[2];
    const value = quoted ? m[3]!.replace(/\\(.)/g, "$1") : (m[5] ?? "");
    found.push({
      ...(key ? { key } : {}),
      value,
      from: m.index,
      to: m.index + m[0].length,
      open: quoted && m[4] === "",
    });
  }
  return found;
}

/** Options by name; leftover words fill the first text option that is needed and empty, or else the first empty one. */
export function readLine(commands: readonly CommandInfo[], text: string): Line | null {
  const found = commandOf(commands, text.trim());
  if (!found) return null;
  const { command, rest } = found;
  const options: Record<string, string> = {};
  const loose: string[] = [];
  for (const piece of pieces(rest)) {
    const input = piece.key && command.inputs.find((i) => i.name === piece.key!.toLowerCase());
    if (input) options[input.name] = piece.value;
    else loose.push(piece.key ? `${piece.key}:${piece.value}` : piece.value);
  }
  if (loose.length > 0) {
    const empty = command.inputs.filter((i) => options[i.name] === undefined);
    const taker = empty.find((i) => i.required && i.kind === "text") ?? empty.find((i) => i.required) ?? empty[0];
    if (taker) options[taker.name] = loose.join(" ");
  }
  return { command, options };
}

export const missing = (command: CommandInfo, options: Record<string, unknown>) =>
  command.inputs.filter((i) => i.required && (options[i.name] === undefined || options[i.name] === ""));

/** The line a person could have typed for this. */
export function lineOf(command: string, options: Record<string, unknown> = {}): string {
  const parts = Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== null && value !== "" && typeof value !== "object")
    .map(([name, value]) => `${name}:${quoted(String(value))}`);
  return [`/${command}`, ...parts].join(" ");
}

const quoted = (value: string) => (/[\s"]/.test(value) ? `"${value.replace(/(["\\])/g, "\\$1")}"` : value);

export type Stage =
  | { stage: "none" }
  | { stage: "command"; typed: string; sure: boolean }
  | { stage: "option"; command: CommandInfo; typed: string; from: number; to: number; used: string[] }
  | { stage: "value"; command: CommandInfo; option: string; typed: string; from: number; to: number };

/** What a person is in the middle of typing. */
export function stageOf(commands: readonly CommandInfo[], text: string, caret: number): Stage {
  if (!text.startsWith("/")) {
    const typed = text.trim().toLowerCase();
    const near =
      typed.length >= 2 && commands.some((c) => c.name.startsWith(typed) || plainName(c.local).startsWith(typed));
    return near ? { stage: "command", typed, sure: false } : { stage: "none" };
  }
  const found = commandOf(commands, text.slice(0, caret));
  if (!found || !/^\s/.test(found.rest)) {
    return caret < text.trimEnd().length
      ? { stage: "none" }
      : { stage: "command", typed: plainName(text.slice(1)), sure: true };
  }
  const { command, rest } = found;
  const start = caret - rest.length;
  const last = pieces(rest).at(-1);
  const used = pieces(text.slice(start)).flatMap((p) => (p.key ? [p.key.toLowerCase()] : []));
  if (last && (last.to === rest.length || last.open)) {
    const input = last.key && command.inputs.find((i) => i.name === last.key!.toLowerCase());
    const [from, to] = [start + last.from, start + last.to];
    if (input) return { stage: "value", command, option: input.name, typed: last.value, from, to };
    if (!last.key) return { stage: "option", command, typed: last.value.toLowerCase(), from, to, used };
    return { stage: "none" };
  }
  return { stage: "option", command, typed: "", from: caret, to: caret, used };
}

/** Commands by how well they fit: the name's beginning, a word's beginning, inside, in what it does, letters in order. */
export function rank(commands: readonly CommandInfo[], typed: string): CommandInfo[] {
  if (!typed) return [...commands];
  const byName = (name: string) => {
    if (name === typed) return 0;
    if (name.startsWith(typed)) return 1;
    if (name.split(" ").some((w) => w.startsWith(typed))) return 2;
    if (name.includes(typed)) return 3;
    return inOrder(typed.replaceAll(" ", ""), name) ? 5 : 9;
  };
  const score = ({ name, local, says }: CommandInfo) => {
    const best = Math.min(byName(name), byName(plainName(local)));
    return best > 4 && typed.length > 2 && says.toLowerCase().includes(typed) ? 4 : best;
  };
  return commands
    .map((c, at) => ({ c, at, s: score(c) }))
    .filter(({ s }) => s < 9)
    .sort((a, b) => a.s - b.s || a.at - b.at)
    .map(({ c }) => c);
}

function inOrder(letters: string, name: string): boolean {
  let next = 0;
  for (const letter of name) if (letter === letters[next]) next++;
  return letters.length > 1 && next === letters.length;
}
