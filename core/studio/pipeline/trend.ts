// What worked here lately, and so what a film without words of its own is about: things of the library that were let out,
// heard on air, voted for and asked for, the newer the more; what a film was about lately comes later again. The same facts
// give the same topics. A model may choose among them, in its own words; it cannot bring up anything else.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import type { Item } from "../item.ts";
import type { StepRow } from "./steps.ts";

/** `works`: whose words they are; whoever typed them may want them forgotten. */
export type Topic = { words: string; works: string[]; score: number; played: number; voted: number; requested: number };
/** What a film is about: `by` whom it was chosen, and how it is to be told, when a model said so. */
export type Chosen = { words: string; works: string[]; by: "person" | "figures" | "model"; how?: string };

const DAY = 86_400_000;
const LOOKED_DAYS = 28;
/** After so long something counts half; what a film was about is fresh again sooner. */
const HALF_DAYS = 14;
const RESTED_DAYS = 7;
const WEIGHT = { made: 1, played: 0.1, voted: 1, requested: 1, used: 3 };
export const MOST_TOPICS = 8;
const LONGEST = 160;

/** Of one thing of the library: what it was made from, and when something happened to it. */
export type Known = {
  work: string;
  words: string;
  at: string;
  what: "made" | "played" | "voted" | "requested" | "used";
  count: number;
};

const wordsOf = (text: string): string => {
  const plain = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
};

/** Best first; of equals, by their letters. */
export function ranked(known: readonly Known[], now: number): Topic[] {
  const topics = new Map<string, Topic & { made: boolean }>();
  // The newest first: its way of writing a word is taken.
  const sorted = known.toSorted((a, b) => (a.at === b.at ? (a.work < b.work ? -1 : 1) : a.at < b.at ? 1 : -1));
  for (const { work, words, at, what, count } of sorted) {
    const plain = wordsOf(words);
    const key = plain.toLowerCase();
    if (key === "") continue;
    const topic = topics.get(key) ?? {
      words: plain,
      works: [],
      score: 0,
      played: 0,
      voted: 0,
      requested: 0,
      made: false,
    };
    const age = Math.max(0, now - new Date(at).getTime()) / DAY;
    const sign = what === "used" ? -1 : 1;
    topic.score += sign * WEIGHT[what] * count * 0.5 ** (age / (what === "used" ? RESTED_DAYS : HALF_DAYS));
    if (what === "played" || what === "voted" || what === "requested") topic[what] += count;
    if (what === "made") {
      topic.made = true;
      topic.works.push(work);
    }
    topics.set(key, topic);
  }
  return [...topics.values()]
    .filter(({ made }) => made)
    .sort((a, b) => b.score - a.score || (a.words < b.words ? -1 : 1))
    .slice(0, MOST_TOPICS)
    .map(({ made: _, score, ...rest }) => ({ ...rest, score: Math.round(score * 100) / 100 }));
}

/** Of the film's channel, or of all. A day is one figure: a track that is heard a hundred times is one row a day. */
export async function topicsFor(act: Act, { channel }: Pick<Item, "channel">): Promise<Topic[]> {
  const since = new Date(act.now.getTime() - LOOKED_DAYS * DAY).toISOString();
  const known = await rawOf(act.db)<Known[]>`
    with lately as (
      select coalesce(e.payload->>'asset', '') as work, max(e.at) as last,
        case when e.name = 'vote.request' then 'requested' when e.payload->>'source' = 'vote' then 'voted' else 'played' end as what,
        count(*)::int as count
      from event e where e.name in ('channel.track', 'vote.request') and e.at > ${since} group by 1, 3, date_trunc('day', e.at)),
    mine as (
      select w.id::text as id, w.kind, w.created_at, w.facts->'about'->>'words' as about,
        coalesce(nullif(i.wish->>'asked', ''), nullif(i.wish->>'mood', ''), w.title) as words
      from work w left join item i on i.workspace_id = w.workspace_id and i.id = w.id
      where w.status <> 'rejected' and w.created_at > ${since} and (${channel}::uuid is null or w.channel_id = ${channel}::uuid))
    select m.id as work, m.words, m.created_at as at, 'made' as what, 1 as count from mine m
      join work w on w.id::text = m.id and w.status = 'approved' where m.kind <> 'video'
    union all select m.id, m.words, l.last, l.what, l.count from mine m join lately l on l.work = m.id where m.kind <> 'video'
    union all select m.id, m.about, m.created_at, 'used', 1 from mine m where m.about is not null`;
  return ranked(known, act.now.getTime());
}

/** Without a model: each film of a batch its own, from the best on. */
export const byFigures = (topics: readonly Topic[], number: number): Chosen | undefined => {
  const topic = topics[(number - 1) % Math.max(1, topics.length)];
  return topic && { words: topic.words, works: topic.works, by: "figures" };
};

/** For a model: numbered, with their figures. What listeners and others wrote stands as a quotation. */
export const listOf = (topics: readonly Topic[]): string =>
  topics
    .map(
      ({ words, played, voted, requested }, n) =>
        `${n + 1}. ${JSON.stringify(words)} (played ${played} times, voted for ${voted} times, requested ${requested} times)`,
    )
    .join("\n");

/** "3: the last train home" means the third. What names none of them chooses nothing. */
export function chosenBy(text: string, topics: readonly Topic[]): Chosen | undefined {
  const [, number = "", rest = ""] = /^\s*(\d{1,2})\s*[.:)–-]?\s*(.*)$/m.exec(text) ?? [];
  const topic = topics[Number(number) - 1];
  if (!topic) return undefined;
  const how = wordsOf(rest);
  return { words: topic.words, works: topic.works, by: "model", ...(how === "" ? {} : { how }) };
}

export const topicsIn = (steps: readonly StepRow[]): Topic[] => {
  const found = steps.find((s) => s.kind === "trend")?.result?.facts?.topics;
  return Array.isArray(found) ? (found as Topic[]) : [];
};

/** What the steps before have settled; undefined: nobody said, and there is nothing to go by. */
export function aboutOf(
  { wish, number }: Pick<Item, "wish" | "number">,
  steps: readonly StepRow[],
): Chosen | undefined {
  if (wish.asked) return { words: wish.asked, works: [], by: "person" };
  const topics = topicsIn(steps);
  const text = steps.find((s) => s.kind === "choose")?.result?.parts?.[0]?.facts.text;
  return (typeof text === "string" ? chosenBy(text, topics) : undefined) ?? byFigures(topics, number);
}
