// A genre as data: what prompts/genres/*.md may say, checked to the last chord and drum stroke when it is read.
import { type Matter, matterOf } from "./matter.ts";
import { DRUMS, type Drum, KITS, PROGRAMS, ROLES, type Role } from "./names.ts";
import { chordOf, type Key, keyOf } from "./theory.ts";

export type FormPart = { kind: string; bars: number; energy: number };
export type Layer = { role: Role; variant: string };
export type MixLine = { gain: number; pan: number; reverb: number; delay: number; chorus: number; duck: number };
export const BASS_STYLES = ["octave", "eighths", "offbeat", "rolling", "walk", "rootfifth", "round", "drone"] as const;
export type BassStyle = (typeof BASS_STYLES)[number];
export const LEAD_STYLES = ["sing", "hook", "blues", "sparse"] as const;
export type LeadStyle = (typeof LEAD_STYLES)[number];
/** Alternatives → bars → chords of a bar. */
export type Progressions = readonly (readonly (readonly string[])[])[];

export type Recipe = {
  genre: string;
  title: string;
  version: number;
  bpm: readonly [number, number];
  swing: number;
  /** Beats of what is swung: 0.25 sixteenths, 0.5 eighths. */
  swingUnit: number;
  keys: readonly Key[];
  forms: readonly (readonly FormPart[])[];
  lift: readonly number[];
  hold: number;
  voices: number;
  cadence: string;
  turn: readonly string[];
  chords: Readonly<Record<string, Progressions>>;
  layers: Readonly<Record<string, readonly Layer[]>>;
  sounds: Readonly<Partial<Record<Role, readonly string[]>>>;
  registers: Readonly<Partial<Record<Role, readonly [number, number]>>>;
  drums: Readonly<Record<string, Readonly<Partial<Record<Drum, readonly string[]>>>>>;
  comp: Readonly<Record<string, readonly string[]>>;
  bass: readonly BassStyle[];
  lead: { style: LeadStyle; cells: readonly string[]; runs: readonly string[] };
  mix: Readonly<Partial<Record<Role, MixLine>>>;
  late: Readonly<Record<string, number>>;
  reverb: { seconds: number; damp: number; before: number };
  delay: { beats: number; feedback: number };
  prompt: string;
};

const list = (text: string, by: RegExp | string): string[] =>
  text
    .split(by)
    .map((t) => t.trim())
    .filter(Boolean);
const alternatives = (text: string) => list(text, /\s\/\s|^\/|\/$/);

/** Reads fields and keeps what is wrong, so that an author sees all of it at once. */
function reader(matter: Matter) {
  const wrong: string[] = [];
  const say = (text: string) => {
    wrong.push(text);
  };
  const text = (name: string): string => {
    const value = matter.fields.get(name);
    if (value === undefined) say(`"${name}" is missing`);
    return value ?? "";
  };
  const numbers = (name: string, value: string, count: number): number[] => {
    const all = list(value, /[\s,]+/).map(Number);
    if (all.length !== count || !all.every(Number.isFinite)) say(`"${name}" wants ${count} numbers, not "${value}"`);
    return all.length === count && all.every(Number.isFinite) ? all : new Array<number>(count).fill(0);
  };
  const range = (name: string, value: string): [number, number] => {
    const found = /^(\d+)-(\d+)$/.exec(value);
    if (!found || Number(found[1]) >= Number(found[2])) say(`"${name}" wants low-high, not "${value}"`);
    return found ? [Number(found[1]), Number(found[2])] : [0, 1];
  };
  const group = (name: string): [string, string][] => {
    const found = matter.groups.get(name);
    if (!found) say(`"${name}" is missing`);
    return [...(found ?? [])];
  };
  return { wrong, say, text, numbers, range, group };
}
type Reader = ReturnType<typeof reader>;

function formsOf(read: Reader): FormPart[][] {
  return alternatives(read.text("form")).map((form) =>
    list(form, ",").map((part) => {
      const [kind = "", bars, energy] = list(part, /\s+/);
      const [b, e] = read.numbers(`form ${kind}`, `${bars} ${energy}`, 2);
      if (!/^[a-z]+$/.test(kind) || !(b! >= 1 && b! <= 64) || !(e! >= 0 && e! <= 1)) read.say(`form: "${part}"`);
      return { kind, bars: b!, energy: e! };
    }),
  );
}

function chordsOf(read: Reader, turn: readonly string[], key: Key): Record<string, Progressions> {
  const check = (symbol: string) => chordOf(symbol, key) ?? read.say(`"${symbol}" is no chord that I know`);
  [read.text("cadence"), ...turn].forEach(check);
  return Object.fromEntries(
    read.group("chords").map(([kind, value]) => {
      const all = alternatives(value).map((one) => list(one, /\s+/).map((bar) => list(bar, ",")));
      all.flat(2).forEach(check);
      return [kind, all];
    }),
  );
}

function layersOf(read: Reader): Record<string, Layer[]> {
  return Object.fromEntries(
    read.group("layers").map(([kind, value]) => [
      kind,
      list(value, /\s+/).map((word) => {
        const [role = "", variant = ""] = word.split(".");
        if (!(ROLES as readonly string[]).includes(role)) read.say(`layers ${kind}: nobody is called "${role}"`);
        return { role: role as Role, variant };
      }),
    ]),
  );
}

