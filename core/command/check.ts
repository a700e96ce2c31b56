// Whether every platform can show every command, in every language: findings that name the command and the mend.
import { LOCALES, type Locale } from "../words/say.ts";
import type { Command } from "./command.ts";
import { groupsOf, localised, type Named, spelled } from "./names.ts";
import { type Option, Wrong } from "./option.ts";
import { registry } from "./registry.ts";
import { parseWords } from "./words.ts";

/** `mend` is what to do about it. */
export type Finding = { command: string; mend: string };
type Names = (command: Command, locale: Locale) => Named;

// Discord, interactions/application-commands.mdx (naming, structure, limits) and openapi.json.
const DISCORD = {
  commands: 100,
  subcommands: 25,
  name: 32,
  description: 100,
  options: 25,
  choices: 25,
  choice: 100,
  characters: 8000,
  pattern: /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u,
};
// Telegram, setMyCommands; the total is what was seen to be taken (openclaw#66699); 60 leaves room for the menus.
const TELEGRAM = { commands: 60, description: 256, characters: 5700, pattern: /^[a-z0-9_]{1,32}$/ };
// Slack, app manifest reference: features.slash_commands.
const SLACK = { commands: 50, name: 32 };
// MCP tool names, as clients take them.
const MCP = { pattern: /^[a-zA-Z0-9_-]{1,64}$/ };

const NAME = /^[a-z][a-z0-9]*( [a-z][a-z0-9]*)?$/;
const OPTION = /^[a-z][a-z0-9_]*$/;
// Roles, keys, payouts and webhooks cannot be reached by an agent at all.
const PEOPLE_ONLY = new Set(["role", "token", "key", "secret", "payout", "webhook", "connect", "link"]);
const EFFECTS_OF_PEOPLE = new Set(["access", "pay"]);

export const checkCommands = (commands: readonly Command[], names: Names = localised): Finding[] => [
  ...findings(commands, names),
];

function* findings(commands: readonly Command[], names: Names): Generator<Finding> {
  const shown = commands.filter((c) => !c.hidden);
  for (const command of commands) {
    yield* nameOf(command);
    yield* meaningOf(command);
  }
  for (const command of shown) {
    yield* optionsOf(command);
    for (const locale of LOCALES) yield* wordsIn(command, locale, names(command, locale));
    yield* examplesOf(command, shown);
  }
  yield* collisions(commands);
  yield* topLevel(shown);
  for (const locale of LOCALES) {
    yield* localCollisions(shown, locale, names);
    yield* sizes(shown, locale);
  }
  yield* characters(shown, names);
}

function* nameOf({ name }: Command): Generator<Finding> {
  if (!NAME.test(name))
    yield { command: name, mend: "Its name must be one or two words of a-z and 0-9, in lower case." };
  else if (!MCP.pattern.test(name.replace(" ", "_")) || name.split(" ").some((word) => word.length > DISCORD.name))
    yield {
      command: name,
      mend: `Each word of its name may have ${DISCORD.name} letters, both together 64. Shorten it.`,
    };
}

function* meaningOf(command: Command): Generator<Finding> {
  const { name, effects, reads, confirm, agents, cooldown, unbound, says } = command;
  if (reads && effects.length > 0)
    yield { command: name, mend: `It reads, and has the effect "${effects[0]}". Take one of them away.` };
  if (reads && confirm) yield { command: name, mend: "It reads, and asks before it does. Take one of them away." };
  if (command.together && (confirm || cooldown || reads))
    yield { command: name, mend: "It is run for many at once, and asks, waits or only reads. Take one of them away." };
  if (cooldown && !(cooldown.seconds > 0)) yield { command: name, mend: "Its cool-down must be longer than nothing." };
  if (says.trim() === "") yield { command: name, mend: "It must say what it does." };
  const word = name.split(" ")[0]!;
  const guarded = effects.some((e) => EFFECTS_OF_PEOPLE.has(e)) || (PEOPLE_ONLY.has(word) && effects.length > 0);
  if (guarded && agents !== "never")
    yield { command: name, mend: 'It changes roles, keys, payouts or webhooks. Add agents: "never".' };
  if (unbound && effects.includes("spend"))
    yield { command: name, mend: "A place that no workspace owns cannot spend." };
}

