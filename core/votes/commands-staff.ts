// What staff do about votes: mute people, decide about votes that were set aside, and set the rules.
import type { Act } from "../act.ts";
import { choice, command, duration, person, pick, text, whole, yesNo } from "../command/index.ts";
import { persons } from "../people/index.ts";
import { refuse } from "../problem.ts";
import { type View, view } from "../view/index.ts";
import { ballotData, ballots } from "./ballot.ts";
import { ballotView, timeOf } from "./card.ts";
import { decideHeld, heldView, VERDICTS } from "./hold.ts";
import { mutePerson, unmutePerson } from "./mute.ts";
import { changeSettings, readSettings, type VoteSettings } from "./settings.ts";

const DAY = 24 * 3600;

const voteMute = command({
  name: "vote mute",
  says: "Take no votes and requests of a person for a while",
  options: {
    person: person(persons, "Whose"),
    for: duration("How long", { max: 366 * DAY, default: "1 day" }),
    reason: text("Why, for the record", { max: 200 }).optional(),
  },
  role: "staff",
  reply: "private",
  async run({ act, options: { person: who, for: seconds, reason } }) {
    const until = new Date(act.now.getTime() + seconds * 1000);
    await mutePerson(act, who.id, until, reason ?? "");
    const words = act.say("Votes and requests of {name} are not taken until {time}.", {
      name: who.name,
      time: timeOf(act, until.toISOString()),
    });
    return { view: view(words), data: { item: { id: who.id, until: until.toISOString() } } };
  },
});

const voteUnmute = command({
  name: "vote unmute",
  says: "Take votes and requests of a person again",
  options: { person: person(persons, "Whose") },
  role: "staff",
  reply: "private",
  async run({ act, options: { person: who } }) {
    if (!(await unmutePerson(act, who.id))) throw refuse("clash", "{name} is not muted.", { name: who.name });
    return {
      view: view(act.say("Votes and requests of {name} are taken again.", { name: who.name })),
      data: { item: { id: who.id } },
    };
  },
});

const voteDecide = command({
  name: "vote decide",
  says: "Decide about votes that were set aside",
  options: {
    ballot: pick(ballots, "Which ballot"),
    what: choice("Count them, void them, or close without them", VERDICTS),
  },
  role: "staff",
  async run({ act, options: { ballot, what }, commands }) {
    const now = await decideHeld(act, commands, ballot.id, what);
    const shown: View = {
      ...heldView(act, now),
      blocks: [...heldView(act, now).blocks, ...ballotView(act, now).blocks],
    };
    return { view: shown, data: { item: ballotData(now) } };
  },
});

const SETS = ["member", "partner", "staff", "owner"] as const;

const voteRules = command({
  name: "vote rules",
  says: "Who may vote, what a vote weighs, and what is suspicious",
  options: {
    role: choice("Whose weight", SETS).optional(),
    weight: whole("What their vote weighs, in percent of one", { min: 0, max: 300 }).optional(),
    known: whole("Minutes that an account must be known here", { min: 0, max: 525_600 }).optional(),
    young: whole("Hours for which an account is young", { min: 0, max: 8_760 }).optional(),
    young_weight: whole("What a young account's vote weighs, in percent", { min: 0, max: 100 }).optional(),
    linked: yesNo("Only people with two linked accounts vote").optional(),
    burst: whole("So many young accounts at once hold a ballot; 0: never", { min: 0, max: 10_000 }).optional(),
    seconds: whole("Within how many seconds", { min: 1, max: 600 }).optional(),
    idle: whole("Ballots without a vote until they rest; 0: never", { min: 0, max: 1_000 }).optional(),
  },
  role: "staff",
  reply: "private",
  async run({ act, options: given }) {
    const before = await readSettings(act);
    if ((given.role === undefined) !== (given.weight === undefined))
      throw refuse(
        "options",
        "A weight needs a role, and a role its weight.",
        {},
        {
          errors: [{ option: given.role === undefined ? "role" : "weight", text: "This is needed." }],
        },
      );
    const weights =
      given.role && given.weight !== undefined ? { ...before.weights, [given.role]: given.weight } : undefined;
    const change = Object.fromEntries(
      Object.entries({
        weights,
        minMinutes: given.known,
        youngHours: given.young,
        youngWeight: given.young_weight,
        linked: given.linked,
        burst: given.burst,
        burstSeconds: given.seconds,
        idle: given.idle,
      }).filter(([, value]) => value !== undefined),
    ) as Partial<VoteSettings>;
    const after = Object.keys(change).length > 0 ? await changeSettings(act, change) : before;
    return { view: rulesView(act, after), data: { item: { id: "votes", ...after } } };
  },
});

function rulesView(act: Act, rules: VoteSettings): View {
  const weights = SETS.map((role) => `${act.say(`role:${role}`)}: ${rules.weights[role] ?? 100}%`).join(", ");
  return view(act.say("The rules of votes. They hold for ballots that open from now on."), {
    kind: "fields",
    fields: [
      { label: act.say("Weights"), value: weights },
      {
        label: act.say("Known for at least"),
        value: act.say("{count, plural, one {# minute} other {# minutes}}", { count: rules.minMinutes }),
      },
      {
        label: act.say("Young for"),
        value: act.say("{count, plural, one {# hour} other {# hours}}: {weight}%", {
          count: rules.youngHours,
          weight: rules.youngWeight,
        }),
      },
      { label: act.say("Only linked people"), value: rules.linked ? act.say("Yes") : act.say("No") },
      {
        label: act.say("Held at"),
        value:
          rules.burst === 0
            ? "—"
            : act.say("{count} young accounts in {seconds} s", { count: rules.burst, seconds: rules.burstSeconds }),
      },
      {
        label: act.say("Rest after"),
        value:
          rules.idle === 0
            ? "—"
            : act.say("{count, plural, one {# ballot} other {# ballots}} without a vote", { count: rules.idle }),
      },
    ],
  });
}

export const voteStaffCommands = [voteMute, voteUnmute, voteDecide, voteRules];
