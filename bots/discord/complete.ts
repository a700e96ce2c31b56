// What is offered while somebody types: whatever is found in time, and nothing when it is too late.
import type { APIInteraction } from "discord-api-types/v10";
import { mayActAs } from "../../core/act.ts";
import type { Suggestion } from "../../core/command/index.ts";
import { makeAct, readWho } from "../../core/inbox/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import type { Door } from "../surface.ts";
import { typingOf, whoOf } from "./decode.ts";
import { CHOICES, COMPLETION_MS } from "./limits.ts";
import { short } from "./plain.ts";

export type Choices = { type: 8; data: { choices: { name: string; value: string }[] } };

export async function complete(door: Door, interaction: APIInteraction, most = COMPLETION_MS): Promise<Choices> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Suggestion[]>((done) => {
    timer = setTimeout(() => done([]), most);
  });
  const found = suggestions(door, interaction, most).catch((error: unknown) => {
    door.house.log.warn({ err: error }, "what was typed could not be completed");
    return [];
  });
  const items = await Promise.race([found, late]);
  clearTimeout(timer);
  const fitting = items.filter(({ value }) => value.length > 0 && value.length <= CHOICES.value).slice(0, CHOICES.most);
  return {
    type: 8,
    data: { choices: fitting.map(({ value, label }) => ({ name: short(label, CHOICES.name), value })) },
  };
}

async function suggestions({ house, enter }: Door, interaction: APIInteraction, most: number): Promise<Suggestion[]> {
  const typing = typingOf(interaction);
  const who = whoOf(interaction);
  const command = typing && house.commands.find(typing.command);
  const spec = command && Object.hasOwn(command.options, typing.option) ? command.options[typing.option] : undefined;
  if (!typing || !who || !command || !spec?.suggest) return [];
  const { tenant, account, whole } = who;
  const place = { surface: "discord", tenant, external: who.place, ...(whole ? { whole } : {}) };
  const { database, caller, bound } = await enter({ place, account });
  if (!bound && !command.unbound) return [];
  return inWorkspace(database, caller.workspaceId, async (tx) => {
    await rawOf(
      tx,
    )`select set_config('statement_timeout', ${String(most - 100)}, true), set_config('transaction_read_only', 'on', true)`;
    const [row] = await readWho(tx, caller.personId, { surface: "discord", tenant, account });
    const run = house.sources.newId();
    const { act } = makeAct(house, { database, tx }, caller, row, run, place, account.locale);
    if (!mayActAs(act.role, command.role)) return [];
    return spec.suggest!(act, typing.typed.slice(0, 100).replaceAll("\u0000", "").toWellFormed());
  });
}
