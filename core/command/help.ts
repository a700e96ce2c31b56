// What a person can do here, and how: from the declarations alone, so that help is never out of date.
import { type Act, LOBBY, mayActAs } from "../act.ts";
import { refuse } from "../problem.ts";
import { type Block, type Press, view } from "../view/index.ts";
import { localeOf } from "../words/say.ts";
import { type Answer, type Command, command } from "./command.ts";
import { describeCommand, examplesOf, inputsOf, nearest } from "./describe.ts";
import { choiceIn, groupsOf, localised } from "./names.ts";
import { clip, type Option } from "./option.ts";
import { durationWords, text } from "./options/index.ts";
import type { Registry } from "./registry.ts";
import { parseWords } from "./words.ts";

// A select shows so many (Discord's limit, the least of all).
const MOST_CHOICES = 25;

export const help = command({
  name: "help",
  says: "What you can do here, and how",
  role: "member",
  reply: "private",
  reads: true,
  unbound: true,
  options: { topic: text("A command, or its first word", { max: 100, example: "help" }).optional() },
  examples: ["help", "help whoami"],
  run: ({ options, act, commands }) => (options.topic ? about(commands, act, options.topic) : overview(commands, act)),
});

/** What this person may run in this place. */
const open = (commands: Registry, act: Act): Command[] => commands.all().filter((c) => mayRun(c, act));

const mayRun = (c: Command, act: Act): boolean =>
  act.workspace.slug === LOBBY ? c.unbound === true : mayActAs(act.role, c.role);

function overview(commands: Registry, act: Act): Answer {
  const may = open(commands, act);
  const groups = groupsOf(may, localeOf(act.locale));
  const items = groups.map(({ word, name, says }) => ({ id: word, text: `/${name}`, note: says }));
  const choices = groups.map(({ word, name }) => ({
    value: word,
    label: `/${name}`,
    press: { command: "help", options: { topic: word }, uses: "many" as const },
  }));
  const words = act.say("You can use {count, plural, one {# command} other {# commands}} here.", { count: may.length });
  return {
    view: view(words, { kind: "text", text: words }, { kind: "list", items }, ...menus(act, choices)),
    data: { items: may.map((c) => ({ id: c.name, ...summaryOf(c, act) })) },
  };
}

type Choice = { value: string; label: string; press: Press };

/** As many selects as it takes; each says from where to where it goes. */
function menus(act: Act, choices: readonly Choice[]): Block[] {
  const label = act.say("More about");
  const blocks: Block[] = [];
  for (let n = 0; n < choices.length; n += MOST_CHOICES) {
    const some = choices.slice(n, n + MOST_CHOICES);
    const span = choices.length > MOST_CHOICES ? `${label} ${some[0]!.label} – ${some.at(-1)!.label}` : label;
    blocks.push({ kind: "select", label: span, choices: some });
  }
  return blocks;
}

const summaryOf = (c: Command, act: Act) => ({ name: c.name, says: act.say(c.says), role: c.role });

function about(commands: Registry, act: Act, topic: string): Answer {
  const locale = localeOf(act.locale);
  const heard = parseWords(commands, topic, { locale });
  if (heard?.known) return one(commands.find(heard.name)!, act);
  const word = topic.trim().replace(/^[/!]/, "").toLowerCase();
  const group = groupsOf(commands.all(), locale).find((g) => g.word === word || g.name.toLowerCase() === word);
  if (group) return several(group.commands, act, group.name);
  const near = nearest(commands, heard?.name ?? topic, act.role, 3, locale).map((c) => `/${c.name}`);
  if (near.length === 0)
    throw refuse("missing", "There is no command called {name}. /help lists all.", { name: clip(topic) });
  throw refuse("missing", "There is no command called {name}. Did you mean {near}?", {
    name: clip(topic),
    near: near.join(", "),
  });
}

