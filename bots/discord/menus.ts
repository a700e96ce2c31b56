// Commands that are opened on a person or on a message: Discord's context menus.
import { type Command, localised, type Registry } from "../../core/command/index.ts";
import type { Locale } from "../../core/words/say.ts";
import { COMMAND } from "./limits.ts";

/** Discord's numbers of its kinds of commands. */
export const ON_PERSON = 2;
export const ON_MESSAGE = 3;
export type MenuType = typeof ON_PERSON | typeof ON_MESSAGE;

/** "role grant" is "Role grant" in a menu. */
export function titleOf(command: Command, locale: Locale): string {
  const { name } = localised(command, locale);
  return (name.charAt(0).toLocaleUpperCase(locale) + name.slice(1)).slice(0, COMMAND.name).trim();
}

/** The option that is filled by whom, or what, the menu was opened on. */
export const optionFor = ({ on }: Command, type: number): string | undefined =>
  type === ON_PERSON ? on?.person : type === ON_MESSAGE ? on?.message : undefined;

/** Which command an entry of a menu is. */
export const commandOn = (commands: Registry, type: number, title: string): Command | undefined =>
  commands.all().find((c) => optionFor(c, type) !== undefined && titleOf(c, "en") === title);
