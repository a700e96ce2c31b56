// What a provider is to the studio: what it can make, for how much, and how it is asked. One folder entry in
// providers/ each; the studio knows none of them by name.

export const KINDS = [
  "song",
  "loop",
  "clip",
  "visualizer",
  "cover",
  "thumbnail",
  "scene",
  "video",
  "script",
  "voice",
  "caption",
  "post",
  "translation",
  "case_study",
  "press_release",
] as const;
/** What nobody asks for: models that judge words, and what is seen, before they go out. */
export const CHECK_KINDS = ["check", "moderation", "vision"] as const;
export type Kind = (typeof KINDS)[number] | (typeof CHECK_KINDS)[number];

/** Kinds whose result is words. */
/** Made by this house in steps, of what providers make. */
export const FILM_KIND: Kind = "video";

export const WORD_KINDS: readonly Kind[] = ["script", "caption", "post", "translation", "case_study", "press_release"];

export type Picture = { type: string; bytes: Uint8Array };

/** What is wanted, whole. It is stored with the item: the same wish asks for the same thing again. */
export type Wish = {
  kind: Kind;
  title: string;
  /** The words that the provider gets. */
  prompt: string;
  /** What the person typed, without the words of the genre. */
  asked?: string;
  promptName?: string;
  promptVersion?: number;
  genre?: string;
  mood?: string;
  lyrics?: string;
  instrumental?: boolean;
  seconds?: number;
  bpm?: number;
  key?: string;
  ratio?: "16:9" | "9:16" | "1:1";
  /** The language of what is spoken or written. */
  language?: string;
  voice?: string;
  /** Of a film: how it is made, the language that is spoken in it, and how many scenes it has. */
  pipeline?: string;
  spoken?: string;
  scenes?: number;
  /** A picture without letters on it. */
  plain?: boolean;
  /** What is to be looked at. It is given with the call and never stored. */
  pictures?: readonly Picture[];
  /** New words, although the same were written before. */
  fresh?: boolean;
  /** Chance, where a provider lets it be given. */
  seed: number;
};

export type Rights = {
  /** May be sold, and delivered to stores. `unverified`: nobody has read the terms for us. */
  commercial: "yes" | "no" | "unverified";
  stores: "yes" | "no" | "unverified";
  /** Where the terms stand. */
  terms: string;
  /** How it must be named: "algorithmic composition". */
  label?: string;
};

export type Capability = {
  kind: Kind;
  model: string;
  /** Shortest and longest, in seconds. */
  seconds?: readonly [number, number];
  promptMax: number;
  ratios?: readonly string[];
  languages?: readonly string[];
  lyrics?: boolean;
  /** Things that one call gives: a call that gives two songs costs what it costs. */
  gives?: number;
  /** In `USD/6`, before anything is known of the answer. */
  price(wish: Wish): bigint;
  rights: Rights;
  /** What to believe before the first one was judged, 0 to 1; and how long one takes, in seconds. */
  quality: number;
  usual: number;
};

export const FAILURES = [
  "auth",
  "money",
  "rate",
  "concurrency",
  "moderation_in",
  "moderation_out",
  "invalid",
  "capacity",
  "timeout",
  "broken",
  "download",
  "media",
] as const;
/** `money`: the account is empty. `broken`: its own fault (5xx). `media`: what it made is not what it should be. */
export type Failure = (typeof FAILURES)[number];

/** Worth another try, here or elsewhere. The rest is a person's to decide. */
export const passing = (failure: Failure): boolean =>
  failure !== "invalid" && failure !== "moderation_in" && failure !== "moderation_out";

export class ProviderError extends Error {
  readonly failure: Failure;
  /** Milliseconds that the provider asked us to wait. */
  readonly after: number | undefined;
  /** Whether it is paid for all the same. Unsaid: no. */
  readonly billed: boolean;
  /** The task itself ended so; else it is only the question that failed, and the task may go on. */
  readonly told: boolean;
  constructor(
    failure: Failure,
    words: string,
    more: { after?: number | undefined; billed?: boolean; told?: boolean } = {},
  ) {
    super(words);
    this.failure = failure;
    this.after = more.after;
    this.billed = more.billed ?? false;
    this.told = more.told ?? false;
  }
}

/** The line broke after it may have been accepted: nobody knows. Never repeated blindly. */
export class Unknown extends Error {}

/** A made file: bytes, a file on this machine, or an address that will soon be gone. */
export type Made = {
  role: "main" | (string & {});
  type: string;
  name: string;
  from: { bytes: Uint8Array } | { file: string } | { url: string; headers?: Record<string, string> } | { text: string };
  /** What is known by construction. */
  facts?: Record<string, unknown>;
};

export type Answered =
  | { state: "accepted"; task: string; cost?: bigint }
  | { state: "queued" | "running"; progress?: number }
  /** `done`: the files may go. */
  | { state: "done"; made: Made[]; cost?: bigint; done?: () => Promise<void> };

export type Call = {
  wish: Wish;
  capability: Capability;
  /** Ours: for providers that take an idempotency key, and for finding it again. */
  attempt: string;
  /** Where it may tell us that it is done; undefined when nobody can reach us. */
  callback?: string;
  signal: AbortSignal;
  progress(part: number, now: string): void;
};

/** `gone`: it may have been made and paid for, cannot be had any more, and is cheap enough to be made again. */
export type Found =
  | "gone"
  | { task: string }
  | { tasks: readonly string[]; all: boolean }
  | "never arrived"
  | "unknown";

export type Provider = {
  slug: string;
  name: string;
  capabilities: readonly Capability[];
  /** As many at once as the key allows, and as many calls in a minute. */
  atOnce: number;
  perMinute?: number;
  /** Only where a workspace switched it on. */
  optIn?: boolean;
  /** Runs on our own machine: never away, never paid. It is what remains when all others are out. */
  local?: boolean;
  /** Its own host and port, where what it made may be fetched from even on a private network: a twin on this machine. */
  hosts?: readonly string[];
  /** Between two questions after a task, in seconds. */
  pollSeconds?: number;
  submit(call: Call): Promise<Answered>;
  query?(task: string, call: Call): Promise<Answered>;
  cancel?(task: string, call: Call): Promise<"cancelled" | "too late" | "refused">;
  /**
   * After a broken line: the tasks that it may have become, and whether these are all there are. Of those with the same
   * words each attempt takes one. No words at all: it cannot be found out.
   */
  find?(call: Call): Promise<Found>;
  /** Seconds until what arrived is in its list for certain. Until then nothing "never arrived". */
  settleSeconds?: number;
};
