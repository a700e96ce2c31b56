// What is offered in a menu that is searched while somebody types: whatever is found in time, and nothing when it is late.
import { type Act, mayActAs } from "../../core/act.ts";
import { localised, type Suggestion } from "../../core/command/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { reading } from "../parts/reading.ts";
import type { Door } from "../surface.ts";
import { type From, SURFACE } from "./decode.ts";
import { type Json, obj, str } from "./json.ts";
import { OPTIONS_MS, SELECT } from "./limits.ts";
import { readMetadata } from "./modal.ts";
import type { Person } from "./people.ts";
import { short } from "./plain.ts";

export type Offer = { options: { text: { type: "plain_text"; text: string }; value: string }[] };

export async function offer(
  door: Door,
  body: Json,
  from: From,
  look: () => Promise<Person>,
  most = OPTIONS_MS,
): Promise<Offer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Suggestion[]>((done) => {
    timer = setTimeout(() => done([]), most);
  });
  const found = suggestions(door, body, from, look, most).catch((err: unknown) => {
    door.house.log.warn({ err }, "what was typed could not be completed");
    return [];
  });
  const items = await Promise.race([found, late]);
  clearTimeout(timer);
  const fitting = items.filter(({ value }) => value.length > 0 && value.length <= SELECT.value);
  return {
    options: fitting
      .slice(0, SELECT.options)
      .map(({ value, label }) => ({ text: { type: "plain_text", text: short(label, SELECT.label) }, value })),
  };
}

async function suggestions(
  door: Door,
  body: Json,
  { tenant, user, place }: From,
  look: () => Promise<Person>,
  most: number,
): Promise<Suggestion[]> {
  const { house } = door;
  const typed = str(body.value).slice(0, 100).replaceAll("\u0000", "").toWellFormed();
  const name = str(body.action_id);
  const command = house.commands.find(readMetadata(obj(body.view))?.command ?? "");
  const spec = command && Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  const picks = str(obj(body.view).callback_id) === "pick" && name === "command";
  if (!picks && !spec?.suggest) return [];
  const { locale, roles } = await look();
  const guest = {
    place: { surface: SURFACE, tenant, external: place, whole: true },
    account: { id: user, roles, ...(locale ? { locale } : {}) },
  };
  return reading(door, guest, most - 100, async (act, bound) => {
    if (picks) return commandsFor(door, act, bound, typed);
    if (!command || !spec?.suggest || (!bound && !command.unbound) || !mayActAs(act.role, command.role)) return [];
    return spec.suggest(act, typed);
  });
}

/** The commands that this person may run, by what they are called and what they do in their language. */
function commandsFor({ house }: Door, act: Act, bound: boolean, typed: string): Suggestion[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    house.commands
      .all()
      .filter((c) => mayActAs(act.role, c.role) && (bound || c.unbound))
      .map((c) => ({ value: c.name, ...localised(c, localeOf(act.locale)) }))
      .filter((c) => words.every((w) => `${c.value} ${c.name} ${c.says}`.toLowerCase().includes(w)))
      // What is called so comes before what only speaks of it.
      .toSorted((a, b) => Number(!isCalled(a, words)) - Number(!isCalled(b, words)))
      .map((c) => ({ value: c.value, label: `${c.name} · ${c.says}` }))
  );
}

const isCalled = ({ value, name }: { value: string; name: string }, words: readonly string[]): boolean =>
  words.every((w) => `${value} ${name}`.toLowerCase().includes(w));
