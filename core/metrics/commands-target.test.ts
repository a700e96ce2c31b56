import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addPerson, block, type Data, item, items, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Caller } from "../inbox/index.ts";

let house: TestHouse;
let staff: Caller;
let member: Caller;

beforeEach(async () => {
  house = await testHouse();
  staff = await addPerson(house, "Sam", "staff");
  member = await addPerson(house, "Mia", "member");
});
afterEach(() => house.close());

const setup = (blueprint: string) => house.ask("setup", { blueprint });
const advance = (number: number) =>
  see(house, async (sql) => {
    await sql`update stage set current = false where current`;
    await sql`update stage set current = true where number = ${number}`;
  });

describe("targets", () => {
  test("the stage's target holds, then another stage's when it comes", async () => {
    await setup("streams");
    const viewers = async () => items(await house.ask("target list", { metric: "viewers" }, { as: staff }));
    expect(await viewers()).toMatchObject([{ value: "1000", stage: 1 }]);
    await advance(3);
    expect(await viewers()).toMatchObject([{ value: "5000", stage: 3 }]);
    // Not said again since stage 1: it still holds.
    expect(items(await house.ask("target list", { metric: "interactions_per_hour" }))).toMatchObject([
      { value: "50", stage: 1 },
    ]);
  });

  test("a target that comes later is shown when there is none before; the starting point is no target", async () => {
    await setup("radio");
    const tips = items(await house.ask("target list", { metric: "revenue_gross" })).filter(
      (t) => t.scope === "source:tips",
    );
    expect(tips).toMatchObject([{ low: "5000", high: "10000", currency: "GBP", stage: 5 }]);
  });

  test("an owner changes what holds now, once in the audit; setup again leaves it", async () => {
    await setup("streams");
    const reply = await house.ask("target set", { metric: "viewers", value: "1,500" });
    expect(item(reply)).toMatchObject({ metric: "viewers", value: "1500", high: null, stage: 1 });
    expect(reply.view.text).toBe("Viewers: at least 1,500, before at least 1,000.");
    await setup("streams");
    expect(items(await house.ask("target list", { metric: "viewers" }))).toMatchObject([
      { value: "1500", set_by: house.owner.personId },
    ]);
    const rows = await see(house, (sql) => sql`select changes from audit where command = 'target set'`);
    expect(rows).toMatchObject([{ changes: [{ what: "target", from: { low: "1000" }, to: { low: "1500" } }] }]);
    // What the next stages aim at stays.
    expect(await see(house, (sql) => sql`select low from target where metric = 'viewers' and stage = 2`)).toEqual([
      { low: "2000" },
    ]);
  });

  test("a range gives way to one value; a share is understood as percent or as a plain number", async () => {
    await setup("streams");
    expect(item(await house.ask("target set", { metric: "revenue_gross", value: 800 }))).toMatchObject({
      low: "800",
      high: null,
      currency: "USD",
      period: "month",
    });
    for (const value of ["99.5%", 0.995]) {
      expect(item(await house.ask("target set", { metric: "Uptime", value }))).toMatchObject({ value: "0.995" });
    }
    expect(items(await house.ask("target list", { metric: "uptime" }))).toHaveLength(1);
  });

  test("by a day: a target of its own, in the workspace's calendar", async () => {
    await see(house, (sql) => sql`update workspace set zone = 'Asia/Tokyo'`);
    const set = () => house.ask("target set", { metric: "mrr", value: 10000, by: "2027-03-31" });
    expect(item(await set())).toMatchObject({ by: "2027-03-31", currency: "USD" });
    await set();
    expect(items(await house.ask("target list", { metric: "mrr" }))).toHaveLength(1);
    const past = await house.ask("target set", { metric: "mrr", value: 1, by: "2020-01-01" });
    expect(past.problem).toMatchObject({ kind: "options", errors: [{ option: "by" }] });
  });

  test("for a part, beside the whole; ten at once make one", async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        house.ask("target set", { metric: "viewers", value: i + 1, scope: "channel:noir-jazz" }),
      ),
    );
    expect(await see(house, (sql) => sql`select scope from target`)).toEqual([{ scope: "channel:noir-jazz" }]);
  });

  test("an unknown metric, a value that is none, and the wrong role are refused without effect", async () => {
    const unknown = await house.ask("target set", { metric: "viewer", value: "lots" });
    expect(unknown.problem!.errors.map((e) => e.option)).toEqual(["metric", "value"]);
    expect(unknown.problem!.errors[0]!.detail).toContain("Viewers");
    expect((await house.ask("target set", { metric: "viewers", value: 1e15 })).problem?.kind).toBe("options");
    expect((await house.ask("target set", { metric: "viewers", value: 1 }, { as: staff })).problem?.kind).toBe("role");
    expect(await see(house, (sql) => sql`select 1 from target`)).toEqual([]);
  });

  test("an empty list says who sets one", async () => {
    expect((await house.ask("target list")).view.text).toContain("/target set");
  });
});

describe("budget show", () => {
  test("shows what holds in this stage, counted finely and said plainly", async () => {
    await setup("streams");
    const reply = await house.ask("budget show");
    expect(item(reply)).toMatchObject({
      scope: "workspace",
      period: "month",
      amount: { amount: "18.00", minor: "1800", currency: "USD" },
    });
    expect(reply.view.text).toBe("The whole workspace: $18 a month.");
    expect(items(reply).filter((b) => b.scope === "provider:suno")).toMatchObject([
      { amount: { amount: "3.60" }, each: "channel", period: "month" },
      { count: 12, of: "song", period: "day" },
      { count: 360, of: "song", period: "month" },
    ]);
    expect(block(reply, "chart")?.chart.series[0]?.values).toEqual([18, 45, 235, 860]);
  });

  test("a cap holds until a later stage's takes its place", async () => {
    await setup("streams");
    const minimax = async () =>
      item<{ amount: Data }>(await house.ask("budget show", { scope: "provider:minimax" })).amount;
    expect(await minimax()).toMatchObject({ amount: "10.00" });
    await advance(2);
    expect(await minimax()).toMatchObject({ amount: "10.00" });
    await advance(3);
    expect(await minimax()).toMatchObject({ amount: "95.00" });
  });

  test("nothing capped, a scope that is not there, and staff", async () => {
    expect(items(await house.ask("budget show"))).toEqual([]);
    expect((await house.ask("budget show", { scope: "provider:x" })).problem?.kind).toBe("missing");
    expect((await house.ask("budget show", {}, { as: staff })).problem?.kind).toBe("role");
  });
});

test("rules: the nine, the gravest first", async () => {
  expect(items(await house.ask("rule list"))).toEqual([]);
  await setup("empty");
  const reply = await house.ask("rule list", {}, { as: staff });
  expect(items(reply).map((r) => r.slug)).toEqual([
    "channel-down",
    "dead-air",
    "money-mismatch",
    "budget",
    "error-rate",
    "job-backlog",
    "provider-failing",
    "slow-answers",
    "viewers-drop",
  ]);
  expect(items(reply)[0]).toMatchObject({
    severity: "critical",
    metric: "channels_down",
    operator: ">",
    enabled: true,
  });
  expect((await house.ask("rule list", {}, { as: member })).problem?.kind).toBe("role");
});
