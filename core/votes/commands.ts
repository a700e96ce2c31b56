// Voting, looking at a ballot, and ending it.
import type { Act } from "../act.ts";
import { type Answer, command, pick, text, whole, yesNo } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { channels } from "../streams/index.ts";
import { type Block, type View, view } from "../view/index.ts";
import { type Ballot, ballotData, ballots, type Choice, choiceOf, getBallot, isSecret, listBallots } from "./ballot.ts";
import { ballotView, resultWords, timeOf } from "./card.ts";
import { type Cast, type CastAnswer, castAll } from "./cast.ts";
import { caseOf } from "./close.ts";
import { requestCommands } from "./commands-request.ts";
import { voteStaffCommands } from "./commands-staff.ts";
import { voteStart, voteWake } from "./commands-start.ts";
import { endBallot } from "./result.ts";
import { decide, lot } from "./tally.ts";
import { tallyMoved } from "./telling.ts";
import { confirmation, whyNot } from "./words.ts";

const PAGE = 25;

/** The time in a run's id: when the message was taken in, however late it is worked on. */
const heardAt = (run: string): Date => new Date(Number.parseInt(run.replaceAll("-", "").slice(0, 12), 16));

const voteCast = command({
  name: "vote cast",
  says: "Vote. You can change it until the ballot closes",
  options: {
    ballot: pick(ballots, "Which ballot"),
    choice: text("Which answer: its number or its words", { max: 200 }),
  },
  role: "member",
  reply: "private",
  brief: true,
  examples: ["vote cast ballot:noir-jazz choice:2"],
  together: castOf,
  async run(call) {
    const [answer] = await castOf([call]);
    return answer!;
  },
});

type Wish = { act: Act; options: { ballot: Ballot; choice: string } };

/** One pass of the database for all of them; each is told what became of their own. */
async function castOf(wishes: readonly Wish[]): Promise<Answer[]> {
  const chosen = wishes.map(({ options: { ballot, choice } }) => choiceOf(ballot, choice));
  const casts = wishes.flatMap(({ act, options: { ballot } }, n) =>
    chosen[n] ? [castBy(act, ballot, chosen[n])] : [],
  );
  const [{ act }] = wishes as [Wish];
  const done = casts.length > 0 ? await castAll(act.db, act.workspace.id, casts, act) : [];
  const answers = wishes.map((_, n) => (chosen[n] ? done.shift() : undefined));
  const counted = new Map<string, Ballot>();
  for (const [n, { options }] of wishes.entries()) {
    const { id } = options.ballot;
    if (answers[n]?.outcome !== "counted" || counted.has(id)) continue;
    tallyMoved(act, id);
    counted.set(id, await getBallot(act, id));
  }
  return wishes.map((wish, n) => {
    const { ballot } = wish.options;
    return told(wish.act, { before: ballot, now: counted.get(ballot.id) ?? ballot }, chosen[n], answers[n]);
  });
}

/**
 * The platform's time says which vote of a person is the later one. Its clock may be wrong: nobody voted after they were
 * heard, nor before there was a ballot.
 */
function castBy(act: Act, { id: ballot, openedAt }: Ballot, { id: choice }: Choice): Cast {
  const { surface, place, account = "", run, person, role } = act;
  const heard = heardAt(run);
  const said = act.saidAt?.getTime() ?? heard.getTime();
  const at = new Date(Math.min(Math.max(said, Date.parse(openedAt)), heard.getTime()));
  return { ballot, choice, person: person.id, surface, delivery: run, tenant: place.tenant, account, at, heard, role };
}

function told(
  act: Act,
  { before, now }: Record<"before" | "now", Ballot>,
  chosen?: Choice,
  answer?: CastAnswer,
): Answer {
  const missing = () =>
    refuse("missing", "This ballot has no such answer: {choices}.", {
      choices: before.choices.map((c) => c.label).join(", "),
    });
  const refusal = chosen && answer ? whyNot(act, before, answer) : missing();
  if (refusal || !chosen || !answer) return { refusal: refusal ?? missing() };
  act.changed({ what: "vote", id: now.id, from: answer.before, to: chosen.id });
  return { view: confirmation(act, now, chosen, answer), data: { item: { ...ballotData(now), vote: chosen.id } } };
}

