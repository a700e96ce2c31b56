import { afterAll, beforeAll, expect, test } from "vitest";
import { jobKind } from "../core/act.ts";
import { command, text } from "../core/command/index.ts";
import { runningView } from "../core/jobs/index.ts";
import { refuse } from "../core/problem.ts";
import { view } from "../core/view/index.ts";
import { type TestHouse, testHouse } from "../test/house.ts";
import { type Engine, startEngine } from "./engine.ts";
import { handler } from "./handler.ts";

const shout = jobKind<{ words: string }>("test shout");
const shoutLater = command({
  name: "shout later",
  says: "Say it loud, later",
  role: "member",
  options: { words: text("What") },
  async run({ act, options }) {
    const job = await act.later(shout, { words: options.words });
    if (options.words === "no") throw refuse("rule", "Not that.");
    return { view: runningView(act, act.say("Working on it."), job), job };
  },
});

let house: TestHouse;
let engine: Engine;
beforeAll(async () => {
  house = await testHouse({ commands: [shoutLater] });
  engine = await startEngine(house, {
    role: "worker",
    handlers: [
      handler({
        kind: shout,
        async run({ input, say }) {
          return { view: view(say("Shouted.")), data: { item: { id: "1", words: input.words.toUpperCase() } } };
        },
      }),
    ],
  });
  house.queue = engine.queue;
});
afterAll(async () => {
  await engine.stop();
  await house.close();
});

test("a command's later work answers the run that asked for it", async () => {
  const asked = await house.ask("shout later", { words: "hello" });
  expect(asked.status).toBe("running");
  const ended = await house.ended(asked.run);
  expect(ended).toMatchObject({ status: "done", command: "shout later", data: { item: { words: "HELLO" } } });
});
