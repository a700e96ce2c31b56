// How an interaction is acknowledged: known from what it is and what its command declares, before anything is looked up.
import type { APIInteraction, APIInteractionResponse } from "discord-api-types/v10";
import type { Registry } from "../../core/command/index.ts";
import { formOf, modalOf } from "./forms.ts";
import { FLAG } from "./limits.ts";
import { commandOn } from "./menus.ts";

/** Undefined: what is typed just now; it is answered itself, not acknowledged. */
export function ackOf(interaction: APIInteraction, commands: Registry): APIInteractionResponse | undefined {
  switch (interaction.type) {
    case 1:
      return { type: 1 };
    case 2:
      return forCommand(commandOf(interaction.data, commands), commands);
    case 3: {
      const form = modalOf(interaction.data.custom_id, commands, interaction.locale);
      return form ?? byLetter(tokenOf(interaction.data), true);
    }
    case 5: {
      const form = formOf(interaction.data.custom_id);
      if (form && "command" in form) return forCommand(form.command, commands);
      return byLetter(form?.token ?? interaction.data.custom_id, interaction.message !== undefined);
    }
    default:
      return undefined;
  }
}

/** What we do not know is answered to the asker alone. */
const forCommand = (name: string, commands: Registry) => later(commands.find(name)?.reply !== "public");

const later = (alone: boolean): APIInteractionResponse =>
  alone ? { type: 5, data: { flags: FLAG.private } } : { type: 5 };

/** The first letter of a token: u changes the message it is on, r answers everybody, p the person alone. */
function byLetter(token: string, onMessage: boolean): APIInteractionResponse {
  if (token.startsWith("u") && onMessage) return { type: 6 };
  return later(!token.startsWith("r"));
}

export const isPrivate = (ack: APIInteractionResponse | undefined): boolean =>
  ack?.type === 5 && ack.data?.flags === FLAG.private;

type CommandData = { name: string; type?: number; options?: readonly { type: number; name: string }[] };

/** What was typed is a name; what was picked from a menu is a title. */
const commandOf = (data: CommandData, commands: Registry): string =>
  data.type === undefined || data.type === 1
    ? commandName(data)
    : (commandOn(commands, data.type, data.name)?.name ?? data.name);

export function commandName(data: CommandData): string {
  const words = [data.name];
  let options = data.options as readonly { type: number; name: string; options?: CommandData["options"] }[] | undefined;
  while (options?.[0] && options[0].type <= 2) {
    words.push(options[0].name);
    options = options[0].options;
  }
  return words.join(" ");
}

export const tokenOf = (data: { custom_id: string; values?: readonly unknown[] }): string =>
  data.custom_id.startsWith("select:") ? String(data.values?.[0] ?? "") : data.custom_id;
