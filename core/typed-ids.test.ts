// What a person types where an id is wanted is refused in words, never by the database.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../test/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

test.each([
  ["audit list", { before: "yesterday" }, "options"],
  ["token list", { after: "website" }, "options"],
  ["confirm link", { code: "7KQ2M9XA" }, "missing"],
  ["confirm connect", { code: "7KQ2M9XA" }, "missing"],
  ["disconnect", { place: "general" }, "missing"],
])("/%s %j", async (name, options, kind) => {
  const asked = await house.ask(name, options);
  const confirm = asked.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []))[0]?.action;
  const reply = asked.status === "confirm" && confirm ? await house.press(confirm) : asked;
  expect(reply).toMatchObject({ status: "refused", problem: { kind } });
});
