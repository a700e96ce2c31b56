// Once more: what failed in a batch, or a draft that was not good enough.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { command, pick, type Registry, text } from "../command/index.ts";
import { runningView } from "../jobs/index.ts";
import { itemOf, listWorks, review, shortOf, showWork, type Work, works } from "../library/index.ts";
import { refuse } from "../problem.ts";
import { type View, view } from "../view/index.ts";
import { mayLetOut, mayOverrule, verdictsOf } from "../voice/index.ts";
import { order } from "./batch.ts";
import { orderAgain } from "./pipeline/order.ts";
import { FILM_KIND, type Kind, type Wish } from "./provider.ts";
import { followDecision, holdCard } from "./review-card.ts";
import type { Profile } from "./router.ts";

type Old = { kind: Kind; channel: string | null; profile: Profile; provider: string | null; wishes: Wish[] };

const SEEDS = 2 ** 31;

/** The failed ones of a batch; pressed twice, the second press finds its button used. */
export const generateAgain = command({
  name: "generate again",
  says: "Make again what failed in a batch",
  role: "staff",
  effects: ["spend"],
  hidden: true,
  options: { batch: text("Which batch", { max: 36 }) },
  async run({ act, options: { batch } }) {
    const [old] = await rawOf(act.db)<Old[]>`
      select b.kind, b.channel_id as channel, b.profile, b.provider, json_agg(i.wish order by i.number) as wishes
      from batch b join item i on i.workspace_id = b.workspace_id and i.batch_id = b.id
      where b.id::text = ${batch} and i.status in ('failed', 'cancelled')
      group by b.kind, b.channel_id, b.profile, b.provider`;
    if (!old) throw refuse("missing", "There is nothing left to make again.");
    return old.kind === FILM_KIND ? goOn(act, old, await orderAgain(act, batch)) : begin(act, old);
  },
});

const begin = async (act: Act, old: Old) =>
  goOn(act, old, await order(act, { ...old, provider: old.provider ?? undefined }));

function goOn(act: Act, old: Old, { job, batch }: { job: string; batch: string }) {
  const count = old.wishes.length;
  const words = act.say("Making {what}.", { what: act.say(`kinds:${old.kind}`, { count }) });
  return { view: runningView(act, words, job, count), data: { batch, job }, job };
}

const asset = () => pick(works, "Which one");

export const reviewList = command({
  name: "review list",
  says: "Drafts that wait for a yes or a no",
  role: "staff",
  reads: true,
  options: {},
  examples: ["review list"],
  async run({ act }) {
    const drafts = await listWorks(act, { status: "draft" }, 25);
    const [first] = drafts;
    const data = { items: drafts.map(itemOf) };
    if (!first) return { view: view(act.say("Nothing waits for review.")), data };
    const choices = drafts.map((w) => ({
      value: w.id,
      label: `${w.title} · ${shortOf(w.id)}`,
      press: { command: "library show", options: { asset: w.id }, uses: "many" as const, audience: "staff" as const },
    }));
    const words = act.say("{count, plural, one {# draft waits} other {# drafts wait}}. The newest:", {
      count: drafts.length,
    });
    const shown = showWork(act, first);
    return {
      view: view(words, ...shown.blocks, { kind: "select", label: act.say("Show another"), choices }) as View,
      data,
    };
  },
});

export const reviewApprove = command({
  name: "review approve",
  says: "Let a draft out: into the library, for everybody",
  role: "staff",
  effects: ["publish"],
  options: { asset: asset() },
  examples: ["review approve 3fa20b1c"],
  async run({ act, commands, options: { asset: work } }) {
    const { text } = work.facts;
    await mayLetOut(act, work.title, typeof text === "string" ? [text] : []);
    mayOverrule(act, work.title, verdictsOf(work.facts));
    return decided(act, await decide(act, commands, work, "approved"));
  },
});

export const reviewReject = command({
  name: "review reject",
  says: "Hold a draft back",
  role: "staff",
  options: { asset: asset(), reason: text("Why, for whoever asks later", { max: 300 }).optional() },
  examples: ['review reject 3fa20b1c reason:"too loud"'],
  run: async ({ act, commands, options: { asset: work, reason } }) =>
    decided(act, await decide(act, commands, work, "rejected", reason)),
});

/** The decision, and then the message that asked for it. */
async function decide(act: Act, commands: Registry, work: Work, to: "approved" | "rejected", reason?: string) {
  await holdCard(act, work);
  const done = await review(act, work, to, reason);
  await followDecision(act, commands, work);
  return done;
}

const decided = (act: Act, work: Work) => {
  const by = { title: work.title, person: act.person.name };
  const words =
    work.status === "approved"
      ? act.say("{title} was approved by {person}.", by)
      : act.say("{title} was rejected by {person}.", by);
  return { view: view(words), data: { item: itemOf(work) } };
};

export const reviewRedo = command({
  name: "review redo",
  says: "Hold a draft back and make another in its place",
  role: "staff",
  effects: ["spend"],
  options: { asset: asset(), prompt: text("What to do otherwise", { max: 1000 }).optional() },
  examples: ['review redo 3fa20b1c prompt:"slower, without drums"'],
  async run({ act, commands, options: { asset: work, prompt } }) {
    await decide(act, commands, work, "rejected", prompt ?? "redo");
    const [old] = await rawOf(act.db)<(Omit<Old, "wishes"> & { wish: Wish })[]>`
      select b.kind, b.channel_id as channel, b.profile, b.provider, i.wish
      from item i join batch b on b.workspace_id = i.workspace_id and b.id = i.batch_id where i.id = ${work.id}`;
    if (!old) throw refuse("missing", "{title} was not made here, so it cannot be made again.", { title: work.title });
    const { wish, ...rest } = old;
    const words = prompt === undefined ? wish.prompt : `${prompt} ${wish.prompt}`;
    return begin(act, {
      ...rest,
      wishes: [{ ...wish, prompt: words, fresh: true, seed: Math.floor(act.random() * SEEDS) }],
    });
  },
});

export const reviewCommands = [generateAgain, reviewList, reviewApprove, reviewReject, reviewRedo];
