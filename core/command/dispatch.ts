// Who may, are the options right, does it need a person's word, run: the one path to every effect.
import { type Act, LOBBY, mayActAs } from "../act.ts";
import { type ProblemKind, Refusal } from "../problem.ts";
import { type Block, type Input, type View, view } from "../view/index.ts";
import { localeOf } from "../words/say.ts";
import type { Answer, Command, Once } from "./command.ts";
import { coolDown } from "./cooldown.ts";
import { inputsOf, nearest } from "./describe.ts";
import { clip, NEEDED, type Parsing, parseOptions } from "./option.ts";
import type { Registry } from "./registry.ts";
import { isSecretOption } from "./secret.ts";

export type Call = {
  name: string;
  options: Record<string, unknown>;
  /** A person pressed the button that says so. */
  confirmed?: boolean;
  /** An agent, MCP or plain words proposed it: effects wait for a person. */
  proposed?: boolean;
  /** Only its form is wanted, with what was given so far. */
  asks?: boolean;
};

export type Status = "done" | "running" | "confirm" | "refused" | "failed" | "cancelled";

export type Outcome = {
  command: string;
  status: Status;
  view: View;
  data?: Record<string, unknown>;
  job?: string;
  /** Shown by the first reply only, never stored. */
  once?: Once;
  problem?: { kind: ProblemKind; detail: string; errors: { option: string; detail: string }[]; retryAfter?: number };
};

export async function dispatch(commands: Registry, call: Call, act: Act): Promise<Outcome> {
  const command = commands.find(call.name);
  const no = barred(command, act);
  if (no) return no;
  if (!command) return unknown(commands, call, act);
  if (call.proposed && command.agents === "never") {
    return refused(
      act,
      command.name,
      new Refusal("role", "/{command} is only for people: type it yourself.", { command: command.name }),
    );
  }
  const parsing = parseOptions(command.options, call.options, contextOf(act));
  const parsed = parsing instanceof Promise ? await parsing : parsing;
  if (parsed.errors.length > 0 || call.asks) return wrongOptions(act, command, call, parsed.errors);
  if (!call.confirmed && needsWord(command, call)) return ask(act, command, call);
  if (command.cooldown) await coolDown(act, command);
  // A Refusal thrown from here on goes through: whoever holds the transaction must undo it before telling.
  const answer = await command.run({
    options: parsed.values as never,
    act,
    confirmed: call.confirmed ?? false,
    raw: call.options,
    commands,
  });
  return finished(act, command, answer);
}

/**
 * Several calls of one command that has `together`, in their order. What its `together` throws goes through: whoever
 * holds the transaction must undo it.
 */
export async function dispatchTogether(
  command: Command,
  calls: readonly { call: Call; act: Act }[],
): Promise<Outcome[]> {
  const parsings = new Map<string, Parsing | Promise<Parsing>>();
  const parsed: { at: number; options: never; act: Act }[] = [];
  const outcomes: Outcome[] = [];
  for (const [at, { call, act }] of calls.entries()) {
    const no = barred(command, act);
    const key = JSON.stringify([call.options, act.locale, act.role]);
    const parsing = no ? undefined : (parsings.get(key) ?? parseOptions(command.options, call.options, contextOf(act)));
    if (parsing) parsings.set(key, parsing);
    const { values, errors } = (await parsing) ?? { values: {}, errors: [] };
    if (no) outcomes[at] = no;
    else if (errors.length > 0) outcomes[at] = await wrongOptions(act, command, call, errors);
    else parsed.push({ at, options: values as never, act });
  }
  const answers = parsed.length > 0 ? await command.together!(parsed) : [];
  for (const [n, { at, act }] of parsed.entries()) outcomes[at] = finished(act, command, answers[n]!);
  return outcomes;
}

/** Who may not at all, whatever is asked. */
function barred(command: Command | undefined, act: Act): Outcome | undefined {
  const lobby = act.workspace.slug === LOBBY;
  if (lobby) return command?.unbound ? undefined : refused(act, command?.name ?? "", unboundPlace());
  if (!command || mayActAs(act.role, command.role)) return undefined;
  return refused(
    act,
    command.name,
    new Refusal("role", "/{command} is for {role}. You are {you} here.", {
      command: command.name,
      role: act.say(`role:${command.role}`),
      you: act.say(`role:${act.role}`),
    }),
  );
}

const contextOf = (act: Act) => ({
  now: act.now,
  locale: act.locale,
  zone: act.workspace.zone,
  currency: act.workspace.currency,
  act,
});

const unboundPlace = () =>
  new Refusal(
    "rule",
    "This place belongs to no workspace yet. An owner makes a code with /connect in theirs; type it here: /connect code:…",
  );

const needsWord = (command: Command, call: Call) =>
  command.confirm === "always" || (call.proposed === true && command.effects.length > 0);

function finished(act: Act, command: Command, answer: Answer): Outcome {
  if ("refusal" in answer) return refused(act, command.name, answer.refusal);
  if ("blocks" in answer) return { command: command.name, status: "done", view: answer };
  const outcome: Outcome = { command: command.name, status: answer.job ? "running" : "done", view: answer.view };
  if (answer.data) outcome.data = answer.data;
  if (answer.job) outcome.job = answer.job;
  if (answer.once) outcome.once = answer.once;
  return outcome;
}