function* optionsOf({ name, options, on = {} }: Command): Generator<Finding> {
  const entries = Object.entries(options);
  if (on.person !== undefined && options[on.person]?.kind !== "person")
    yield { command: name, mend: `It is offered on a person: its option "${on.person}" must be a person.` };
  if (on.message !== undefined && options[on.message]?.kind !== "text")
    yield { command: name, mend: `It is offered on a message: its option "${on.message}" must be a text.` };
  if (entries.length > DISCORD.options)
    yield {
      command: name,
      mend: `It has ${entries.length} options; Discord takes ${DISCORD.options}. Split it in two.`,
    };
  let optional = "";
  for (const [option, spec] of entries) {
    if (!OPTION.test(option) || option.length > DISCORD.name)
      yield { command: name, mend: `Its option "${option}" must be 1 to ${DISCORD.name} of a-z, 0-9 and _.` };
    if (spec.required && spec.fallback === undefined) {
      if (optional)
        yield { command: name, mend: `Its option "${option}" is needed and must stand before "${optional}".` };
    } else optional ||= option;
    yield* choicesOf(name, option, spec);
    yield* fallbackOf(name, option, spec);
  }
}

function* choicesOf(name: string, option: string, { choices = [], min, max }: Option): Generator<Finding> {
  if (choices.length > DISCORD.choices)
    yield {
      command: name,
      mend: `Its option "${option}" has ${choices.length} choices; Discord takes ${DISCORD.choices}. Make it a pick.`,
    };
  const long = choices.find((c) => c.length === 0 || c.length > DISCORD.choice);
  if (long !== undefined)
    yield {
      command: name,
      mend: `A choice of its option "${option}" has ${long.length} letters; 1 to ${DISCORD.choice} fit.`,
    };
  if (new Set(choices.map((c) => c.toLowerCase())).size < choices.length)
    yield { command: name, mend: `Two choices of its option "${option}" are the same.` };
  if (min !== undefined && max !== undefined && min > max)
    yield { command: name, mend: `The bounds of its option "${option}" leave nothing between them.` };
}

/** What stands in for an option must itself be right. */
function* fallbackOf(name: string, option: string, spec: Option): Generator<Finding> {
  if (spec.fallback === undefined || spec.kind === "pick" || spec.kind === "person") return;
  try {
    spec.parse(spec.fallback, { now: new Date(0), locale: "en", zone: "UTC", currency: "USD" });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    yield { command: name, mend: `The default of its option "${option}" is wrong: ${error.message}` };
  }
}

/** Names and descriptions in one language, as Discord and Telegram take them. */
function* wordsIn(command: Command, locale: Locale, named: Named): Generator<Finding> {
  const where = `in ${locale}`;
  const name = command.name;
  const words = named.name.split(" ");
  if (words.length !== name.split(" ").length)
    yield { command: name, mend: `Its name ${where}, "${named.name}", must have as many words as the English one.` };
  for (const word of words) {
    if (!DISCORD.pattern.test(word) || word !== word.toLowerCase())
      yield {
        command: name,
        mend: `"${word}" of its name ${where} must be 1 to ${DISCORD.name} lower-case letters or numbers.`,
      };
  }
  const describe = (what: string, says: string): Finding[] =>
    says.length >= 1 && says.length <= DISCORD.description
      ? []
      : [
          {
            command: name,
            mend: `${what} ${where} has ${says.length} letters; 1 to ${DISCORD.description} fit. Shorten it.`,
          },
        ];
  yield* describe("Its description", named.says);
  const taken = new Map<string, string>();
  for (const [option, local] of Object.entries(named.options)) {
    yield* describe(`The description of its option "${option}"`, local.says);
    if (!DISCORD.pattern.test(local.name) || local.name !== local.name.toLowerCase())
      yield {
        command: name,
        mend: `"${local.name}", its option "${option}" ${where}, must be 1 to ${DISCORD.name} lower-case letters, numbers or _.`,
      };
    const other = taken.get(spelled(local.name));
    if (other)
      yield {
        command: name,
        mend: `Its options "${other}" and "${option}" have the same name ${where}: "${local.name}".`,
      };
    taken.set(spelled(local.name), option);
  }
}

/** What help shows must be what the command understands. */
function* examplesOf(command: Command, commands: readonly Command[]): Generator<Finding> {
  if (command.examples.length === 0 || collisions(commands).length > 0) return;
  const house = registry(commands);
  for (const line of command.examples) {
    const heard = parseWords(house, line);
    const strange = heard && Object.keys(heard.options).find((option) => !Object.hasOwn(command.options, option));
    if (heard?.name !== command.name)
      yield { command: command.name, mend: `Its example "${line}" is not of this command.` };
    else if (strange !== undefined)
      yield { command: command.name, mend: `Its example "${line}" has no place for "${strange}".` };
  }
}

