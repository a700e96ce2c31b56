import { expect, test } from "vitest";
import { allCommands } from "../commands.ts";
import { view } from "../view/index.ts";
import { checkCommands } from "./check.ts";
import { type Command, command, type Declaration } from "./command.ts";
import { localised, type Named } from "./names.ts";
import type { Options } from "./option.ts";
import { choice, text, whole } from "./options/index.ts";

const make = (more: Partial<Declaration<Options>>): Command =>
  command({ name: "note add", says: "Keep a note", role: "member", run: () => view("Done."), ...more });
const told = (...commands: Command[]) => checkCommands(commands).map((f) => `${f.command}: ${f.mend}`);
const count = (n: number, each: (n: number) => Command) => Array.from({ length: n }, (_, i) => each(i));

test("every command of the house fits every platform, in every language", () => {
  expect(checkCommands(allCommands)).toEqual([]);
});

test.each<[string, Partial<Declaration<Options>>, string]>([
  ["capitals", { name: "Note add" }, "one or two words of a-z"],
  ["three words", { name: "note add now" }, "one or two words"],
  ["a dash", { name: "note-add" }, "one or two words"],
  ["a long name", { name: `note ${"a".repeat(33)}` }, "32 letters"],
  ["no description", { says: "" }, "must say what it does"],
  ["a long description", { says: "x".repeat(101) }, "Its description in en has 101 letters; 1 to 100 fit."],
  ["a long option description", { options: { a: text("x".repeat(101)) } }, 'option "a" in en has 101 letters'],
  ["a strange option name", { options: { "a-b": text("A") } }, 'option "a-b" must be'],
  [
    "a needed option last",
    { options: { a: text("A").optional(), b: text("B") } },
    '"b" is needed and must stand before "a"',
  ],
  [
    "26 options",
    { options: Object.fromEntries(Array.from({ length: 26 }, (_, n) => [`a${n}`, text("A")])) },
    "26 options",
  ],
  [
    "26 choices",
    {
      options: {
        a: choice(
          "A",
          Array.from({ length: 26 }, (_, n) => `c${n}`),
        ),
      },
    },
    "26 choices",
  ],
  ["a long choice", { options: { a: choice("A", ["x".repeat(101)]) } }, "has 101 letters; 1 to 100 fit"],
  ["equal choices", { options: { a: choice("A", ["a", "A"]) } }, "are the same"],
  ["bounds without room", { options: { a: whole("A", { min: 5, max: 1 }) } }, "nothing between them"],
  ["a menu of persons over a text", { options: { a: text("A") }, on: { person: "a" } }, '"a" must be a person'],
  ["a menu of messages over a number", { options: { a: whole("A") }, on: { message: "a" } }, '"a" must be a text'],
  ["a wrong default", { options: { a: whole("A", { max: 5, default: 9 }) } }, 'The default of its option "a" is wrong'],
  ["reading with an effect", { reads: true, effects: ["spend"] }, 'It reads, and has the effect "spend"'],
  ["reading that asks", { reads: true, confirm: "always" }, "It reads, and asks"],
  ["paying by an agent", { effects: ["pay"] }, 'Add agents: "never"'],
  ["giving access by an agent", { effects: ["access"] }, 'Add agents: "never"'],
  ["deleting a key by an agent", { name: "token revoke", effects: ["delete"] }, 'Add agents: "never"'],
  ["a strange example", { examples: ["other thing"] }, "is not of this command"],
  ["an example without a place", { examples: ["note add this"] }, 'has no place for "this"'],
  ["an empty cool-down", { cooldown: { seconds: 0, per: "person" } }, "cool-down"],
])("%s is found", (_what, more, expected) => {
  const command = make(more);
  expect(told(command).join("\n")).toContain(expected);
  expect(checkCommands([command])[0]?.command).toBe(command.name);
});

test("what is allowed is not found", () => {
  expect(told(make({ effects: ["delete", "spend"], examples: ["note add", "/note_add"] }))).toEqual([]);
  expect(told(make({ effects: ["pay"], agents: "never" }))).toEqual([]);
  expect(told(make({ options: { a: text("A"), b: whole("B", { default: 1 }), c: text("C").optional() } }))).toEqual([]);
});

test("commands that a surface cannot tell apart", () => {
  expect(told(make({ name: "note" }), make({ name: "note add" })).join()).toContain('"note" is also the first word');
  expect(told(make({}), make({})).join()).toContain('cannot be told from "note add"');
});

test("too many of them", () => {
  expect(told(...count(26, (n) => make({ name: `note n${n}` }))).join()).toContain("note: It has 26 commands");
  const words = told(...count(101, (n) => make({ name: `n${n}` }))).join("\n");
  for (const platform of ["Discord takes 100", "Telegram takes 60", "Slack takes 50"])
    expect(words).toContain(platform);
  const long = "y".repeat(100);
  expect(told(...count(58, (n) => make({ name: `n${n}`, says: long }))).join()).toContain("Telegram's menu in en");
  const big = choice(
    "A",
    Array.from({ length: 25 }, (_, n) => `${n}${"x".repeat(90)}`),
  );
  expect(told(make({ options: { a: big, b: big } })).join()).toContain("letters in all; Discord takes 8000");
});

test("names in other languages are held to the same limits", () => {
  const add = make({ options: { a: text("A"), b: text("B") } });
  const drop = make({ name: "note drop" });
  const inGerman = (names: Record<string, Partial<Named>>) => {
    const named = (c: Command, locale: string): Named => ({
      ...localised(c, "en"),
      ...(locale === "de" ? names[c.name] : {}),
    });
    return checkCommands([add, drop], named)
      .map((f) => f.mend)
      .join("\n");
  };
  expect(inGerman({})).toBe("");
  expect(inGerman({ "note add": { name: "notiz neu" }, "note drop": { name: "notiz weg" } })).toBe("");
  expect(inGerman({ "note add": { name: "notiz" } })).toContain("as many words as the English one");
  expect(inGerman({ "note add": { name: "Notiz neu" } })).toContain('"Notiz" of its name in de');
  expect(inGerman({ "note add": { name: "notiz ne/u" } })).toContain('"ne/u" of its name in de');
  expect(inGerman({ "note add": { name: "notiz neu" } })).toContain(
    'first word in de is "note", but others of "note" say "notiz"',
  );
  expect(inGerman({ "note add": { name: "note drop" } })).toContain('same name as "note drop" in de');
  expect(inGerman({ "note add": { says: "x".repeat(101) } })).toContain("Its description in de has 101 letters");
  const same = { a: { name: "x", says: "A" }, b: { name: "x", says: "B" } };
  expect(inGerman({ "note add": { options: same } })).toContain('options "a" and "b" have the same name in de: "x"');
});