export function refused(act: Pick<Act, "say">, command: string, error: Refusal, blocks: Block[] = []): Outcome {
  const detail = act.say(error.message, error.vars);
  const errors = error.errors.map((e) => ({ option: e.option, detail: act.say(e.text, e.vars) }));
  const list: Block[] =
    errors.length > 0
      ? [{ kind: "list", items: errors.map((e) => ({ text: e.detail, id: e.option, note: e.option })) }]
      : [];
  return {
    command,
    status: "refused",
    view: view(detail, { kind: "text", text: detail, tone: "warn" }, ...list, ...blocks),
    problem: {
      kind: error.kind,
      detail,
      errors,
      ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
    },
  };
}

async function wrongOptions(act: Act, command: Command, call: Call, errors: Refusal["errors"]): Promise<Outcome> {
  // Who asks for the form only looks: nothing is wrong yet with what is not there.
  const told = call.asks ? errors.filter((e) => e.text !== NEEDED.message) : errors;
  const inputs = await withOffers(command, act, inputsOf(command, act, call.options, told), call);
  const form: Block = {
    kind: "form",
    title: `/${command.name}`,
    submit: act.say("Run"),
    command: command.name,
    inputs,
    plain: true,
    press: { command: command.name, options: keepable(command, call.options, errors) },
  };
  if (told.length > 0 || !call.asks) return refused(act, command.name, problemOf(act, command, told), [form]);
  return { command: command.name, status: "confirm", view: view(`/${command.name}: ${act.say(command.says)}`, form) };
}

function problemOf(act: Act, command: Command, errors: Refusal["errors"]): Refusal {
  const only = errors.length === 1 ? errors[0] : undefined;
  if (errors.every((e) => e.text === NEEDED.message))
    return new Refusal(
      "options",
      "/{command} needs {options}.",
      { command: command.name, options: errors.map((e) => e.option).join(", ") },
      { errors },
    );
  if (only)
    return new Refusal(
      "options",
      "{option}: {reason}",
      { option: clip(only.option), reason: act.say(only.text, only.vars) },
      { errors },
    );
  return new Refusal(
    "options",
    "{count} options of /{command} need another look.",
    { command: command.name, count: errors.length },
    { errors },
  );
}

/** What could be meant, for surfaces that ask with buttons: only where an answer is needed, or the whole form is. */
async function withOffers(command: Command, act: Act, inputs: Input[], { asks, options }: Call): Promise<Input[]> {
  const done: Input[] = [];
  for (const input of inputs) {
    const spec = command.options[input.name];
    const open = input.error !== undefined || input.value === undefined;
    if (!spec?.suggest || !open || !(asks || input.required || input.error)) {
      done.push(input);
      continue;
    }
    const typed = options[input.name];
    const near = typeof typed === "string" ? await spec.suggest(act, typed) : [];
    const offers = near.length > 0 ? near : await spec.suggest(act, "");
    done.push(offers.length > 0 ? { ...input, offers } : input);
  }
  return done;
}

/** What was given rightly need not be given again. A file is too large to wait here, and a secret is no button's. */
function keepable(
  command: Command,
  given: Record<string, unknown>,
  errors: Refusal["errors"],
): Record<string, unknown> {
  const wrong = new Set(errors.map((e) => e.option));
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) =>
        Object.hasOwn(command.options, name) && !wrong.has(name) && typeof value !== "object" && !isSecretOption(name),
    ),
  );
}

function ask(act: Act, command: Command, call: Call): Outcome {
  const given = Object.entries(call.options).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  return {
    command: command.name,
    status: "confirm",
    view: view(
      act.say("Run /{command}? It waits for your word.", { command: command.name }),
      { kind: "text", text: act.say(command.says) },
      ...(given.length > 0
        ? [{ kind: "fields", fields: given.map(([label, value]) => ({ label, value: clip(value, 200) })) } as Block]
        : []),
      {
        kind: "buttons",
        buttons: [
          {
            label: act.say("Confirm"),
            style: command.effects.includes("delete") ? "danger" : "primary",
            press: {
              command: command.name,
              options: call.options,
              uses: "once",
              audience: "asker",
              minutes: 15,
              confirmed: true,
            },
          },
          {
            label: act.say("Cancel"),
            style: "plain",
            press: { command: "", uses: "once", audience: "asker", minutes: 15 },
          },
        ],
      },
    ),
  };
}

const plainOnly = (given: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !isSecretOption(name)));

function unknown(commands: Registry, call: Call, act: Act): Outcome {
  const near = nearest(commands, call.name, act.role, 3, localeOf(act.locale));
  const error = new Refusal("missing", "There is no command called {name}.", { name: clip(call.name) });
  const buttons: Block[] =
    near.length === 0
      ? []
      : [
          { kind: "text", text: act.say("Did you mean one of these?"), tone: "soft" },
          {
            kind: "buttons",
            buttons: near.map((c) => ({
              label: `/${c.name}`,
              press: {
                command: c.name,
                options: plainOnly(call.options),
                uses: "person",
                audience: "asker",
                minutes: 15,
              },
            })),
          },
        ];
  return refused(act, "", error, buttons);
}
