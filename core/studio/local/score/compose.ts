// From a genre and a seed to a score. Nothing here sounds; nothing here depends on anything but its arguments.
import { playAnswer, playTexture } from "./answer.ts";
import { playBass } from "./bass.ts";
import { playArp, playGuitar, playKeys, playPad } from "./comp.ts";
import { playDrums } from "./drums.ts";
import { planForm, planLoop } from "./form.ts";
import { harmonise } from "./harmony.ts";
import { perform } from "./human.ts";
import { playLead, playSolo } from "./melody.ts";
import { type Instrument, type Kit, ROLES, type Role } from "./names.ts";
import { clamp, layersOf, type Plan, type Written } from "./part.ts";
import { between, pick, type Random, seeded } from "./random.ts";
import type { Recipe } from "./recipe.ts";
import { BEATS, beatsOf, type Score, type Section, startOf } from "./score.ts";
import { type Checked, checkWish, type Wish } from "./wish.ts";

/** What may ring on after the last bar. */
const TAIL = { least: 1.5, most: 6 };

/** The filter follows the energy, and before a stronger part it opens slowly towards it. */
function brightness(sections: readonly Section[], mood: number) {
  return (section: Section, beat: number): number => {
    const next = sections[sections.indexOf(section) + 1];
    const along = clamp((beat - startOf(section)) / beatsOf(section), 0, 1);
    const rise = next && next.energy > section.energy ? (next.energy - section.energy) * along * along * 0.8 : 0;
    return clamp(section.energy + rise + mood, 0, 1);
  };
}

/** The tempo of a wish for seconds: the form's bars, stretched as far as the genre allows. */
function tempo(checked: Checked, r: Random): number {
  const [low, high] = checked.recipe.bpm;
  const drawn = clamp(between(r, low, high) * (1 + checked.mood.tempo), low, high);
  return checked.bpm ?? Math.round(drawn);
}

function stretched(checked: Checked, bpm: number, bars: number, tail: number): number {
  if (checked.bpm !== undefined || checked.seconds === undefined || checked.loop) return bpm;
  const exact = (bars * BEATS * 60) / Math.max(1, checked.seconds - tail);
  const [low, high] = checked.recipe.bpm;
  return Math.round(clamp(exact, Math.max(low, bpm * 0.94), Math.min(high, bpm * 1.06)) * 10) / 10;
}

function cast(recipe: Recipe, r: Random): Partial<Record<Role, Instrument | Kit>> {
  const chosen: Partial<Record<Role, Instrument | Kit>> = {};
  for (const role of ROLES) {
    const all = (recipe.sounds[role] ?? []) as (Instrument | Kit)[];
    // A soloist is somebody else than the singer, when there is somebody else.
    const free = all.filter((i) =>
      role === "solo" || role === "answer" ? i !== chosen.lead && i !== chosen.keys : true,
    );
    const from = free.length > 0 ? free : all;
    if (from.length > 0) chosen[role] = pick(r, from);
  }
  return chosen;
}

function play(plan: Plan, role: Role, on: Instrument | Kit, melody: readonly Written[]): Written[] {
  switch (role) {
    case "drums":
      return playDrums(plan, on as Kit);
    case "bass":
      return playBass(plan);
    case "keys":
      return on === "choir-pad" ? playPad(plan, "keys") : playKeys(plan, on as Instrument);
    case "guitar":
      return playGuitar(plan, on as Instrument);
    case "arp":
      return playArp(plan);
    case "pad":
      return playPad(plan, "pad");
    case "lead":
      return playLead(plan, on as Instrument);
    case "solo":
      return playSolo(plan, on as Instrument);
    case "answer":
      return playAnswer(plan, on as Instrument, melody);
    case "texture":
      return playTexture(plan, on as Instrument);
  }
}

function planOf(checked: Checked, seed: string, genre: string): { plan: Plan; tail: number; key: Score["key"] } {
  const { recipe, loop, mood } = checked;
  const stream = (purpose: string) => seeded(`${genre} ${seed} ${purpose}`);
  const drawn = tempo(checked, stream("tempo"));
  const key = checked.key ?? pick(stream("key"), recipe.keys);
  const tail = loop
    ? 0
    : clamp(recipe.reverb.seconds + 0.8, TAIL.least, Math.min(TAIL.most, (checked.seconds ?? 60) * 0.3));
  const bars = checked.seconds === undefined ? undefined : Math.round(((checked.seconds - tail) * drawn) / 60 / BEATS);
  const lift = loop || recipe.lift.length === 0 ? 0 : pick(stream("lift"), recipe.lift);
  const planned = loop ? planLoop(recipe, stream("form"), bars) : planForm(recipe, stream("form"), bars, lift);
  const sections = planned.map((s) => ({ ...s, energy: clamp(s.energy + mood.energy, 0.15, 1) }));
  const last = sections.at(-1)!;
  const bpm = stretched(checked, drawn, last.bar + last.bars, tail);
  const spans = harmonise(recipe, key, sections, stream("harmony"), loop);
  const plan = { recipe, bpm, loop, sections, spans, chance: stream, bright: brightness(sections, mood.bright) };
  return { plan, tail, key };
}

/** The same arguments give the same score, on every machine. */
export function compose(genre: string, seed: string | number, wish: Wish = {}): Score {
  const checked = checkWish(genre, wish);
  const { recipe } = checked;
  const { plan, tail, key } = planOf(checked, String(seed), genre);
  const chosen = cast(recipe, plan.chance("cast"));
  const playing = ROLES.filter((role) => plan.sections.some((s) => layersOf(recipe, s).some((l) => l.role === role)));
  const melody: Written[] = [];
  const tracks = playing.flatMap((role) => {
    const written = play(plan, role, chosen[role]!, melody);
    if (role === "lead" || role === "solo") melody.push(...written);
    if (role === "solo") melody.sort((a, b) => a.beat - b.beat);
    if (written.length === 0) return [];
    return [{ role, instrument: chosen[role]!, notes: perform(plan, role, written), mix: recipe.mix[role]! }];
  });
  const bars = plan.sections.at(-1)!.bar + plan.sections.at(-1)!.bars;
  const second = 60 / plan.bpm;
  return {
    genre,
    version: recipe.version,
    seed: String(seed),
    bpm: plan.bpm,
    swing: recipe.swing,
    key,
    bars,
    seconds: bars * BEATS * second,
    tail,
    loop: checked.loop,
    sections: [...plan.sections],
    chords: plan.spans.map(({ beat, chord }) => ({ beat, symbol: chord.symbol })),
    tracks,
    reverb: recipe.reverb,
    delay: { seconds: recipe.delay.beats * second, feedback: recipe.delay.feedback },
  };
}