/** A bar is sixteen steps; a pattern may be two bars. */
function patternsOf(read: Reader, name: string, value: string, alphabet: RegExp): string[] {
  const all = alternatives(value).map((p) => p.replaceAll(/[\s|]/g, ""));
  for (const p of all) if (p.length % 16 !== 0 || !alphabet.test(p)) read.say(`${name}: "${p}" is no bar of 16 steps`);
  return all;
}

function drumsOf(read: Reader): Record<string, Partial<Record<Drum, string[]>>> {
  const levels: Record<string, Partial<Record<Drum, string[]>>> = {};
  for (const [name, value] of read.group("drums")) {
    const [level = "", drum = ""] = name.split(".");
    if (!(drum in DRUMS)) read.say(`drums: no drum is called "${drum}"`);
    levels[level] ??= {};
    levels[level][drum as Drum] = patternsOf(read, name, value, /^[Xxog?.]+$/);
  }
  return levels;
}

function soundsOf(read: Reader): Partial<Record<Role, string[]>> {
  return Object.fromEntries(
    read.group("sounds").map(([role, value]) => {
      const all = alternatives(value);
      const known: readonly string[] = role === "drums" ? KITS : Object.keys(PROGRAMS);
      for (const name of all) if (!known.includes(name)) read.say(`sounds ${role}: nothing is called "${name}"`);
      return [role, all];
    }),
  );
}

const oneOf = <T extends string>(read: Reader, name: string, words: string[], known: readonly T[]): T[] => {
  for (const word of words) if (!(known as readonly string[]).includes(word)) read.say(`${name}: "${word}" is unknown`);
  return words as T[];
};

const mixOf = (read: Reader): Partial<Record<Role, MixLine>> =>
  Object.fromEntries(
    read.group("mix").map(([role, value]) => {
      const [gain, pan, reverb, delay, chorus, duck] = read.numbers(`mix ${role}`, value, 6);
      return [role, { gain: gain!, pan: pan!, reverb: reverb!, delay: delay!, chorus: chorus!, duck: duck! }];
    }),
  );

/** What is used must exist: every part of the form has chords and layers, every layer a sound and a place in the mix. */
function whole(recipe: Recipe, say: (text: string) => void): void {
  for (const { kind } of recipe.forms.flat()) {
    if (!recipe.chords[kind]?.length) say(`no chords for "${kind}"`);
    if (!recipe.layers[kind]?.length) say(`no layers for "${kind}"`);
  }
  for (const { role, variant } of Object.values(recipe.layers).flat()) {
    if (!recipe.sounds[role]?.length) say(`no sound for ${role}`);
    if (!recipe.mix[role]) say(`no mix for ${role}`);
    if (role !== "drums" && role !== "texture" && !recipe.registers[role]) say(`no register for ${role}`);
    if (role === "drums" && !recipe.drums[variant || "main"]) say(`no drums called "${variant || "main"}"`);
  }
}

/** Reads a genre, or throws with everything that is wrong in it. */
export function recipeOf(genre: string, source: string): Recipe {
  const matter = matterOf(source);
  const read = reader(matter);
  const keys = list(read.text("keys"), ",").map((text): Key => {
    const key = keyOf(text);
    if (!key) read.say(`"${text}" is no key`);
    return key ?? { tonic: 0, mode: "major" };
  });
  const [swing, unit] = read.numbers("swing", read.text("swing"), 2);
  const [seconds, damp, before] = read.numbers("reverb", read.text("reverb"), 3);
  const [beats, feedback] = read.numbers("delay", read.text("delay"), 2);
  const turn = list(matter.fields.get("turn") ?? "", /\s+/);
  const lead = new Map(read.group("lead"));
  const recipe: Recipe = {
    genre,
    title: read.text("title"),
    version: read.numbers("version", read.text("version"), 1)[0]!,
    bpm: read.range("bpm", read.text("bpm")),
    swing: swing!,
    swingUnit: 4 / (unit || 16),
    keys,
    forms: formsOf(read),
    lift: list(matter.fields.get("lift") ?? "", /\s+/).map(Number),
    hold: read.numbers("hold", read.text("hold"), 1)[0]!,
    voices: read.numbers("voices", read.text("voices"), 1)[0]!,
    cadence: read.text("cadence"),
    turn,
    chords: chordsOf(read, turn, keys[0] ?? { tonic: 0, mode: "major" }),
    layers: layersOf(read),
    sounds: soundsOf(read),
    registers: Object.fromEntries(read.group("registers").map(([r, v]) => [r, read.range(`registers ${r}`, v)])),
    drums: drumsOf(read),
    comp: Object.fromEntries(read.group("comp").map(([r, v]) => [r, patternsOf(read, r, v, /^[Xxogd?.-]+$/)])),
    bass: oneOf(read, "bass", alternatives(read.text("bass")), BASS_STYLES),
    lead: {
      style: oneOf(read, "lead style", [lead.get("style") ?? "sing"], LEAD_STYLES)[0]!,
      cells: patternsOf(read, "lead cells", lead.get("cells") ?? "", /^[Xxog.-]+$/),
      runs: patternsOf(read, "lead runs", lead.get("runs") ?? "", /^[Xxog.-]+$/),
    },
    mix: mixOf(read),
    late: Object.fromEntries(read.group("late").map(([r, v]) => [r, read.numbers(`late ${r}`, v, 1)[0]!])),
    reverb: { seconds: seconds!, damp: damp!, before: before! },
    delay: { beats: beats!, feedback: feedback! },
    prompt: matter.text,
  };
  whole(recipe, read.say);
  if (read.wrong.length > 0) throw new Error(`${genre}: ${read.wrong.join("; ")}.`);
  return recipe;
}
