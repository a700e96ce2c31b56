import { expect, test } from "vitest";
import { view } from "../view/index.ts";
import { inputsOf } from "./describe.ts";
import { choice, command, duration, type Entity, pick, speaker, text } from "./index.ts";

const songs: Entity<string> = { name: "song", find: async () => undefined, search: async () => [] };

test("a hint is there only where it says something", () => {
  const play = command({
    name: "test play",
    says: "Play a song",
    role: "member",
    options: {
      title: text("Its title"),
      code: text("A code", { example: "7KQ2" }),
      song: pick(songs, "Which song"),
      mood: choice("Which mood", ["calm", "loud"]),
      length: duration("How long"),
    },
    run: () => view("Played."),
  });
  const hints = inputsOf(play, speaker("en")).map(({ name, hint }) => [name, hint]);
  expect(hints).toEqual([
    ["title", undefined],
    ["code", "7KQ2"],
    ["song", undefined],
    ["mood", undefined],
    ["length", "1h 30m"],
  ]);
});
