// What Discord's own client offers while somebody types an option.
import type { APIInteraction } from "discord-api-types/v10";
import { mayActAs } from "../../core/act.ts";
import type { Suggestion } from "../../core/command/index.ts";
import { offering, type Question, typedWords } from "../parts/completing.ts";
import { reading } from "../parts/reading.ts";
import type { Door } from "../surface.ts";
import { typingOf, whoOf } from "./decode.ts";
import { CHOICES, COMPLETION_MS } from "./limits.ts";
import { short } from "./plain.ts";

export type Choices = { type: 8; data: { choices: { name: string; value: string }[] } };
export type Completer = (interaction: APIInteraction) => Promise<Choices>;

export function completer(door: Door, most = COMPLETION_MS): Completer {
  const offer = offering(door, most);
  return async (interaction) => {
    const asked = questionOf(door, interaction, most);
    return choicesOf(asked ? await offer(asked) : []);
  };
}

function choicesOf(items: readonly Suggestion[]): Choices {
  const fitting = items.filter(({ value }) => value.length > 0 && value.length <= CHOICES.value).slice(0, CHOICES.most);
  const choices = fitting.map(({ value, label }) => ({ name: short(label, CHOICES.name), value }));
  return { type: 8, data: { choices } };
}

function questionOf(door: Door, interaction: APIInteraction, most: number): Question | undefined {
  const typing = typingOf(interaction);
  const who = whoOf(interaction);
  const command = typing && door.house.commands.find(typing.command);
  const spec = command && Object.hasOwn(command.options, typing.option) ? command.options[typing.option] : undefined;
  const suggest = spec?.suggest;
  if (!typing || !who || !command || !suggest) return undefined;
  const typed = typedWords(typing.typed);
  const { tenant, account, whole } = who;
  const place = { surface: "discord", tenant, external: who.place, ...(whole ? { whole } : {}) };
  return {
    key: JSON.stringify([place, account.id, account.roles, account.locale, command.name, typing.option, typed]),
    find: () =>
      reading(door, { place, account }, most - 100, async (act, bound) =>
        (bound || command.unbound) && mayActAs(act.role, command.role) ? suggest(act, typed) : [],
      ),
  };
}
