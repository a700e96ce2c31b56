// What is wrong with a message for Slack, in Slack's words: nothing is what a test wants to hear.
import type { KnownBlock } from "@slack/types";
import { lettersIn, wrongInBlocks } from "./emulators/slack/blocks.ts";

/** Observed at Slack: refused at about 13,200. */
const MOST_LETTERS = 13_000;

export function wrongIn({ text, blocks }: { text: string; blocks?: KnownBlock[] }): string[] {
  const wrong: string[] = blocks ? wrongInBlocks(blocks, "message") : [];
  if (text.trim() === "") wrong.push("no_text");
  if (text.length > 40_000) wrong.push("msg_too_long");
  if (lettersIn(blocks) > MOST_LETTERS) wrong.push("msg_blocks_too_long");
  if ((blocks ?? []).filter((b) => b.type === "table").length > 1) wrong.push("only_one_table_allowed");
  return wrong;
}
