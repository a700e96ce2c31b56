// Answers to whoever votes: what their vote is now, or why it was not taken.
import type { Act } from "../act.ts";
import { type Refusal, refuse } from "../problem.ts";
import { type View, view } from "../view/index.ts";
import type { Ballot, Choice } from "./ballot.ts";
import { resultWords, timeOf } from "./card.ts";
import type { CastAnswer } from "./cast.ts";

type Speaker = Pick<Act, "say" | "locale"> & { workspace: { zone: string } };

/** Seen by the voter alone, where the platform has it. */
export function confirmation(act: Speaker, ballot: Ballot, choice: Choice, { before }: CastAnswer): View {
  const said =
    before && before !== choice.id
      ? act.say("Your vote moved to {choice}.", { choice: choice.label })
      : act.say("Your vote: {choice}.", { choice: choice.label });
  const until = act.say("You can change it until {time}.", { time: timeOf(act, ballot.closesAt) });
  return view(said, { kind: "text", text: until, tone: "soft" });
}

/** Why a vote was not taken, by the rule that said so. Undefined: it was. */
export function whyNot(act: Speaker, ballot: Ballot, answer: CastAnswer): Refusal | undefined {
  const retryAfter = answer.wait === null ? {} : { retryAfter: Math.max(1, Math.ceil(answer.wait)) };
  switch (answer.outcome) {
    case "counted":
    case "repeated":
      return undefined;
    case "older":
      return refuse("clash", "A newer vote of yours was here already, and it counts.");
    case "late":
      return refuse("rule", "This ballot closed at {time}: your vote came too late. {result}", {
        time: timeOf(act, ballot.closedAt ?? ballot.closesAt),
        result: ballot.status === "closed" ? resultWords(act, ballot) : act.say("It is being counted."),
      });
    case "muted":
      return refuse("rule", "Your votes are not taken for now.", {}, retryAfter);
    case "young":
      return refuse(
        "rule",
        "Your account is too new here to vote: it must be known for {minutes, plural, one {# minute} other {# minutes}} more.",
        { minutes: Math.max(1, Math.ceil((answer.wait ?? 60) / 60)) },
        retryAfter,
      );
    case "unlinked":
      return refuse("rule", "Only people with two linked accounts vote here. Link yours with /link.");
    case "own":
      return refuse("rule", "Your own request gets no vote from you. Choose another one.");
    case "void":
      return refuse("rule", "Staff took your vote out of this ballot.");
    case "no choice":
      return refuse("missing", "This ballot has no such answer: {choices}.", {
        choices: ballot.choices.map((c) => c.label).join(", "),
      });
    case "nobody":
    case "no ballot":
      return refuse("missing", "There is no such ballot here.");
  }
}
