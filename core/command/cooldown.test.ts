import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace } from "../../db/connect.ts";
import { person } from "../../db/schema/index.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { choice, command } from "./index.ts";

let runs = 0;
const shout = command({
  name: "shout loud",
  says: "Shout",
  role: "member",
  cooldown: { seconds: 60, per: "person" },
  options: { how: choice("How", ["well", "badly"], { default: "well" }) },
  run({ options }) {
    if (options.how === "badly") throw refuse("rule", "Not like this.");
    runs++;
    return view("Heard.");
  },
});
const bell = command({
  name: "bell ring",
  says: "Ring the bell",
  role: "member",
  cooldown: { seconds: 10, per: "workspace" },
  run: () => view("Ding."),
});

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse({ commands: [shout, bell] });
});
afterAll(() => house.close());

const another = async () => {
  const { workspaceId } = house.owner;
  const personId = house.sources.newId();
  await inWorkspace(house.database, workspaceId, async (tx) => {
    await tx
      .insert(person)
      .values({ workspaceId, id: personId, name: "B", role: "member", createdAt: house.clock.now });
  });
  return { workspaceId, personId };
};

test("a command rests for a person, and says for how long", async () => {
  expect((await house.ask("shout loud")).status).toBe("done");
  house.clock.pass(20_500);
  const again = await house.ask("shout loud");
  expect(again).toMatchObject({ status: "refused", problem: { kind: "rule", retryAfter: 40 } });
  expect(again.problem?.detail).toBe("/shout loud rests for 40 more seconds.");
  expect((await house.ask("shout loud", {}, { as: await another() })).status).toBe("done");
  house.clock.pass(39_500);
  expect((await house.ask("shout loud")).status).toBe("done");
});

test("a run that was refused has not used it", async () => {
  house.clock.pass(120_000);
  expect((await house.ask("shout loud", { how: "badly" })).problem?.detail).toBe("Not like this.");
  expect((await house.ask("shout loud", { how: "nonsense" })).problem?.kind).toBe("options");
  expect((await house.ask("shout loud")).status).toBe("done");
});

test("of many at once, one runs", async () => {
  house.clock.pass(120_000);
  runs = 0;
  const all = await Promise.all(Array.from({ length: 20 }, () => house.ask("shout loud")));
  expect(all.filter((r) => r.status === "done").length).toBe(1);
  expect(runs).toBe(1);
  for (const r of all.filter((r) => r.status !== "done"))
    expect(r.problem).toMatchObject({ kind: "rule", retryAfter: 60 });
});

test("a workspace's rest is everybody's", async () => {
  expect((await house.ask("bell ring")).status).toBe("done");
  expect((await house.ask("bell ring", {}, { as: await another() })).problem?.retryAfter).toBe(10);
});
