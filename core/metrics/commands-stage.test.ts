import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addPerson, block, type Data, item, items, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Caller } from "../inbox/index.ts";
import { createWorkspace } from "../workspace/index.ts";

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

describe("stage show", () => {
  test("without a plan it says how to get one; a stage that is not there is named", async () => {
    const bare = await house.ask("stage show");
    expect(bare.problem).toMatchObject({ kind: "missing", detail: expect.stringContaining("/setup") });
    await setup("streams");
    const reply = await house.ask("stage show", { stage: 9 });
    expect(reply.problem!.detail).toBe("There is no stage 9. There are 4.");
  });

  test("staff see the stage they are in, whole", async () => {
    await setup("streams");
    const reply = await house.ask("stage show", {}, { as: staff });
    expect(reply.view.text).toBe("Stage 1 of 4, Single stream: Prove that an interactive music stream works.");
    const stage = item<{
      plans: Data[];
      targets: Data[];
      gates: Data[];
      checklist: Data[];
      risks: Data[];
      choices: Data[];
    }>(reply);
    expect(stage).toMatchObject({ number: 1, of: 4, current: true, starts: 1, ends: 3, unit: "month" });
    expect(stage.plans[0]).toMatchObject({
      kind: "running",
      period: "month",
      amount: { amount: "18.00", minor: "1800", currency: "USD" },
      lines: [
        { slug: "server", provider: "contabo", amount: { amount: "4.02", minor: "402", currency: "EUR" } },
        { slug: "suno", amount: { amount: "3.60", minor: "360", currency: "USD" } },
        { slug: "minimax", amount: { amount: "10.00", minor: "1000", currency: "USD" } },
      ],
    });
    expect(stage.gates.map((g) => [g.slug, g.state])).toEqual([
      ["viewers", "later"],
      ["profit", "later"],
      ["uptime", "later"],
      ["feedback", "waits"],
    ]);
    // Money keeps the currency that the plan was made in.
    expect(stage.gates.map((g) => g.currency)).toEqual([null, "USD", null, null]);
    expect(stage.targets.map((t) => t.metric)).toEqual([
      "viewers",
      "revenue_gross",
      "interactions_per_hour",
      "songs_made",
      "return_multiple",
    ]);
    expect(stage.checklist).toHaveLength(5);
    expect(stage.risks).toHaveLength(3);
    expect(stage.choices.map((c) => c.slug)).toEqual(["stop", "continue"]);
    expect(stage.targets).toContainEqual(
      expect.objectContaining({ metric: "revenue_gross", low: "300", high: "900", currency: "USD", period: "month" }),
    );
  });

  test("its card has at most six fields and five buttons, and a chart of all stages", async () => {
    await setup("streams");
    const reply = await house.ask("stage show", { stage: 3 });
    const fields = block(reply, "fields");
    expect(fields?.fields.length).toBeLessThanOrEqual(6);
    expect(JSON.stringify(fields)).toContain("$235 a month (stated: $150)");
    expect(block(reply, "buttons")?.buttons.length).toBeLessThanOrEqual(5);
    expect(block(reply, "chart")?.chart).toMatchObject({
      title: "Stage 3 costs $235 and should bring $2,000 to $6,000",
      unit: "money",
      currency: "USD",
      series: [
        { name: "Cost", values: [18, 45, 235, 860] },
        { name: "Revenue, low", values: [300, 600, 2000, 8500] },
        { name: "Revenue, high", values: [900, 1800, 6000, 31400] },
      ],
    });
  });

  test.each(["studio", "radio", "saas", "artists"])("every stage of %s can be shown", async (blueprint) => {
    await setup(blueprint);
    const { of } = item<{ of: number }>(await house.ask("stage show"));
    for (let stage = 1; stage <= of; stage++) {
      const reply = await house.ask("stage show", { stage });
      expect([stage, reply.status]).toEqual([stage, "done"]);
      expect(block(reply, "fields")?.fields.length).toBeLessThanOrEqual(6);
    }
  });

  test("members may not", async () => {
    await setup("streams");
    expect((await house.ask("stage show", {}, { as: member })).problem?.kind).toBe("role");
  });
});

