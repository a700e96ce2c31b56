// Our commands as Discord's: groups by their first word, in every language, and what differs from what is registered.
import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandSubcommandOption,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
} from "discord-api-types/v10";
import {
  type Command,
  describeCommand,
  groupsOf,
  localised,
  type Named,
  type Option,
  type Registry,
  speaker,
} from "../../core/command/index.ts";
import { LOCALES, type Locale } from "../../core/words/say.ts";
import { CHOICES, COMMAND } from "./limits.ts";
import { type MenuType, ON_MESSAGE, ON_PERSON, optionFor, titleOf } from "./menus.ts";
import { short } from "./plain.ts";

/** Discord's names of our languages; what it calls English of Britain has the same words. */
const SPOKEN: readonly (readonly [string, Locale])[] = LOCALES.flatMap((locale): [string, Locale][] =>
  locale === "en"
    ? [["en-US", "en"]]
    : locale === "es"
      ? [
          ["es-ES", "es"],
          ["es-419", "es"],
        ]
      : [[locale, locale]],
);

type Body = RESTPostAPIChatInputApplicationCommandsJSONBody;
/** The permissions as a number, as Discord's API description has them; it answers with text. */
export type Native = Omit<Body, "type" | "default_member_permissions"> & {
  type: 1;
  default_member_permissions: number | null;
};
/** An entry in the menu of a person or of a message. It has no words but its name. */
export type Menu = Pick<Native, "name" | "name_localizations" | "default_member_permissions" | "contexts"> & {
  type: MenuType;
  integration_types: number[];
};
export type Manifest = { commands: (Native | Menu)[]; problems: { command: string; why: string }[] };

type Texts = { name: string; says: string };
const words = (english: Texts, in_: (locale: Locale) => Texts) => {
  const others = SPOKEN.map(([code, locale]) => ({ code, ...in_(locale) }));
  const names = others.filter((o) => o.name !== english.name).map((o) => [o.code, o.name]);
  const says = others.filter((o) => o.says !== english.says).map((o) => [o.code, short(o.says, COMMAND.description)]);
  return {
    name: english.name,
    description: short(english.says, COMMAND.description),
    ...(names.length > 0 ? { name_localizations: Object.fromEntries(names) } : {}),
    ...(says.length > 0 ? { description_localizations: Object.fromEntries(says) } : {}),
  };
};

/** One bad command is named and left out; it must not take the others with it, nor those of its group. */
export function manifest(commands: Registry): Manifest {
  const problems: Manifest["problems"] = [];
  const typed = groupsOf(commands.all(), "en").flatMap(
    (group): Native[] => goodGroup(group.word, group.commands, problems) ?? [],
  );
  const within = <T extends { name: string }>(all: T[], most: number): T[] => {
    for (const extra of all.slice(most)) problems.push({ command: extra.name, why: `More than ${most} of its kind.` });
    return all.slice(0, most);
  };
  const menus = ([ON_PERSON, ON_MESSAGE] as const).flatMap((type) => within(menusOf(commands, type), COMMAND.menus));
  return { commands: [...within(typed, COMMAND.most), ...menus], problems };
}

/** The group without those of its commands that Discord would refuse. */
function goodGroup(word: string, members: readonly Command[], problems: Manifest["problems"]): [Native] | undefined {
  const good = members.filter((command) => {
    const why = wrongIn(groupCommand(word, [command]));
    if (why) problems.push({ command: command.name, why });
    return why === undefined;
  });
  while (good.length > 0) {
    const native = groupCommand(word, good);
    const why = wrongIn(native);
    if (why === undefined) return [native];
    problems.push({ command: good.pop()!.name, why });
  }
  return undefined;
}

const menusOf = (commands: Registry, type: MenuType): Menu[] =>
  commands
    .all()
    .filter((command) => optionFor(command, type) !== undefined)
    .map((command) => {
      const name = titleOf(command, "en");
      const others = SPOKEN.map(([code, locale]) => [code, titleOf(command, locale)]).filter(([, n]) => n !== name);
      return {
        type,
        name,
        ...(others.length > 0 ? { name_localizations: Object.fromEntries(others) } : {}),
        default_member_permissions: permissionsFor([command]),
        contexts: type === ON_PERSON ? [0] : [0, 1],
        integration_types: [0],
      };
    });

function groupCommand(word: string, members: readonly Command[]): Native {
  const only = members.length === 1 && members[0]!.name === word ? members[0]! : undefined;
  const named = (locale: Locale): Texts => {
    const group = groupsOf(members, locale)[0]!;
    return { name: group.name, says: group.says };
  };
  const options = only
    ? optionsOf(only)
    : members.map((command): APIApplicationCommandSubcommandOption => {
        const second = (locale: Locale): Texts => {
          const { name, says } = localised(command, locale);
          return { name: name.split(" ").slice(1).join(" ") || name, says };
        };
        return { type: 1, ...words(second("en"), second), options: optionsOf(command) };
      });
  return {
    type: 1,
    ...words({ ...named("en"), name: word }, named),
    options,
    default_member_permissions: permissionsFor(members),
    contexts: [0, 1],
    integration_types: [0],
  };
}

