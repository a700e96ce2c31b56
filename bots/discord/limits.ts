// Discord's limits. From the API documentation (components/reference, resources/message, interactions/*) and its
// OpenAPI description; the two totals of a message with Components V2 are what the API itself refuses.

export const MESSAGE = {
  /** Components of one message, nested ones counted. */
  components: 40,
  /** All text of one message. Discord counts code points; we count UTF-16 units, of which there are never fewer. */
  letters: 4000,
  files: 10,
  description: 1024,
  /** Of all files together: the request holds 25 MiB, its JSON too. */
  bytes: 24 * 1024 * 1024,
  /** Of one file, where the server allows no more. */
  file: 10 * 1024 * 1024,
} as const;

export const ROW = { buttons: 5, label: 80, url: 512 } as const;
export const SELECT = { options: 25, label: 100, value: 100, placeholder: 150 } as const;
export const MODAL = { title: 45, label: 45, description: 100, inputs: 20, text: 4000, placeholder: 100 } as const;
export const CUSTOM_ID = 100;
export const CHOICES = { most: 25, name: 100, value: 100 } as const;
export const COMMAND = {
  most: 100,
  /** Entries in the menus of persons, and as many in those of messages. */
  menus: 15,
  options: 25,
  name: 32,
  description: 100,
  text: 6000,
  /** Names, descriptions and values of one command together; the longest language of each counts. */
  characters: 8000,
} as const;

/** Message flags. */
export const FLAG = { private: 1 << 6, components: 1 << 15 } as const;

/** How long an interaction's token can be used, with a margin for the way there. */
export const TOKEN_MS = 15 * 60_000 - 5_000;
/** How long a form waits for what was given before; it must open within three seconds. */
export const PREFILL_MS = 1_200;
/** Signed requests that are older or newer than this are somebody's recording. */
export const FRESH_MS = 300_000;
/** Discord waits three seconds for an answer to what is being typed. */
export const COMPLETION_MS = 2_500;

/** Of 10,000 within ten minutes (topics/rate-limits): other programs may share our address. */
export const INVALID = { withinMs: 600_000, most: 8_000, urgent: 9_500 } as const;

/** What people type: a message, and a reply to one. The rest is told by Discord itself. */
export const TEXT_TYPES: readonly number[] = [0, 19];
/** Messages of servers, and direct ones. Neither is privileged: their text comes only when it is meant for us. */
export const INTENTS = (1 << 9) | (1 << 12);
/** Of a channel's history, in one answer. */
export const HISTORY = 100;

/** Discord's ids hold their moment: milliseconds since the first second of 2015. */
export const momentOf = (snowflake: string): number => Number(BigInt(snowflake) >> 22n) + 1_420_070_400_000;
/** The least id of a moment. */
export const idAt = (moment: number): string => String(BigInt(Math.max(0, moment - 1_420_070_400_000)) << 22n);
