// What a menu that is searched offers while somebody types: the choices of an option, or the commands themselves.
import { type Act, mayActAs } from "../../core/act.ts";
import { localised, type Suggestion } from "../../core/command/index.ts";
import { localeOf } from "../../core/words/say.ts";
import { offering, type Question, typedWords } from "../parts/completing.ts";
import { reading } from "../parts/reading.ts";
import type { Door } from "../surface.ts";
import { type From, SURFACE, whoOf } from "./decode.ts";
import { type Json, obj, str } from "./json.ts";
import { OPTIONS_MS, SELECT } from "./limits.ts";
import { readMetadata } from "./modal.ts";
import type { People, Person } from "./people.ts";
import { short } from "./plain.ts";

export type Offer = { options: { text: { type: "plain_text"; text: string }; value: string }[] };
export type Completer = (body: Json) => Promise<Offer>;

export function completer(door: Door, people: People, most = OPTIONS_MS): Completer {
  const offer = offering(door, most);
  return async (body) => {
    const from = whoOf(body);
    if (!from) return { options: [] };
    const began = performance.now();
    const person = await people.look(from.tenant, from.user);
    const asked = questionOf(door, body, { from, person }, most - (performance.now() - began));
    return optionsOf(asked ? await offer(asked) : []);
  };
}

function optionsOf(items: readonly Suggestion[]): Offer {
  const fitting = items.filter(({ value }) => value.length > 0 && value.length <= SELECT.value);
  const options = fitting.slice(0, SELECT.options).map(({ value, label }) => ({
    text: { type: "plain_text" as const, text: short(label, SELECT.label) },
    value,
  }));
  return { options };
}

type Guest = { from: From; person: Person };

function questionOf(door: Door, body: Json, { from, person }: Guest, most: number): Question | undefined {
  const { tenant, user, place: external } = from;
  const { locale, roles } = person;
  const typed = typedWords(str(body.value));
  const name = str(body.action_id);
  const command = door.house.commands.find(readMetadata(obj(body.view))?.command ?? "");
  const suggest =
    command && Object.hasOwn(command.options, name)
      ? command.options[name]?.suggest?.bind(command.options[name])
      : undefined;
  const picks = str(obj(body.view).callback_id) === "pick" && name === "command";
  if (!picks && !suggest) return undefined;
  const place = { surface: SURFACE, tenant, external, whole: true };
  const account = { id: user, roles, ...(locale ? { locale } : {}) };
  return {
    key: JSON.stringify([place, account, command?.name ?? "", name, typed]),
    find: () =>
      reading(door, { place, account }, Math.max(100, Math.round(most - 100)), async (act, bound) => {
        if (picks) return commandsFor(door, act, bound, typed);
        if (!command || !suggest || (!bound && !command.unbound) || !mayActAs(act.role, command.role)) return [];
        return suggest(act, typed);
      }),
  };
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