function several(group: readonly Command[], act: Act, name: string): Answer {
  const items = group.map((c) => ({
    id: c.name,
    text: `/${localised(c, localeOf(act.locale)).name}`,
    note: act.say(c.says),
  }));
  const words = act.say("/{name} does {count, plural, one {one thing} other {# things}}.", {
    name,
    count: items.length,
  });
  const blocks: Block[] = [
    { kind: "text", text: words },
    { kind: "list", items },
  ];
  const may = group.filter((c) => mayRun(c, act)).slice(0, MOST_CHOICES);
  if (may.length > 0)
    blocks.push({ kind: "select", label: act.say("More about"), choices: may.map((c) => choiceOf(c, act)) });
  return {
    view: view(words, ...blocks),
    data: { items: group.map((c) => ({ id: c.name, ...summaryOf(c, act) })) },
  };
}

/** What only reads and needs nothing is shown at once; the rest is explained first, with its form. */
function choiceOf(c: Command, act: Act) {
  const needs = Object.values(c.options).some((o) => o.required && o.fallback === undefined);
  const press = c.reads && !needs ? { command: c.name } : { command: "help", options: { topic: c.name } };
  return {
    value: c.name,
    label: `/${localised(c, localeOf(act.locale)).name}`,
    press: { ...press, uses: "many" as const },
  };
}

function one(about: Command, act: Act): Answer {
  const named = localised(about, localeOf(act.locale));
  const says = act.say(about.says);
  const items = Object.entries(about.options).map(([name, spec]) => ({
    id: name,
    text: named.options[name]!.name,
    note: [act.say(spec.says), needOf(spec, act), boundsOf(spec, act)].filter(Boolean).join(" · "),
  }));
  const examples = examplesOf(about);
  const may = mayRun(about, act);
  const blocks: Block[] = [
    { kind: "text", text: says },
    {
      kind: "fields",
      fields: [{ label: act.say("Who may"), value: act.say(`role:${about.role}`) }, ...effectsOf(about, act)],
    },
  ];
  if (items.length > 0) blocks.push({ kind: "list", items });
  blocks.push({ kind: "list", items: examples.map((line) => ({ text: line, note: act.say("for example") })) });
  if (may) blocks.push(runOf(about, act));
  return {
    view: view(`/${named.name}: ${says}`, ...blocks),
    data: { item: { id: about.name, ...describeCommand(about, act), examples } },
  };
}

/** A form to fill in, or one button where there is nothing to fill in. */
function runOf(about: Command, act: Act): Block {
  const submit = act.say("Run");
  const inputs = inputsOf(about, act);
  if (inputs.length > 0) {
    const press: Press = { command: about.name, uses: "many" };
    return { kind: "form", title: `/${about.name}`, submit, command: about.name, inputs, plain: true, press };
  }
  return {
    kind: "buttons",
    buttons: [{ label: submit, style: "primary", press: { command: about.name, uses: "many" } }],
  };
}

const needOf = (spec: Option, act: Act): string =>
  spec.fallback !== undefined
    ? act.say("otherwise {value}", { value: spec.fallback })
    : spec.required
      ? act.say("needed")
      : act.say("if you like");

function boundsOf({ kind, min, max, choices }: Option, act: Act): string {
  if (choices) return choices.map((c) => choiceIn(localeOf(act.locale), c)).join(", ");
  if (kind === "duration" && min !== undefined && max !== undefined)
    return act.say("{min} to {max}", { min: durationWords(min), max: durationWords(max) });
  if ((kind === "whole" || kind === "decimal") && min !== undefined && max !== undefined)
    return act.say("{min, number} to {max, number}", { min, max });
  if (kind === "text" && max !== undefined) return act.say("up to {max, number} letters", { max });
  return "";
}

function effectsOf(about: Command, act: Act): { label: string; value: string }[] {
  if (about.effects.length === 0 && about.confirm !== "always") return [];
  const asks =
    about.confirm === "always" ? act.say("asks first, always") : act.say("asks first when an agent proposes it");
  return [{ label: act.say("Has effects"), value: asks }];
}
