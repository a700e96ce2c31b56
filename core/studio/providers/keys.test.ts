import { expect, test } from "vitest";
import type { Kind } from "../provider.ts";
import { keysFor, keyWords } from "./keys.ts";

test.each<[Kind, string]>([
  ["clip", "MINIMAX_API_KEY or RUNWAY_API_KEY"],
  ["voice", "OPENAI_API_KEY, ELEVENLABS_API_KEY, or AZURE_SPEECH_KEY"],
  ["translation", "OPENAI_API_KEY, ANTHROPIC_API_KEY, or OLLAMA_HOSTS"],
  ["video", ""],
])("a %s needs one of %s", (kind, words) => {
  expect(keyWords("en", kind)).toBe(words);
});

test("what needs no key has others that make it better", () => {
  for (const kind of ["song", "cover", "post", "case_study"] as const) expect(keysFor(kind), kind).not.toEqual([]);
});
