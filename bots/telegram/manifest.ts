// The menu that Telegram shows behind "/": first words only, in each language; in groups only what everybody may run,
// for all but the administrators.
// Compared with what is there, replaced in one call, never deleted first; what Telegram would refuse is left out, named.
import type { BotCommand } from "@grammyjs/types";
import type { Api } from "grammy";
import { type Command, groupsOf, type Registry } from "../../core/command/index.ts";
import { LOCALES, type Locale } from "../../core/words/say.ts";
import type { Step } from "../surface.ts";
import { COMMAND_NAME, COMMANDS, COMMANDS_TEXT, DESCRIPTION } from "./limits.ts";
import { shown } from "./markup.ts";
import { isRefused } from "./trouble.ts";

/** Telegram takes the first list that fits: of administrators, of groups, else the one without a scope. */
const SCOPES = ["default", "all_group_chats", "all_chat_administrators"] as const;
type Scope = (typeof SCOPES)[number];
export type Menu = { scope: Scope; language: string; commands: BotCommand[]; left: { word: string; why: string }[] };

/** Telegram's languages have two letters; a region's list would hide the other's. */
export function menus(commands: Registry): Menu[] {
  const seen = new Set<string>();
  const languages = LOCALES.flatMap((locale) => {
    const language = locale === "en" ? "" : locale.slice(0, 2);
    if (seen.has(language) || language === "en") return [];
    seen.add(language);
    return [{ locale, language }];
  });
  return SCOPES.flatMap((scope) => {
    const all = commands.all().filter(({ role }) => scope !== "all_group_chats" || role === "member");
    return languages.map(({ locale, language }) => ({ scope, language, ...menuIn(all, locale, scope !== "default") }));
  });
}

/** `many`: others are there too, who need not see what is asked for only for oneself. */
function menuIn(all: readonly Command[], locale: Locale, many: boolean): Pick<Menu, "commands" | "left"> {
  const left: Menu["left"] = [];
  const names = new Set<string>();
  const found = groupsOf(all, locale).flatMap(({ word, name, says, commands: behind }) => {
    // Only Latin letters are allowed: elsewhere the English word stands.
    const command = COMMAND_NAME.test(name) && !names.has(name) ? name : word;
    const description = cut(shown(says).replace(/\s+/g, " ").trim(), DESCRIPTION);
    if (!COMMAND_NAME.test(command) || names.has(command) || description === "") {
      left.push({ word, why: "Telegram does not take this name." });
      return [];
    }
    names.add(command);
    const alone = many && behind.every(({ reply }) => reply === "private");
    return [{ command, description, ...(alone ? { is_ephemeral: true } : {}) }];
  });
  if (found.length > COMMANDS)
    left.push(...found.slice(COMMANDS).map((c) => ({ word: c.command, why: `More than ${COMMANDS} commands.` })));
  return { commands: within(found.slice(0, COMMANDS)), left };
}

/** Long descriptions give way until all of it is taken. */
function within(commands: BotCommand[]): BotCommand[] {
  const size = (list: BotCommand[]) => list.reduce((sum, c) => sum + c.command.length + c.description.length, 0);
  let most = DESCRIPTION;
  let list = commands;
  while (size(list) > COMMANDS_TEXT && most > 20) {
    most -= 8;
    list = commands.map((c) => ({ ...c, description: cut(c.description, most) }));
  }
  return list;
}

const SHORT = { default: "", all_group_chats: "groups", all_chat_administrators: "administrators" } as const;

/** As it stands in a list of steps: the same word in several lists is several commands. */
function named(word: string, { scope, language }: Menu): string {
  const where = [SHORT[scope], language].filter(Boolean).join(", ");
  return where ? `${word} (${where})` : word;
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`.toWellFormed();

export function* differences(now: readonly BotCommand[], wanted: readonly BotCommand[]): Generator<Step> {
  const known = new Map(now.map((c) => [c.command, c]));
  for (const { command, description, is_ephemeral: alone = false } of wanted) {
    const before = known.get(command);
    known.delete(command);
    if (!before) yield { kind: "add", name: command };
    else if (before.description !== description || (before.is_ephemeral ?? false) !== alone)
      yield { kind: "change", name: command };
  }
  for (const command of known.keys()) yield { kind: "remove", name: command };
}

export async function register(api: Api, commands: Registry, apply: boolean): Promise<Step[]> {
  const steps: Step[] = [];
  for (const menu of menus(commands)) {
    try {
      steps.push(...(await registerOne(api, menu, apply)));
    } catch (error) {
      // Anything but a list that it does not take is over some time: whoever asked tries again then.
      if (!isRefused(error) || error.error_code !== 400) throw error;
      steps.push({ kind: "refused", name: named("commands", menu), why: error.description });
    }
  }
  return steps;
}

async function registerOne(api: Api, menu: Menu, apply: boolean): Promise<Step[]> {
  const { scope, language, commands: wanted, left } = menu;
  const where = {
    ...(scope === "default" ? {} : { scope: { type: scope } }),
    ...(language === "" ? {} : { language_code: language as "de" }),
  };
  const now = await api.raw.getMyCommands(where);
  const changes = [...differences(now, wanted)];
  const order = now.map((c) => c.command).join() !== wanted.map((c) => c.command).join();
  if (apply && (changes.length > 0 || order)) await api.raw.setMyCommands({ ...where, commands: wanted });
  const omitted = left.map(({ word, why }): Step => ({ kind: "left out", name: word, why }));
  return [...changes, ...omitted].map((step) => ({ ...step, name: named(step.name, menu) }));
}
