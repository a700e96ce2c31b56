// What differs between the commands that we want and those that Discord has, as a list of what to do.
import type { Registry } from "../../core/command/index.ts";
import type { Manifest, Menu, Native } from "./manifest.ts";
import { ON_MESSAGE, ON_PERSON, titleOf } from "./menus.ts";

export type Change = { what: "add" | "change" | "remove"; name: string; native?: Native | Menu; id?: string };
export type Registered = { id: string; name: string; type?: number };

/**
 * Additions and changes before removals. A menu that is not named as a command of ours was made by somebody else, and is
 * left alone. So is what we could not make now: what is registered under its name stays.
 */
export function* changes(
  { commands, problems }: Manifest,
  registered: readonly Registered[],
  registry: Registry,
): Generator<Change> {
  const key = ({ name, type = 1 }: { name: string; type?: number }) => `${type} ${name}`;
  const theirs = new Map(registered.map((r) => [key(r), r]));
  for (const native of commands) {
    const before = theirs.get(key(native));
    if (!before) yield { what: "add", name: native.name, native };
    else if (!same(native, before)) yield { what: "change", name: native.name, native, id: before.id };
  }
  const keep = new Set(commands.map(key));
  const left = new Set(problems.map((p) => p.command.split(" ")[0]));
  const titles = new Set(registry.all().map((command) => titleOf(command, "en")));
  for (const one of theirs.values()) {
    const { type = 1, name, id } = one;
    const ours = type === 1 ? !left.has(name) : (type === ON_PERSON || type === ON_MESSAGE) && titles.has(name);
    if (ours && !keep.has(key(one))) yield { what: "remove", name, id };
  }
}

/** Discord leaves out what is empty, and adds what it knows; only what we would send is compared. */
function same(ours: unknown, theirs: unknown): boolean {
  if (blank(ours)) return blank(theirs);
  if (Array.isArray(ours))
    return Array.isArray(theirs) && ours.length === theirs.length && ours.every((o, n) => same(o, theirs[n]));
  if (typeof ours === "object" && ours !== null) {
    if (typeof theirs !== "object" || theirs === null) return false;
    const of = theirs as Record<string, unknown>;
    const gone = [
      "name_localizations",
      "description_localizations",
      "choices",
      "min_value",
      "max_value",
      "min_length",
      "max_length",
      "autocomplete",
    ].some((key) => !Object.hasOwn(ours, key) && !blank(of[key]));
    return !gone && Object.entries(ours).every(([key, value]) => same(value, of[key]));
  }
  return String(ours) === String(theirs);
}

const blank = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && value !== null && Object.keys(value).length === 0);