/** Who sees a group at first: what only the owner may run asks for Manage Server. A server's settings may differ. */
const permissionsFor = (members: readonly Command[]): number | null =>
  members.every((c) => c.role === "owner" && !c.unbound) ? MANAGE_SERVER : null;
const MANAGE_SERVER = 32;

function optionsOf(command: Command): APIApplicationCommandBasicOption[] {
  const english = localised(command, "en");
  const spoken = new Map(LOCALES.map((locale): [Locale, Named] => [locale, localised(command, locale)]));
  const choices = new Map(
    SPOKEN.map(([code, locale]) => [code, describeCommand(command, speaker(locale)).inputs.map((i) => i.choices)]),
  );
  const all = Object.entries(command.options).map(([name, spec], n) => {
    const texts = words({ name, says: english.options[name]!.says }, (l) => spoken.get(l)!.options[name]!);
    const called = (choice: string) =>
      [...choices].flatMap(([code, inputs]) => {
        const label = inputs[n]?.find((c) => c.value === choice)?.label;
        return label === undefined ? [] : [[code, short(label, CHOICES.name)] as const];
      });
    return native(spec, { ...texts, required: spec.required && spec.fallback === undefined }, called);
  });
  return all.toSorted((a, b) => Number(b.required) - Number(a.required));
}

type Base = ReturnType<typeof words> & { required: boolean };

type Called = (choice: string) => (readonly [string, string])[];

function native(spec: Option, base: Base, called: Called): APIApplicationCommandBasicOption {
  const { kind, min, max, choices } = spec;
  if (kind === "whole" || kind === "decimal") {
    const bounds = {
      ...(min === undefined ? {} : { min_value: min }),
      ...(max === undefined ? {} : { max_value: max }),
    };
    return kind === "whole" ? { type: 4, ...base, ...bounds } : { type: 10, ...base, ...bounds };
  }
  if (kind === "yesNo") return { type: 5, ...base };
  if (kind === "file") return { type: 11, ...base };
  if (kind === "person") return { type: 6, ...base };
  if (choices && choices.length <= CHOICES.most)
    return { type: 3, ...base, choices: choices.map((c) => choiceOf(c, called(c))) };
  if (spec.suggest) return { type: 3, ...base, autocomplete: true };
  if (kind !== "text") return { type: 3, ...base };
  const most = max === undefined ? {} : { max_length: Math.max(1, Math.min(max, COMMAND.text)) };
  return {
    type: 3,
    ...base,
    ...most,
    ...(min === undefined || min < 1 ? {} : { min_length: Math.min(min, COMMAND.text) }),
  };
}

function choiceOf(value: string, called: ReturnType<Called>) {
  const name = called.find(([code]) => code === "en-US")?.[1] ?? short(value, CHOICES.name);
  const others = called.filter(([, label]) => label !== name);
  return { name, value, ...(others.length > 0 ? { name_localizations: Object.fromEntries(others) } : {}) };
}

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

function wrongIn(command: Native): string | undefined {
  const all = [command, ...(command.options ?? []).flatMap((o) => [o, ...("options" in o ? (o.options ?? []) : [])])];
  for (const { name, name_localizations } of all) {
    const bad = [name, ...Object.values(name_localizations ?? {})].find(
      (n) => typeof n === "string" && (!NAME.test(n) || n !== n.toLowerCase()),
    );
    if (bad) return `"${bad}" cannot be a name: 1 to ${COMMAND.name} lower-case letters, numbers, - and _.`;
  }
  const many = all.find((o) => "options" in o && (o.options?.length ?? 0) > COMMAND.options);
  if (many) return `"${many.name}" has more than ${COMMAND.options} options.`;
  const size = all.reduce((sum, o) => sum + sizeOf(o), 0);
  return size > COMMAND.characters ? `It has ${size} letters; ${COMMAND.characters} fit.` : undefined;
}

/** The longest language of each text counts. */
function sizeOf(o: Native | NonNullable<Native["options"]>[number]): number {
  const longest = (text: string, others: Record<string, string | null | undefined> | null | undefined) =>
    Math.max(text.length, ...Object.values(others ?? {}).map((t) => t?.length ?? 0));
  const choices =
    "choices" in o && o.choices
      ? o.choices.reduce((n, c) => n + longest(c.name, c.name_localizations) + String(c.value).length, 0)
      : 0;
  return longest(o.name, o.name_localizations) + longest(o.description, o.description_localizations) + choices;
}
