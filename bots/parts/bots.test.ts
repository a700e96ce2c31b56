import { expect, test } from "vitest";
import type { Bot } from "../surface.ts";
import { startBots } from "./bots.ts";
import type { Chat } from "./chat.ts";

const logged: unknown[] = [];
const log = { debug() {}, info() {}, warn() {}, error: (about: object) => void logged.push(about) };
const door = { house: { log } } as unknown as Chat["door"];
const bot = (name: string, listen?: Bot["listen"]) => ({
  name,
  bot: { sender: {} as Bot["sender"], ...(listen ? { listen } : {}) },
});
const ended: string[] = [];
const connection = (name: string) => ({
  line: `as ${name}`,
  alive: () => true,
  stop: async () => void ended.push(name),
});

test("the bots start together: none waits for another", async () => {
  const begun = Promise.withResolvers<void>();
  const parts = await startBots({
    door,
    bots: [
      bot("first", async () => {
        await begun.promise;
        return connection("first");
      }),
      bot("second", async () => {
        begun.resolve();
        return connection("second");
      }),
      bot("third"),
    ],
  });
  expect(parts.map(({ line }) => line)).toEqual([
    "first    as first",
    "second   as second",
    "third    hears by webhook",
  ]);
  for (const part of parts) await part.stop(1);
  expect(ended).toEqual(["first", "second"]);
});

test("one that cannot start says why, and the others are there all the same", async () => {
  const parts = await startBots({
    door,
    bots: [
      bot("broken", async () => {
        throw new Error("The token is wrong.");
      }),
      bot("whole", async () => connection("whole")),
    ],
  });
  expect(parts.map(({ line }) => line)).toEqual(["broken   does not hear: The token is wrong.", "whole    as whole"]);
  expect(logged).toMatchObject([{ surface: "broken" }]);
  for (const part of parts) await part.stop(1);
});
