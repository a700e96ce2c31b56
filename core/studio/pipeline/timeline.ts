// When each scene is seen and each caption is read: by the voice's own times where a provider tells them, else by how long
// the words take, moved to where the voice pauses; without a voice, by how long a reader needs.
import { cuesIn, weightOf } from "./lines.ts";
import { type Scene, sentencesOf } from "./script.ts";

type Span = { from: number; to: number };
export type Cue = Span & { text: string };
export type Timeline = { seconds: number; voice: { at: number; seconds: number } | null; scenes: Span[]; cues: Cue[] };

export type Spoken = {
  seconds: number;
  /** Where each letter of the text begins, when the provider says so. */
  starts?: readonly number[] | undefined;
  /** The middles of the voice's silences. */
  pauses: readonly number[];
};

/** Before the first word, and after the last. */
const LEAD = 0.3;
const TAIL = 1.2;
/** No pause further away than this part of a sentence is its end. */
const SNAP = 0.35;
/** Letters that are read in a second, as subtitlers count. */
const READING = 15;
const SHORTEST = 1.4;

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;

type Sentence = { text: string; scene: number; at: number };

/** As it is spoken: scenes with an empty line between them. */
export const spokenText = (scenes: readonly Scene[]): string => scenes.map((s) => s.say).join("\n\n");

function sentencesIn(scenes: readonly Scene[], language: string): Sentence[] {
  const whole = spokenText(scenes);
  let from = 0;
  return scenes.flatMap((scene, n) => {
    const start = whole.indexOf(scene.say, from);
    from = start + scene.say.length;
    let at = start;
    return sentencesOf(scene.say, language).map((text) => {
      at = Math.max(at, whole.indexOf(text, at));
      const sentence = { text, scene: n, at };
      at += text.length;
      return sentence;
    });
  });
}

/** Where each sentence ends, from 0 to the end of the voice. */
function endsOf(sentences: readonly Sentence[], { seconds, starts, pauses }: Spoken, length: number): number[] {
  if (starts && starts.length >= length * 0.98 && starts.every((s, n) => n === 0 || s >= starts[n - 1]!)) {
    return sentences.map((_, n) =>
      n + 1 < sentences.length ? Math.min(seconds, starts[sentences[n + 1]!.at] ?? seconds) : seconds,
    );
  }
  const all = sentences.reduce((sum, s) => sum + weightOf(s.text), 0);
  let [spoken, last] = [0, 0];
  return sentences.map(({ text }, n) => {
    const own = (weightOf(text) / all) * seconds;
    spoken += own;
    if (n === sentences.length - 1) return seconds;
    const near = pauses
      .filter((p) => p > last + 0.2 && Math.abs(p - spoken) <= Math.max(0.5, own * SNAP))
      .sort((a, b) => Math.abs(a - spoken) - Math.abs(b - spoken))[0];
    last = Math.max(last, near ?? spoken);
    return last;
  });
}

export function timelineOf(
  scenes: readonly Scene[],
  planned: number,
  spoken: Spoken | undefined,
  language = "en",
): Timeline {
  const sentences = sentencesIn(scenes, language);
  const need = (text: string) => Math.max(SHORTEST, weightOf(text) / READING);
  const reading = sentences.reduce((sum, s) => sum + need(s.text), 0);
  const seconds = round(spoken ? LEAD + spoken.seconds + TAIL : planned);
  const share = (seconds - LEAD - TAIL) / reading;
  let sum = 0;
  const ends = spoken
    ? endsOf(sentences, spoken, spokenText(scenes).length)
    : sentences.map((s) => {
        sum += need(s.text) * share;
        return sum;
      });
  const cues: Cue[] = [];
  const spans: Span[] = scenes.map(() => ({ from: 0, to: seconds }));
  sentences.forEach(({ text, scene }, n) => {
    const [from, to] = [LEAD + (ends[n - 1] ?? 0), LEAD + ends[n]!];
    if (sentences[n - 1]?.scene !== scene && n > 0) {
      spans[scene]!.from = round(from);
      spans[scene - 1]!.to = round(from);
    }
    cues.push(...timed(cuesIn(text, language), from, to));
  });
  // A caption stays until the next one; the last until the end fades.
  cues.forEach((cue, n) => {
    const next = cues[n + 1]?.from ?? seconds - 0.4;
    cue.to = round(next - cue.to < 0.5 ? Math.max(cue.to, next) : cue.to + 0.3);
  });
  return { seconds, voice: spoken ? { at: LEAD, seconds: round(spoken.seconds) } : null, scenes: spans, cues };
}

function timed(texts: readonly string[], from: number, to: number): Cue[] {
  const all = texts.reduce((sum, t) => sum + weightOf(t), 0);
  let at = from;
  return texts.map((text) => {
    const start = at;
    at += ((to - from) * weightOf(text)) / all;
    return { from: round(start), to: round(at), text };
  });
}
