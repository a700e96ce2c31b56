// Opening a ballot: any question, a mood for the next songs, or what a channel plays next.
import type { Act } from "../act.ts";
import { command, pick, type Registry, text, whole, yesNo } from "../command/index.ts";
import { Refusal, refuse } from "../problem.ts";
import { type Channel, channels, placesOf } from "../streams/index.ts";
import { type Ballot, ballotData, MOST_CHOICES, type NewBallot, openBallotOf } from "./ballot.ts";
import { ballotView } from "./card.ts";
import { startNext } from "./next.ts";
import { startBallot } from "./start.ts";

/** Long enough for a chat to notice, short enough to be remembered. */
const MINUTES = 5;
const DAY = 24 * 60;
/** What fits on a button of every platform with its number before it (Discord: 80, Slack: 75). */
const LABEL = 70;

type Given = {
  channel?: Channel | undefined;
  question?: string | undefined;
  choices?: string | undefined;
  theme?: string | undefined;
  minutes?: number | undefined;
  quorum: number;
  hidden: boolean;
  candidates: number;
};
const USUAL = 4;

export const voteStart = command({
  name: "vote start",
  says: "Let everybody vote: what plays next, a mood, or any question",
  options: {
    channel: pick(channels, "Whose next track it decides, or which it is about").optional(),
    question: text("What is asked", { max: 200 }).optional(),
    choices: text("Two to ten answers, with commas between", { max: 900 }).optional(),
    theme: text("Moods for the next songs, with commas between", { max: 900 }).optional(),
    minutes: whole("How long it is open", { min: 1, max: 14 * DAY }).optional(),
    quorum: whole("How many must vote at least", { min: 0, max: 100_000, default: 1 }),
    candidates: whole("How many tracks to choose from", { min: 3, max: 5, default: USUAL }),
    hidden: yesNo("Counts are shown only at the end", { default: false }),
  },
  role: "staff",
  examples: ['vote start question:"Which cover?" choices:"the blue one, the red one"', "vote start channel:noir-jazz"],
  async run({ act, options, commands }) {
    const { channel, question, choices, theme } = options;
    const ballot =
      channel && question === undefined && choices === undefined && theme === undefined
        ? await nextOn(act, commands, channel, options)
        : await startBallot(
            act,
            commands,
            await ballotOf(act, options),
            channel ? await placesOf(act, channel.id) : [],
          );
    if (!ballot) throw isOpen();
    return { view: ballotView(act, ballot), data: { item: ballotData(ballot) } };
  },
});

const isOpen = () =>
  refuse("clash", "A vote about what comes next is open on this channel already. /vote show shows it.");

async function nextOn(act: Act, commands: Registry, channel: Channel, given: Given): Promise<Ballot | undefined> {
  const closesAt = given.minutes === undefined ? undefined : new Date(act.now.getTime() + given.minutes * 60_000);
  const { quorum, hidden, candidates: count } = given;
  const ballot = await startNext(act, commands, { channel, count, quorum, hidden, closesAt });
  if (ballot || (await openBallotOf(act, channel.id))?.kind === "next") return ballot;
  throw refuse("rule", "There are not two tracks to choose from on {channel}. /generate song makes more.", {
    channel: channel.name,
  });
}

/** Behind a button, where ballots that open by themselves have come to rest. */
export const voteWake = command({
  name: "vote wake",
  says: "Vote on the next track again",
  options: { channel: pick(channels, "Which channel") },
  role: "member",
  hidden: true,
  async run({ act, options: { channel }, commands }) {
    const given = { quorum: 1, hidden: false, candidates: USUAL };
    const ballot = await nextOn(act, commands, channel, given);
    if (!ballot) throw isOpen();
    return { view: ballotView(act, ballot), data: { item: ballotData(ballot) } };
  },
});

async function ballotOf(act: Act, given: Given): Promise<NewBallot> {
  const { channel, question, theme, quorum, hidden } = given;
  const closesAt = new Date(act.now.getTime() + (given.minutes ?? MINUTES) * 60_000);
  const common = { channel: channel?.id, closesAt, quorum, hidden };
  if (theme !== undefined) {
    const moods = answersIn("theme", theme);
    const asked =
      question ??
      (channel
        ? act.say("Which mood is next on {channel}?", { channel: channel.name })
        : act.say("Which mood is next?"));
    return { ...common, kind: "theme", question: asked, choices: moods.map((mood) => ({ label: mood, value: mood })) };
  }
  if (question === undefined && given.choices === undefined) throw nothingAsked();
  const answers = given.choices === undefined ? [act.say("Yes"), act.say("No")] : answersIn("choices", given.choices);
  return {
    ...common,
    question: question ?? act.say("What do you choose?"),
    choices: answers.map((label) => ({ label })),
  };
}

const nothingAsked = () =>
  refuse(
    "options",
    "Say what is asked, with question:, or on which channel the next track is chosen.",
    {},
    { errors: [{ option: "question", text: "This is needed." }] },
  );

/** A refusal that names the option it is about. */
const about = (option: string, { message, vars }: Refusal): Refusal =>
  new Refusal("options", message, vars, { errors: [{ option, text: message, vars }] });

/** Between lines or commas, each once, two at least. */
export function answersIn(option: string, typed: string): string[] {
  const parts = typed
    .split(/[\n;|]/.test(typed) ? /[\n;|]+/ : /[,、，]+/)
    .map((part) => part.replace(/\s+/g, " ").trim())
    .filter((part) => part !== "");
  const seen = new Set<string>();
  const answers = parts.filter((part) => {
    const key = part.toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
  if (answers.length < 2)
    throw about(option, refuse("options", "Give at least two different answers, with commas between."));
  if (answers.length > MOST_CHOICES)
    throw about(option, refuse("options", "Give at most {most} answers.", { most: MOST_CHOICES }));
  const long = answers.find((a) => [...a].length > LABEL);
  if (long) throw about(option, refuse("options", "An answer has at most {most} letters.", { most: LABEL }));
  return answers;
}
