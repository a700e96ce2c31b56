// Words without a model: honest templates, filled with what was asked. They hold a place until somebody sets a key,
// and say so in their label.
import { bell, chance } from "../chance.ts";
import { sentencesOf } from "../pipeline/script.ts";
import type { Wish } from "../provider.ts";

type Bag = { about: string; mood: string; wish: string; pick: (from: readonly string[]) => string };

const sentence = (text: string): string => {
  const plain = text.trim().replace(/\s+/g, " ");
  const capital = plain.charAt(0).toUpperCase() + plain.slice(1);
  return /[.!?…]$/.test(capital) || capital === "" ? capital : `${capital}.`;
};

const WRITE: Partial<Record<Wish["kind"], (bag: Bag) => string>> = {
  post: ({ about, mood, wish, pick }) =>
    [
      pick([`New on ${about}.`, `${about} has something new.`, `Just in: ${about}.`, `${about}, tonight.`]),
      sentence(
        wish || pick(["Put it on and stay a while", "Made for the hours you keep", "Play it loud or play it low"]),
      ),
      mood && pick([`For a mood of ${mood}.`, `It sounds like ${mood}.`]),
      pick(["Tell us what to play next.", "Which one should come next?", "Vote for the next one."]),
    ]
      .filter(Boolean)
      .join(" "),
  caption: ({ about, mood, wish, pick }) =>
    [sentence(wish || pick([`${about}, live`, `Now on ${about}`, `From ${about}`])), mood && sentence(mood)]
      .filter(Boolean)
      .join(" "),
  script: ({ about, mood, wish, pick }) =>
    [
      `HOOK (0:00)\n${sentence(pick([`You have not heard ${about} like this`, `Stop for a moment: this is ${about}`, `What does ${mood || "tonight"} sound like`]))}`,
      `STORY (0:05)\n${sentence(wish || `This is ${about}, made around the clock, chosen by the people who listen`)}`,
      `SHOW (0:20)\n${sentence(pick(["The picture follows the music, one scene a bar", "Cut on every fourth beat", "Hold the cover, then let it move"]))}`,
      `ASK (0:30)\n${sentence(pick(["Choose what plays next", "Follow for the next one", "Say in the comments what is missing"]))}`,
    ].join("\n\n"),
  case_study: ({ about, wish, pick }) =>
    [
      `${about}: a case study`,
      `Where it began\n${sentence(wish || `${about} wanted to be on air all day without a night shift`)}`,
      `What was done\n${sentence(pick(["Generation, review and playout moved into one place, run from chat", "The crowd was given the vote, and staff the last word"]))}`,
      `What came of it\nFill in the figures of the period: /revenue show and /target list have them.`,
    ].join("\n\n"),
  press_release: ({ about, wish, pick }) =>
    [
      `FOR IMMEDIATE RELEASE`,
      `${about}: ${wish ? sentence(wish) : pick(["a new channel goes on air.", "listeners choose what is played."])}`,
      `${about} ${wish ? pick(["announces:", "presents:"]) : pick(["announces", "presents"])} ${wish ? sentence(wish) : "what its listeners asked for."}`,
      `About ${about}\nFill in who you are and who may be asked: a name, an address, a number.`,
    ].join("\n\n"),
};

/** More than that and the person has written the script. */
const ENOUGH = 3;

/**
 * The words of a film: the person's own where there are enough of them, or where the template does not speak their language;
 * else a few honest lines around them.
 */
function filmScript({ about, wish, mood, pick }: Bag, scenes: number, spoken: string): string {
  const own = sentencesOf(wish, spoken);
  const english = /^en\b/.test(spoken) && !/[^\p{Script=Latin}\p{N}\p{P}\p{S}\s]/u.test(wish);
  if (/^\s*SAY\s*[:：]/im.test(wish)) return wish;
  const lines =
    own.length >= ENOUGH || !english
      ? own.length > 0
        ? own
        : [about]
      : [
          pick([`Stop for a moment.`, `You have not heard ${about} like this.`, `This one is for tonight.`]),
          ...(own.length > 0 ? own : [sentence(about)]),
          mood
            ? sentence(mood)
            : pick(["Take it slow and let it play.", "Turn it up and stay a while.", "One look, one sound, no hurry."]),
          pick(["Follow for the next one.", "Tell us what to make next.", "Which one should come next?"]),
        ];
  const count = Math.max(1, Math.min(scenes, lines.length));
  return Array.from({ length: count }, (_, n) => {
    const say = lines
      .slice(Math.floor((n * lines.length) / count), Math.floor(((n + 1) * lines.length) / count))
      .join(" ");
    return `SAY: ${say}\nSHOW: ${mood || about}, scene ${n + 1}`;
  }).join("\n");
}

/** Kinds that can be written so. A translation cannot: it needs somebody who knows both languages. */
export const LOCAL_WORDS = Object.keys(WRITE) as Wish["kind"][];

export function writeLocally(wish: Wish): string {
  const draw = chance(wish.seed);
  // The first numbers of neighbouring seeds are alike in some generators: a few are thrown away.
  bell(draw);
  const pick = (from: readonly string[]) => from[Math.floor(draw() * from.length)] ?? "";
  const bag = { about: wish.title, mood: wish.mood ?? "", wish: wish.asked ?? "", pick };
  if (wish.kind === "script" && wish.scenes !== undefined) return filmScript(bag, wish.scenes, wish.spoken ?? "en");
  return WRITE[wish.kind]!(bag);
}