const voteShow = command({
  name: "vote show",
  says: "A ballot: its counts, or how it was decided",
  options: { ballot: pick(ballots, "Which ballot; the newest if not said").optional() },
  role: "member",
  reads: true,
  async run({ act, options }) {
    const ballot = options.ballot ?? (await listBallots(act, {}, 1))[0];
    if (!ballot) throw refuse("missing", "Nothing was voted on yet. /vote start begins a ballot.");
    const shown = ballotView(act, ballot);
    if (ballot.status !== "closed") return { view: shown, data: { item: ballotData(ballot) } };
    const proof = await proofOf(act, ballot);
    return {
      view: { ...shown, blocks: [...shown.blocks, ...proof.blocks] },
      data: { item: { ...ballotData(ballot), ...proof.data } },
    };
  },
});

/** How it came out, step by step, and what a draw was made from: whoever doubts it can do it again. */
async function proofOf(act: Act, ballot: Ballot): Promise<{ blocks: Block[]; data: Record<string, unknown> }> {
  const made = await caseOf(act, ballot.id);
  const again = decide(made);
  const trail = ballot.result?.trail ?? [];
  const name = (id: string) => ballot.choices.find((c) => c.id === id)?.label ?? id;
  const drawn = trail.some((step) => step.rule === "draw");
  const items = trail.map(({ rule, left }) => ({ text: act.say(`tie:${rule}`), note: left.map(name).join(", ") }));
  const draw: Block[] = drawn
    ? [
        {
          kind: "text",
          tone: "soft",
          text: act.say("The draw: SHA-256 of the seed {seed}, a space and the id of each answer; the smallest wins.", {
            seed: ballot.seed,
          }),
        },
      ]
    : [];
  const list: Block[] = items.length > 0 ? [{ kind: "list", ordered: true, items }] : [];
  return {
    blocks: [...list, ...draw],
    data: {
      seed: ballot.seed,
      trail,
      shares: ballot.result?.shares ?? {},
      lots: Object.fromEntries(ballot.choices.map((c) => [c.id, lot(ballot.seed, c.id)])),
      replayed: { winner: again.winner, decided_by: again.decidedBy },
    },
  };
}

const voteClose = command({
  name: "vote close",
  says: "End a ballot now, and let its result count",
  options: {
    ballot: pick(ballots, "Which ballot"),
    winner: text("This answer wins, whatever was voted", { max: 200 }).optional(),
    veto: yesNo("Nothing wins", { default: false }),
  },
  role: "staff",
  async run({ act, options: { ballot, winner, veto }, commands }) {
    const chosen = winner === undefined ? undefined : choiceOf(ballot, winner);
    if (winner !== undefined && !chosen)
      throw refuse("missing", "This ballot has no such answer: {choices}.", {
        choices: ballot.choices.map((c) => c.label).join(", "),
      });
    const closed = await endBallot(act, commands, ballot.id, {
      now: true,
      veto,
      ...(chosen ? { winner: chosen.id } : {}),
    });
    // Closed a moment ago by its time or by somebody else: the result stands, and is shown.
    const shown = closed ?? (await getBallot(act, ballot.id));
    return { view: ballotView(act, shown), data: { item: ballotData(shown) } };
  },
});

const voteList = command({
  name: "vote list",
  says: "Ballots, newest first",
  options: {
    channel: pick(channels, "Only of this channel").optional(),
    open: yesNo("Only those that are open", { default: false }),
    after: text("Go on after this id", { max: 40 }).optional(),
    count: whole("How many", { min: 1, max: PAGE, default: 10 }),
  },
  role: "member",
  reads: true,
  async run({ act, options: { channel, open, after, count } }) {
    const found = await listBallots(act, { channel: channel?.id, open, before: after }, count + 1);
    const items = found.slice(0, count);
    const next = found.length > count ? { next: items.at(-1)?.id } : {};
    return { view: listView(act, items), data: { items: items.map(ballotData), ...next } };
  },
});

function listView(act: Act, items: readonly Ballot[]): View {
  const words = act.say("{count, plural, =0 {No ballots.} one {# ballot.} other {# ballots.}}", {
    count: items.length,
  });
  const note = (b: Ballot) => {
    if (b.status === "closed") return resultWords(act, b);
    const voters = b.choices.reduce((all, c) => all + c.votes, 0);
    const until = act.say("open until {time}", { time: timeOf(act, b.closesAt) });
    return isSecret(b)
      ? until
      : `${until} · ${act.say("{count, plural, one {# vote} other {# votes}}", { count: voters })}`;
  };
  return view(words, { kind: "list", items: items.map((b) => ({ id: b.id, text: b.question, note: note(b) })) });
}

export const voteCommands = [
  voteStart,
  voteCast,
  voteShow,
  voteClose,
  voteList,
  voteWake,
  ...voteStaffCommands,
  ...requestCommands,
];
