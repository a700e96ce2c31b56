// Words that recipes, composer and renderer share: who plays, and on what.

export const ROLES = ["drums", "bass", "keys", "guitar", "arp", "pad", "lead", "solo", "answer", "texture"] as const;
export type Role = (typeof ROLES)[number];

export const STEMS = ["drums", "bass", "keys", "pads", "lead", "space"] as const;
export type Stem = (typeof STEMS)[number];

/** "space" is what the shared reverb and delay give back: the six together are the mix before the last limiter. */
export const STEM_OF: Record<Role, Exclude<Stem, "space">> = {
  drums: "drums",
  bass: "bass",
  keys: "keys",
  guitar: "keys",
  arp: "keys",
  pad: "pads",
  texture: "pads",
  lead: "lead",
  solo: "lead",
  answer: "lead",
};

/** General MIDI: what another program plays when it opens our MIDI file. */
export const PROGRAMS = {
  "slap-bass": 36,
  "picked-bass": 34,
  "saw-bass": 38,
  "square-bass": 39,
  "rolling-bass": 38,
  "drone-bass": 39,
  "upright-bass": 32,
  "round-bass": 33,
  epiano: 4,
  "bright-epiano": 5,
  "soft-epiano": 4,
  piano: 0,
  "soft-piano": 0,
  vibes: 11,
  organ: 16,
  "muted-guitar": 28,
  "clean-guitar": 27,
  "steel-guitar": 25,
  "nylon-guitar": 24,
  "jazz-guitar": 26,
  "tremolo-guitar": 27,
  "string-pad": 48,
  "saw-pad": 90,
  "warm-pad": 89,
  "glass-pad": 92,
  "choir-pad": 91,
  "saw-arp": 81,
  "pulse-arp": 80,
  "supersaw-stab": 90,
  sax: 66,
  "bright-synth": 81,
  "detuned-lead": 81,
  "square-lead": 80,
  "hook-lead": 90,
  "muted-trumpet": 59,
  flute: 73,
  "slide-guitar": 25,
  harmonica: 22,
  fiddle: 40,
  bells: 14,
  "music-box": 10,
  brass: 61,
  shimmer: 98,
  vinyl: 122,
  rain: 122,
  sweep: 97,
} as const;
export type Instrument = keyof typeof PROGRAMS;

export const KITS = ["tight", "gated", "pulse", "club", "brush", "train", "lofi"] as const;
export type Kit = (typeof KITS)[number];

/** General MIDI's percussion map. */
export const DRUMS = {
  kick: 36,
  rim: 37,
  snare: 38,
  clap: 39,
  hat: 42,
  lowtom: 45,
  open: 46,
  midtom: 47,
  crash: 49,
  hightom: 50,
  ride: 51,
  tambourine: 54,
  foot: 44,
  shaker: 70,
} as const;
export type Drum = keyof typeof DRUMS;

/** Beyond these a wish is refused: shorter holds no phrase, longer holds no attention and a gigabyte of samples. */
export const SECONDS = { least: 5, most: 600 } as const;
export const TEMPO = { least: 40, most: 220 } as const;
