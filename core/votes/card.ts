// A ballot as people see it: the question, a bar for each answer, until when, and buttons while it is open.
import type { Act } from "../act.ts";
import { type Block, type View, view } from "../view/index.ts";
import { type Ballot, type Choice, isSecret } from "./ballot.ts";
import type { DecidedBy } from "./tally.ts";

type Speaker = Pick<Act, "say" | "locale"> & { workspace: { zone: string } };

/** A card has five buttons at most; more answers are a menu. */
const BUTTONS = 5;
/** And six fields; more are a list. */
const FIELDS = 6;
const CELLS = 10;

/** Ten cells: full, and empty. */
export const barOf = (part: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, part)) * CELLS);
  return "▰".repeat(full) + "▱".repeat(CELLS - full);
};

export function ballotView(act: Speaker, ballot: Ballot): View {
  if (ballot.status === "closed") return closedView(act, ballot);
  const voters = votersOf(ballot);
  const until = act.say("Closes at {time}. You can change your vote until then.", {
    time: timeOf(act, ballot.closesAt),
  });
  const held =
    ballot.status === "held" ? [soft(act.say("Staff are looking at some of the votes. Yours is taken."))] : [];
  return view(
    `🗳 ${ballot.question}`,
    isSecret(ballot) ? namesOf(ballot) : barsOf(act, ballot),
    soft(
      isSecret(ballot)
        ? act.say(
            "{count, plural, =0 {Nobody has voted yet} one {# person voted} other {# people voted}}; the counts are shown at the end.",
            { count: voters },
          )
        : act.say("{count, plural, =0 {Nobody has voted yet.} one {# person voted.} other {# people voted.}}", {
            count: voters,
          }),
    ),
    soft(until),
    ...held,
    ...buttonsOf(act, ballot),
  );
}

function closedView(act: Speaker, ballot: Ballot): View {
  const winner = winnerOf(ballot);
  const trouble = ballot.result?.trouble;
  const more: Block[] = trouble === undefined ? [] : [{ kind: "text", text: trouble, tone: "warn" }];
  return view(
    `🗳 ${ballot.question}`,
    { kind: "text", text: resultWords(act, ballot, winner), tone: winner ? "good" : "plain" },
    ...more,
    barsOf(act, ballot),
    soft(decidedWords(act, ballot)),
  );
}

export const winnerOf = (ballot: Ballot): Choice | undefined => ballot.choices.find((c) => c.id === ballot.winner);

/** What came of it, in one line. */
export function resultWords(act: Pick<Act, "say">, ballot: Ballot, winner = winnerOf(ballot)): string {
  if (!winner)
    return ballot.kind === "next"
      ? act.say("No winner: the rotation decides what comes next.")
      : act.say("No winner: nothing was decided.");
  const channel = ballot.channelName;
  if (ballot.kind === "next" && channel && ballot.result?.trouble === undefined)
    return act.say("{winner} won and is next on {channel}.", { winner: winner.label, channel });
  if (ballot.kind === "theme")
    return act.say("{winner} won: the next songs are made in this mood.", { winner: winner.label });
  return act.say("{winner} won.", { winner: winner.label });
}

/** How it was decided: always stored, always said. */
export function decidedWords(act: Pick<Act, "say">, ballot: Ballot): string {
  const voters = ballot.result?.voters ?? votersOf(ballot);
  switch (ballot.decidedBy as DecidedBy) {
    case "vote":
      return act.say("Decided by the vote of {voters, plural, one {# person} other {# people}}.", { voters });
    case "quorum-fallback":
      return act.say("Too few voted: {voters} of at least {quorum}.", { voters, quorum: Math.max(1, ballot.quorum) });
    case "tie:most-voters":
      return act.say("A tie: more people stood behind it.");
    case "tie:longest-unplayed":
      return act.say("A tie: it was not heard for the longest time.");
    case "tie:earliest-vote":
      return act.say("A tie: it had the earliest vote.");
    case "tie:draw":
      return act.say("A tie, drawn by lot. /vote show shows how to check the draw.");
    case "operator":
      return act.say("Decided by staff.");
    case "veto":
      return act.say("Taken off by staff.");
  }
}

const votersOf = (ballot: Ballot) => ballot.choices.reduce((all, c) => all + c.votes, 0);
const soft = (text: string): Block => ({ kind: "text", text, tone: "soft" });
const called = (c: Choice) => `${c.position}. ${c.label}`;

const namesOf = (ballot: Ballot): Block => ({
  kind: "list",
  ordered: true,
  items: ballot.choices.map((c) => ({ text: c.label, id: c.id })),
});

function barsOf(act: Speaker, ballot: Ballot): Block {
  const all = votersOf(ballot);
  const rows = ballot.choices.map((c) => {
    const part = all === 0 ? 0 : c.votes / all;
    const percent = part.toLocaleString(act.locale, { style: "percent", maximumFractionDigits: 0 });
    const mark = c.id === ballot.winner ? " ✓" : "";
    return { choice: c, bar: `${barOf(part)} ${c.votes.toLocaleString(act.locale)} · ${percent}${mark}` };
  });
  if (rows.length > FIELDS)
    return {
      kind: "list",
      ordered: true,
      items: rows.map(({ choice, bar }) => ({ text: choice.label, note: bar, id: choice.id })),
    };
  return { kind: "fields", fields: rows.map(({ choice, bar }) => ({ label: called(choice), value: bar })) };
}

/** With the tokens that were sealed when it opened. Before that, with what a press is to run. */
function buttonsOf(act: Pick<Act, "say">, ballot: Ballot): Block[] {
  const pressed = ballot.choices.map((c) => {
    const token = ballot.buttons[c.id];
    const label = called(c);
    return token ? { id: c.id, label, action: token } : { id: c.id, label, press: pressOf(ballot, c) };
  });
  if (pressed.length <= BUTTONS) return [{ kind: "buttons", buttons: pressed.map(({ id: _, ...button }) => button) }];
  return [
    { kind: "select", label: act.say("Your vote"), choices: pressed.map(({ id, ...one }) => ({ value: id, ...one })) },
  ];
}

/** A late press is answered with the result: the buttons outlive the ballot. */
function pressOf(ballot: Ballot, c: Choice) {
  const open = (Date.parse(ballot.closesAt) - Date.parse(ballot.openedAt)) / 60_000;
  return {
    command: "vote cast",
    options: { ballot: ballot.id, choice: c.id },
    uses: "many" as const,
    audience: "anyone" as const,
    minutes: Math.ceil(open) + 24 * 60,
  };
}

/** In the workspace's own zone, and which that is: people of many zones read it. */
export const timeOf = ({ locale, workspace }: Pick<Speaker, "locale" | "workspace">, at: string): string =>
  new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone: workspace.zone,
    timeZoneName: "short",
  }).format(new Date(at));
