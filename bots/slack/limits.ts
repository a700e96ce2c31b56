// Slack's limits. From its reference of Block Kit (docs.slack.dev/reference/block-kit, repeated in the comments of
// @slack/types), of views, app manifests and rate limits; what was only observed says so. Slack counts code points; we
// count UTF-16 units, of which there are never fewer.

export const MESSAGE = {
  blocks: 50,
  /** Observed: all blocks together are refused at about 13,200 ("msg_blocks_too_long", slackapi/bolt-js#2509). */
  letters: 10_000,
  /** Observed: a second table is refused ("only_one_table_allowed"). */
  tables: 1,
  /** chat.update refuses a text of more than 4,000 bytes, `&`, `<` and `>` counted as they are escaped. */
  text: 3_900,
} as const;
/** Any text object, and what we put into one piece of rich text. */
export const TEXT = 3_000;
export const BUTTON = { row: 25, label: 75, value: 2_000, url: 3_000 } as const;
export const SELECT = { options: 100, label: 75, value: 150, placeholder: 150 } as const;
/** `action_id`, `block_id`, `callback_id`. */
export const ID = 255;
export const IMAGE = { url: 3_000, alt: 2_000, title: 2_000 } as const;
export const TABLE = { rows: 100, columns: 20, letters: 8_000 } as const;
export const MODAL = {
  title: 24,
  submit: 24,
  blocks: 100,
  metadata: 3_000,
  label: 2_000,
  hint: 2_000,
  text: 3_000,
  placeholder: 150,
} as const;
export const HOME = { blocks: 100 } as const;

export const MANIFEST = {
  name: 35,
  description: 140,
  commands: 50,
  command: 32,
  commandSays: 2_000,
  usage: 1_000,
  shortcuts: 10,
  shortcut: 24,
  shortcutSays: 150,
  bot: 80,
} as const;

/** A `response_url` is good for five messages within thirty minutes; a margin for the way there. */
export const RESPONSE = { uses: 5, milliseconds: 30 * 60_000 - 10_000 } as const;
/** Signed requests that are older or newer than this are somebody's recording. */
export const FRESH_SECONDS = 300;
/** Slack waits three seconds for options that are being typed for. */
export const OPTIONS_MS = 2_500;
/** A `trigger_id` is good for three seconds. */
export const TRIGGER_MS = 1_700;
/** chat.postMessage: "1 per second per channel". We change a message no faster either. */
export const PACE = { limit: 1, per: 1_000 } as const;
/** chat.update is of tier 3, "50+ per minute" for a whole team; steps of progress leave some of it to what is final. */
export const EDITS = { limit: 50, per: 60_000, steps: 35 } as const;
/** A file that we take or send. Slack's own limit is a gigabyte. */
export const FILE_BYTES = { in: 10 * 1024 * 1024, out: 100_000_000 } as const;
/** Of a message that is streamed; observed: 10.6 to 11.3 kB. What is longer is shown when it has ended. */
export const STREAM_BYTES = 10_000;