describe("stage check", () => {
  beforeEach(() => setup("streams"));

  test("ticks by slug, by words or by id, once; and takes the tick away", async () => {
    const first = await house.ask("stage check", { item: "buy-server" }, { as: staff });
    expect(item(first)).toMatchObject({ slug: "buy-server", stage: 1, done: true, changed: true });
    expect(first.view.text).toBe("Done: Buy one Contabo VPS. 9 items are left.");
    const again = await house.ask("stage check", { item: "Buy one Contabo VPS" });
    expect(item(again)).toMatchObject({ changed: false, done_at: "2026-11-20T12:00:00.000Z" });
    const [row] = await see(house, (sql) => sql`select done_by from checklist_item where slug = 'buy-server'`);
    expect(row!.done_by).toBe(staff.personId);
    const off = await house.ask("stage check", { item: item(first).id, done: false });
    expect(item(off)).toMatchObject({ done: false, changed: true, done_at: null });
    expect(await see(house, (sql) => sql`select 1 from checklist_item where done_at is not null`)).toEqual([]);
  });

  test("its button ticks the next one", async () => {
    const reply = await house.ask("stage check", { item: "buy-server" }, { as: staff });
    const next = block(reply, "buttons")?.buttons[0];
    expect(next?.label).toBe("Done: Set up basic OBS streaming");
    const pressed = await house.press(next!.action!, { as: staff });
    expect(item(pressed)).toMatchObject({ slug: "set-up-obs", changed: true });
  });

  test("twenty at once tick it once", async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => house.ask("stage check", { item: "get-keys" })));
    expect(replies.filter((r) => item(r).changed)).toHaveLength(1);
    expect(await see(house, (sql) => sql`select 1 from event where name = 'stage.checked'`)).toHaveLength(1);
  });

  test("only an owner signs a gate; a measured gate cannot be signed", async () => {
    const refused = await house.ask("stage check", { item: "feedback" }, { as: staff });
    expect(refused.problem).toMatchObject({ kind: "role" });
    expect(await see(house, (sql) => sql`select 1 from gate where signed_at is not null`)).toEqual([]);
    expect(item(await house.ask("stage check", { item: "feedback" }))).toMatchObject({ kind: "gate", changed: true });
    const gates = item<{ gates: Data[] }>(await house.ask("stage show")).gates;
    expect(gates.find((g) => g.slug === "feedback")).toMatchObject({ state: "signed" });
    expect((await house.ask("stage check", { item: "uptime" })).problem?.kind).toBe("options");
    await expect(
      see(
        house,
        (sql) => sql`update gate set signed_by = ${house.owner.personId}, signed_at = now() where slug = 'uptime'`,
      ),
    ).rejects.toThrow("gate_kind");
  });

  test("what the next stage needs beforehand is within reach; what comes later is not", async () => {
    expect(item(await house.ask("stage check", { item: "buy-server-2" }))).toMatchObject({ stage: 2 });
    const far = await house.ask("stage check", { item: "distribution" });
    expect(far.problem).toMatchObject({ kind: "options", errors: [{ option: "item" }] });
  });
});

test("another workspace sees none of it", async () => {
  await setup("streams");
  const other = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  const id = item<{ checklist: { id: string }[] }>(await house.ask("stage show")).checklist[0]!.id;
  expect((await house.ask("stage show", {}, { as: other })).problem?.kind).toBe("missing");
  expect((await house.ask("stage check", { item: id }, { as: other })).problem?.kind).toBe("options");
  for (const list of ["target list", "rule list", "budget show"])
    expect(items(await house.ask(list, {}, { as: other }))).toEqual([]);
});
