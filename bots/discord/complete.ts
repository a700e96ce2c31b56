// What is offered while somebody types: whatever is found in time, and nothing when it is too late. Each letter is a
// question of its own, so answers are kept for a moment; one that came too late serves the next letter.
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
export type Completer = (interaction: APIInteraction) => Promise<Choices>;

/** Longer than a person needs for a letter, and short enough that what was made just now is soon offered. */
const KEPT_MS = 10_000;
const MOST_KEPT = 500;

type Entry = { until: number; found: Promise<Suggestion[]> };
type Asked = { key: string; find(): Promise<Suggestion[]> };

export function completer(door: Door, most = COMPLETION_MS): Completer {
  const kept = new Map<string, Entry>();
  const now = () => performance.now();

  /** Never what somebody else was offered: names can be private. */
  function look({ key, find }: Asked): Promise<Suggestion[]> {
    const known = kept.get(key);
    if (known && known.until > now()) return known.found;
    const found = find().catch((error: unknown) => {
      door.house.log.warn({ err: error }, "what was typed could not be completed");
      kept.delete(key);
      return [];
    });
    kept.delete(key);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, { until: now() + KEPT_MS, found });
    return found;
  }

  return async (interaction) => {
    const asked = questionOf(door, interaction, most);
    return choicesOf(asked ? await within(most, look(asked)) : []);
  };
}

async function within(milliseconds: number, found: Promise<Suggestion[]>): Promise<Suggestion[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Suggestion[]>((done) => {
    timer = setTimeout(() => done([]), milliseconds);
  });
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}

function choicesOf(items: readonly Suggestion[]): Choices {
  const fitting = items.filter(({ value }) => value.length > 0 && value.length <= CHOICES.value).slice(0, CHOICES.most);
  const choices = fitting.map(({ value, label }) => ({ name: short(label, CHOICES.name), value }));
  return { type: 8, data: { choices } };
}

/** Who types what, where, with which roles: all that the answer hangs on. */
function questionOf({ house, enter }: Door, interaction: APIInteraction, most: number): Asked | undefined {
  const typing = typingOf(interaction);
  const who = whoOf(interaction);
  const command = typing && house.commands.find(typing.command);
  const spec = command && Object.hasOwn(command.options, typing.option) ? command.options[typing.option] : undefined;
  const suggest = spec?.suggest;
  if (!typing || !who || !command || !suggest) return undefined;
  const typed = typing.typed.slice(0, 100).replaceAll("\u0000", "").toWellFormed();
  const { tenant, account, whole } = who;
  const place = { surface: "discord", tenant, external: who.place, ...(whole ? { whole } : {}) };
  const key = JSON.stringify([place, account.id, account.roles, account.locale, command.name, typing.option, typed]);
  async function find(): Promise<Suggestion[]> {
    const { database, caller, bound } = await enter({ place, account });
    if (!bound && !command!.unbound) return [];
    return inWorkspace(database, caller.workspaceId, async (tx) => {
      const sql = rawOf(tx);
      const timeout = String(most - 100);
      await sql`select set_config('statement_timeout', ${timeout}, true), set_config('transaction_read_only', 'on', true)`;
      const [row] = await readWho(tx, caller.personId, { surface: "discord", tenant, account });
      const run = house.sources.newId();
      const { act } = makeAct(house, { database, tx }, caller, row, run, place, account.locale);
      return mayActAs(act.role, command!.role) ? suggest!(act, typed) : [];
    });
  }
  return { key, find };
}
