// What makes a channel heard, whatever it is: our mixer, Liquidsoap, OBS, AzuraCast. The queue is the house's own; an
// engine asks for one item ahead and says what was heard, when. Everything is idempotent by the id of an item.

/** Beats of a track: sure ones are known by construction, or were heard with confidence. */
export type Grid = {
  bpm: number;
  /** Seconds from its start to a first beat of a bar. */
  first: number;
  /** Seconds from its start to where the music ends, without what rings on. */
  end?: number;
  sure: boolean;
};

export type ItemKind = "song" | "jingle" | "shout" | "emergency";

export type Item = {
  id: string;
  asset: string;
  kind: ItemKind;
  /** Where its bytes are on this machine. */
  file: string;
  title: string;
  artist?: string;
  seconds?: number;
  /** Integrated loudness; unknown: it is listened to before it is played. */
  lufs?: number;
  grid?: Grid;
  /** A voice is stretched by less than an instrument. */
  vocals?: boolean;
};

export type DestinationPlan = { id: string; kind: "rtmp" | "icecast"; url: string };

export type Visual = "none" | "loop" | "card";

/** What an engine needs to know to start a channel. */
export type Plan = {
  channel: string;
  slug: string;
  name: string;
  hue: string;
  crossfadeMs: number;
  beatMatch: boolean;
  visual: Visual;
  /** A film of the library that is shown again and again. */
  loop?: string;
  destinations: readonly DestinationPlan[];
  /** Played when nothing else can be; without any, a quiet bed is made up. */
  emergency: readonly Item[];
};

/** What listeners and viewers are shown. Always drawn or sent as plain text, never read by an engine. */
export type Words = {
  title: string;
  artist?: string;
  /** The open ballot; `share`: of the votes, 0 to 1, while they are shown. */
  ballot?: { question: string; choices: readonly { label: string; share?: number }[] };
  /** What a listener said just now. */
  shout?: { name: string; words: string };
};

export type DestinationState = "starting" | "live" | "failed";

export type Status = {
  state: "off" | "starting" | "on" | "failed";
  item?: string;
  /** Milliseconds into the item. */
  position: number;
  outBytes: number;
  /** Sound that left the encoder, since the start. */
  outMs: number;
  /** Sound made in the last seconds over the time that passed: 1 is right. */
  speed: number;
  /** When the encoder last gave something, by the wall. */
  lastFrameAt?: number;
  /** Of the last three seconds. */
  lufs: number;
  silenceMs: number;
  /** How often the encoder was started, and its process. */
  starts: number;
  pid?: number;
  destinations: Readonly<Record<string, { state: DestinationState; since: number; note?: string }>>;
};

export type Heard = {
  kind: "wants-next" | "heard" | "ended" | "failed" | "silent" | "sound" | "destination" | "encoder";
  item?: string;
  /** Wall clock, when a listener hears it; it may lie ahead. */
  at: number;
  /** How long it was heard, or how long nothing was. */
  ms?: number;
  why?: string;
};

export type Playout = {
  name: string;
  start(plan: Plan): Promise<void>;
  /** `drop` leaves as a cut cable does: a platform that holds a broadcast open waits for us to come back. */
  stop(how: "end" | "drop"): Promise<void>;
  /** Its encoder, or what stands for it, begins anew. */
  restart(): Promise<void>;
  /** Another plan while it plays: what plays goes on. */
  change(plan: Plan): Promise<void>;
  /** The line to one destination begins anew. */
  republish(destination: string): Promise<void>;
  /** The next item; the same again changes nothing. */
  push(item: Item): Promise<void>;
  /** Only when this item is what plays. */
  skip(item: string): Promise<void>;
  /** Over what plays: a jingle, a shout. */
  overlay(item: Item): Promise<void>;
  metadata(words: Words): Promise<void>;
  status(): Promise<Status>;
  on(listener: (event: Heard) => void): () => void;
};

/** An engine asks for the next item so long before it fades it in: to fetch it, listen to it and decode its start. */
export const ASK_AHEAD_MS = 15_000;
/** A listener hears what left the mixer so much later: a segment is whole before it is offered, and players begin three behind. */
export const SEGMENT_MS = 4_000;
export const HEARD_DELAY_MS = 3 * SEGMENT_MS;