/** Two commands that some surface cannot tell apart. */
function collisions(commands: readonly Command[]): Finding[] {
  const found: Finding[] = [];
  const byName = new Map<string, string>();
  const firsts = new Set(commands.filter((c) => c.name.includes(" ")).map((c) => c.name.split(" ")[0]!));
  for (const { name } of commands) {
    const joined = name.toLowerCase().replace(/[ .-]/g, "_");
    const other = byName.get(joined);
    if (other) found.push({ command: name, mend: `It cannot be told from "${other}". Rename one of them.` });
    byName.set(joined, name);
    if (firsts.has(name))
      found.push({ command: name, mend: `"${name}" is also the first word of others: give it a second word.` });
  }
  return found;
}

function localCollisions(commands: readonly Command[], locale: Locale, names: Names): Finding[] {
  const found: Finding[] = [];
  const owners = new Map<string, string>();
  const words = new Map<string, string>();
  for (const command of commands) {
    const name = spelled(names(command, locale).name);
    const other = owners.get(name) ?? commands.find((c) => c.name === name && c !== command)?.name;
    if (other)
      found.push({ command: command.name, mend: `It has the same name as "${other}" in ${locale}: "${name}".` });
    owners.set(name, command.name);
    const first = command.name.split(" ")[0]!;
    const local = name.split(" ")[0]!;
    const before = words.get(first);
    if (before !== undefined && before !== local)
      found.push({
        command: command.name,
        mend: `Its first word in ${locale} is "${local}", but others of "${first}" say "${before}".`,
      });
    words.set(first, before ?? local);
  }
  return found;
}

function* topLevel(commands: readonly Command[]): Generator<Finding> {
  const groups = groupsOf(commands, "en");
  const most = [
    ["Discord", DISCORD.commands],
    ["Telegram", TELEGRAM.commands],
    ["Slack", SLACK.commands],
  ] as const;
  for (const [platform, count] of most) {
    if (groups.length > count)
      yield {
        command: groups.at(-1)!.word,
        mend: `There are ${groups.length} first words; ${platform} takes ${count}. Put it under another word.`,
      };
  }
  for (const { word, commands: members } of groups) {
    if (members.length > DISCORD.subcommands)
      yield {
        command: word,
        mend: `It has ${members.length} commands; Discord takes ${DISCORD.subcommands} under one word.`,
      };
    if (!TELEGRAM.pattern.test(word) || word.length > SLACK.name)
      yield { command: word, mend: "Telegram and Slack take 1 to 32 of a-z, 0-9 and _ as a first word." };
  }
}

function* sizes(commands: readonly Command[], locale: Locale): Generator<Finding> {
  let total = 0;
  for (const { word, says, commands: members } of groupsOf(commands, locale)) {
    total += word.length + says.length;
    const most = members.length === 1 ? TELEGRAM.description : DISCORD.description;
    if (says.length > most)
      yield {
        command: word,
        mend: `Its description in ${locale} has ${says.length} letters; ${most} fit. Shorten the names under it.`,
      };
  }
  if (total > TELEGRAM.characters)
    yield {
      command: "all",
      mend: `Telegram's menu in ${locale} has ${total} letters; ${TELEGRAM.characters} fit. Shorten descriptions.`,
    };
}

/** Discord counts names, descriptions and choices of a whole group, each in its longest language. */
function* characters(commands: readonly Command[], names: Names): Generator<Finding> {
  const longest = (some: string[]) => Math.max(...some.map((s) => s.length));
  for (const { word, commands: members } of groupsOf(commands, "en")) {
    let total = word.length + DISCORD.description;
    for (const command of members) {
      const local = LOCALES.map((locale) => names(command, locale));
      total += longest(local.map((n) => n.name)) + longest(local.map((n) => n.says));
      for (const [option, spec] of Object.entries(command.options)) {
        total +=
          longest(local.map((n) => n.options[option]!.name)) + longest(local.map((n) => n.options[option]!.says));
        for (const c of spec.choices ?? []) total += c.length * 2;
      }
    }
    if (total > DISCORD.characters)
      yield {
        command: word,
        mend: `It has ${total} letters in all; Discord takes ${DISCORD.characters}. Shorten descriptions.`,
      };
  }
}
