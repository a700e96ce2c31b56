import type { Act } from "../act.ts";
import { choice, command, person, whole } from "../command/index.ts";
import { mayHandle, persons } from "../people/index.ts";
import { type Block, view } from "../view/index.ts";
import { type Decision, decide, decisionsOf, question } from "./consent.ts";
import { NAMES, PURPOSES, type Purpose } from "./purposes.ts";

const purpose = () => choice("What for", NAMES);

/** `outdated`: the words are others now, and the person is asked again where they are needed. */
type Status = "given" | "refused" | "outdated" | "open";

function statusOf(name: Purpose, made: Decision | undefined): Status {
  if (!made) return "open";
  if (made.version !== PURPOSES[name].version) return "outdated";
  return made.agreed ? "given" : "refused";
}

function told(act: Act, status: Status, made: Decision | undefined): string {
  const date = made
    ? new Intl.DateTimeFormat(act.locale, { dateStyle: "medium", timeZone: act.workspace.zone }).format(
        new Date(made.at),
      )
    : "";
  if (status === "given") return act.say("You agreed on {date}.", { date });
  if (status === "refused") return act.say("You said no on {date}.", { date });
  if (status === "outdated") return act.say("The words have changed since {date}: you will be asked again.", { date });
  return act.say("You were not asked yet.");
}

const list = command({
  name: "consent list",
  says: "What you agreed to, and what you did not",
  options: { person: person(persons, "Who; you yourself if not said").optional() },
  role: "member",
  reply: "private",
  reads: true,
  async run({ options, act }) {
    const whose = options.person?.id ?? act.person.id;
    mayHandle(act, whose);
    const decisions = await decisionsOf(act, whose);
    const all = NAMES.map((name) => {
      const made = decisions.find((d) => d.purpose === name);
      return { name, made, status: statusOf(name, made) };
    });
    const mine = whose === act.person.id;
    const buttons = all.map(({ name, status }) => ({
      label:
        status === "given"
          ? act.say("Withdraw: {purpose}", { purpose: act.say(`choice:${name}`) })
          : act.say("Read: {purpose}", { purpose: act.say(`choice:${name}`) }),
      press: {
        command: status === "given" ? "consent withdraw" : "consent give",
        options: { purpose: name },
        audience: "asker" as const,
        uses: "many" as const,
      },
    }));
    const blocks: Block[] = [
      {
        kind: "list",
        items: all.map(({ name, made, status }) => ({
          id: name,
          text: act.say(PURPOSES[name].says),
          note: told(act, status, made),
        })),
      },
      ...(mine ? [{ kind: "buttons" as const, buttons }] : []),
    ];
    return {
      view: view(
        act.say("{count, plural, =0 {Nothing is agreed to.} one {# consent is given.} other {# consents are given.}}", {
          count: all.filter(({ status }) => status === "given").length,
        }),
        ...blocks,
      ),
      data: {
        items: all.map(({ name, made, status }) => ({
          id: name,
          purpose: name,
          status,
          version: made?.version ?? PURPOSES[name].version,
          text: made?.words ?? act.say(PURPOSES[name].says),
          at: made ? new Date(made.at).toISOString() : null,
          surface: made?.surface ?? null,
        })),
      },
    };
  },
});

const give = command({
  name: "consent give",
  says: "Read what you are asked for, and agree",
  options: {
    purpose: purpose(),
    version: whole("The version of the words that you read", { min: 1 }).optional(),
  },
  role: "member",
  reply: "private",
  agents: "never",
  examples: ["consent give purpose:messages"],
  async run({ options, act }) {
    // Nobody agrees to what they have not read: without its version, or with another, the words come first.
    if (options.version !== PURPOSES[options.purpose].version) return question(act, options.purpose);
    await decide(act, options.purpose, true);
    return {
      view: view(act.say("You agreed. If you were doing something, ask for it again now."), {
        kind: "text",
        tone: "soft",
        text: act.say(PURPOSES[options.purpose].says),
      }),
      data: { item: { id: options.purpose, purpose: options.purpose, status: "given", version: options.version } },
    };
  },
});

const withdraw = command({
  name: "consent withdraw",
  says: "Take a consent back, or say no",
  options: { purpose: purpose() },
  role: "member",
  reply: "private",
  agents: "never",
  async run({ options, act }) {
    await decide(act, options.purpose, false);
    const { version } = PURPOSES[options.purpose];
    return {
      view: view(act.say("Noted: you do not agree. Nothing more is done with it from now on."), {
        kind: "text",
        tone: "soft",
        text: act.say(PURPOSES[options.purpose].says),
      }),
      data: { item: { id: options.purpose, purpose: options.purpose, status: "refused", version } },
    };
  },
});

export const consentCommands = [list, give, withdraw];
