// A score is data: everything that will sound, before anything has sounded.
import type { Instrument, Kit, Role } from "./names.ts";
import type { MixLine } from "./recipe.ts";
import type { Chord, Key } from "./theory.ts";

export type Note = {
  /** Where it stands on paper, in beats from the start, without swing or a hand's timing. */
  beat: number;
  beats: number;
  pitch: number;
  /** 0 to 1. */
  velocity: number;
  /** How far the filter opens, 0 to 1: the energy of the section, known before the notes. */
  bright: number;
  /** When it sounds and how long, in seconds: swing, and who is early or late. */
  at: number;
  seconds: number;
  /** Glides here from this pitch. */
  from?: number;
};

export type Track = { role: Role; instrument: Instrument | Kit; notes: Note[]; mix: MixLine };

export type Section = {
  kind: string;
  /** Which time this kind is heard, from 1. */
  nth: number;
  bar: number;
  bars: number;
  energy: number;
  /** Semitones over the song's key. */
  lift: number;
};

export type Span = { beat: number; beats: number; chord: Chord; key: Key; section: Section };

export type Score = {
  genre: string;
  version: number;
  seed: string;
  bpm: number;
  swing: number;
  key: Key;
  bars: number;
  /** Of the music; a song rings on for `tail` more, a loop does not. */
  seconds: number;
  tail: number;
  loop: boolean;
  sections: Section[];
  chords: { beat: number; symbol: string }[];
  tracks: Track[];
  reverb: { seconds: number; damp: number; before: number };
  delay: { seconds: number; feedback: number };
};

export const BEATS = 4;
export const beatsOf = (section: Section): number => section.bars * BEATS;
export const startOf = (section: Section): number => section.bar * BEATS;
