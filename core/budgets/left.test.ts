import { expect, test } from "vitest";
import { testHouse } from "../../test/house.ts";
import { budgetsLeft } from "./index.ts";

test("what is left of each cap is told in dollars", async () => {
  const house = await testHouse();
  try {
    expect(await budgetsLeft(house.databases, house.clock.now)).toEqual([]);
    for (const [scope, amount] of [
      ["workspace", "100"],
      ["provider:suno", "2.50"],
    ])
      expect((await house.ask("budget set", { scope, amount })).status).toBe("done");
    const left = await budgetsLeft(house.databases, house.clock.now);
    expect(left.toSorted((a, b) => b.dollars - a.dollars)).toEqual([
      { scope: "workspace", dollars: 100 },
      { scope: "provider:suno", dollars: 2.5 },
    ]);
  } finally {
    await house.close();
  }
});
