// How each kind of step begins: with wishes for providers, or with a job of this house.
import type { Act } from "../../act.ts";
import { orderParts } from "../batch.ts";
import { capabilitiesOf, readSwitches } from "../desk.ts";
import type { Item } from "../item.ts";
import { fill, prompts, versionAt } from "../prompts.ts";
import type { Kind, Wish } from "../provider.ts";
import { missingWords } from "../providers/keys.ts";
import { before, planOf, type StepKind } from "./plan.ts";
import { type Scene, scenesOf } from "./script.ts";
import { longStep, type Move, quickStep, type StepRow } from "./steps.ts";
import { aboutOf, listOf, topicsFor, topicsIn } from "./trend.ts";

type Begin = (act: Act, item: Item, step: StepRow, steps: readonly StepRow[]) => Promise<Move>;

export const launch: Begin = (act, item, step, steps) => HOW[step.kind](act, item, step, steps);

/** The newest step of a kind that came before this one. */
export function earlier(steps: readonly StepRow[], step: Pick<StepRow, "name">, kind: StepKind): StepRow | undefined {
  const all = before(steps, step.name);
  return steps.findLast((s) => s.kind === kind && s.status === "done" && all.has(s.name));
}

/** A wish of the film's own: the same genre, mood and chance, and nothing that is only the film's. */
function wishFor({ wish }: Item, kind: Kind, more: Partial<Wish> & { prompt: string }): Wish {
  const { genre, mood, seed, title } = wish;
  return {
    kind,
    title,
    seed,
    ...(genre === undefined ? {} : { genre }),
    ...(mood === undefined ? {} : { mood }),
    ...more,
  };
}

async function ask(act: Act, item: Item, step: StepRow, kind: Kind, wishes: readonly Wish[]): Promise<Move> {
  const switches = await readSwitches(act);
  const able = capabilitiesOf(act.providers, kind).some(
    ({ provider }) => switches.get(provider.slug) ?? !provider.optIn,
  );
  if (!able) {
    return { status: step.optional ? "skipped" : "failed", error: missingWords(act, kind) };
  }
  return { status: "working", batch: await orderParts(act, item, kind, wishes) };
}

const ours =
  (job: typeof quickStep): Begin =>
  async (act, item, step) => ({
    status: "working",
    job: await act.later(job, { film: item.id, step: step.name }, { part: true }),
  });

/** So much longer than the film: it ends in a fade. */
const MUSIC_TAIL = 3;
/** The shortest that a provider of music makes is about this. */
const LEAST_MUSIC = 10;
/** A voice takes its time: the words are counted for the film, and may take a third more. */
const LONGER = 1.35;
const WORDS_A_SECOND = 2.3;

/** What a model of words is asked for when it chooses: a line. */
const LINE: Kind = "caption";

const HOW: Record<StepKind, Begin> = {
  async trend(act, item) {
    // Who said what it is about needs no figures.
    const topics = item.wish.asked ? [] : await topicsFor(act, item);
    return { status: "done", result: { facts: { topics } } };
  },
  async choose(act, item, step, steps) {
    const topics = topicsIn(steps);
    const models = capabilitiesOf(act.providers, LINE).some(({ provider }) => !provider.local);
    const prompt = (await prompts.find(act, "kinds/topic"))!;
    if (topics.length < 2 || !models) return { status: "done", result: {} };
    const version = versionAt(prompt.versions, act.random());
    const body = fill(version.body, { channel: item.wish.title, asked: listOf(topics) });
    const more = { prompt: body, promptName: prompt.name, promptVersion: version.version };
    return ask(act, item, step, LINE, [wishFor(item, LINE, more)]);
  },
  async write(act, item, step, steps) {
    const { wish } = item;
    const about = aboutOf(item, steps);
    const told = about && [about.words, about.how].filter(Boolean).join(". ");
    const plan = planOf(wish.pipeline!)!;
    const prompt = (await prompts.find(act, `pipelines/${plan.name}`))!;
    const version = versionAt(prompt.versions, act.random());
    const seconds = wish.seconds ?? plan.seconds;
    const body = fill(version.body, {
      mood: wish.mood ?? "",
      asked: told ?? "",
      channel: wish.title,
      language:
        new Intl.DisplayNames("en", { type: "language", fallback: "code" }).of(wish.spoken ?? "en") ?? "English",
      seconds,
      scenes: wish.scenes ?? plan.scenes,
      words: Math.round(seconds * WORDS_A_SECOND),
    });
    return ask(act, item, step, "script", [
      wishFor(item, "script", {
        prompt: body,
        promptName: prompt.name,
        promptVersion: version.version,
        scenes: wish.scenes ?? plan.scenes,
        ...(about === undefined ? {} : { asked: about.words }),
        ...(wish.spoken === undefined ? {} : { spoken: wish.spoken }),
      }),
    ]);
  },
  play(act, item, step, steps) {
    const plan = planOf(item.wish.pipeline!)!;
    const speaks = steps.some((s) => s.kind === "speak");
    const seconds = Math.ceil((item.wish.seconds ?? plan.seconds) * (speaks ? LONGER : 1)) + MUSIC_TAIL;
    const music = wishFor(item, "song", {
      prompt: item.wish.prompt,
      instrumental: true,
      seconds: Math.max(LEAST_MUSIC, seconds),
    });
    return ask(act, item, step, "song", [music]);
  },
  speak(act, item, step, steps) {
    const { spoken } = item.wish;
    // As one text: a voice that begins anew with every sentence sounds so.
    const text = sceneList(item, step, steps)
      .map((s) => s.say)
      .join("\n\n");
    const voice = wishFor(item, "voice", {
      prompt: text,
      asked: text,
      ...(spoken === undefined ? {} : { language: spoken }),
    });
    return ask(act, item, step, "voice", [voice]);
  },
  draw(act, item, step, steps) {
    const style = item.wish.prompt;
    const pictures = sceneList(item, step, steps).map(({ show }, n) =>
      wishFor(item, "scene", {
        prompt: `${show}. ${style} No letters, no words, no logos.`,
        // Square: cut to any shape, with room to move over it.
        ratio: "1:1",
        plain: true,
        seed: (item.wish.seed + n * SEED_STEP) % 2 ** 31,
      }),
    );
    return ask(act, item, step, "scene", pictures);
  },
  caption: ours(quickStep),
  mix: ours(quickStep),
  render: ours(longStep),
  check: ours(quickStep),
};

/** A prime: neighbours of a seed may look alike. */
const SEED_STEP = 104_729;

function sceneList(item: Item, step: StepRow, steps: readonly StepRow[]): Scene[] {
  return scenesOf(scriptOf(steps, step), scenesWanted(item.wish), item.wish.spoken);
}

export const scenesWanted = (wish: Wish): number => wish.scenes ?? planOf(wish.pipeline ?? "")?.scenes ?? 1;

export function scriptOf(steps: readonly StepRow[], step: Pick<StepRow, "name">): string {
  const text = earlier(steps, step, "write")?.result?.parts?.[0]?.facts.text;
  return typeof text === "string" ? text : "";
}
