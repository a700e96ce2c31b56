import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inWorkspace, type Raw, rawOf } from "../../db/connect.ts";
import { person } from "../../db/schema/index.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Caller, Reply } from "../inbox/index.ts";
import { createWorkspace } from "../workspace/index.ts";

let house: TestHouse;
let staff: Caller;
let member: Caller;

beforeEach(async () => {
  house = await testHouse();
  const add = async (name: string, role: "staff" | "member"): Promise<Caller> => {
    const { workspaceId } = house.owner;
    const personId = house.sources.newId();
    await inWorkspace(house.database, workspaceId, (tx) =>
      tx.insert(person).values({ workspaceId, id: personId, name, role, createdAt: house.clock.now }),
    );
    return { workspaceId, personId };
  };
  staff = await add("Sam", "staff");
  member = await add("Mia", "member");
});
afterEach(() => house.close());

const see = <T>(read: (sql: Raw) => Promise<T>) =>
  inWorkspace(house.database, house.owner.workspaceId, (tx) => read(rawOf(tx)));

type Data = Record<string, unknown>;
const item = <T = Data>(reply: Reply) => reply.data!.item as T;
const items = <T = Data>(reply: Reply) => reply.data!.items as T[];
const setup = (blueprint: string) => house.ask("setup", { blueprint });
const block = (reply: Reply, kind: string) => reply.view.blocks.find((b) => b.kind === kind);
const advance = (number: number) =>
  see(async (sql) => {
    await sql`update stage set current = false where current`;
    await sql`update stage set current = true where number = ${number}`;
  });

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
    expect(fields?.kind === "fields" && fields.fields.length).toBeLessThanOrEqual(6);
    expect(JSON.stringify(fields)).toContain("$235 a month (stated: $150)");
    const buttons = block(reply, "buttons");
    expect(buttons?.kind === "buttons" && buttons.buttons.length).toBeLessThanOrEqual(5);
    const chart = block(reply, "chart");
    expect(chart?.kind === "chart" && chart.chart).toMatchObject({
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
      const fields = block(reply, "fields");
      expect(fields?.kind === "fields" && fields.fields.length).toBeLessThanOrEqual(6);
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
    const [row] = await see((sql) => sql`select done_by from checklist_item where slug = 'buy-server'`);
    expect(row!.done_by).toBe(staff.personId);
    const off = await house.ask("stage check", { item: item(first).id, done: false });
    expect(item(off)).toMatchObject({ done: false, changed: true, done_at: null });
    expect(await see((sql) => sql`select 1 from checklist_item where done_at is not null`)).toEqual([]);
  });

  test("its button ticks the next one", async () => {
    const reply = await house.ask("stage check", { item: "buy-server" }, { as: staff });
    const buttons = block(reply, "buttons");
    const next = buttons?.kind === "buttons" ? buttons.buttons[0] : undefined;
    expect(next?.label).toBe("Done: Set up basic OBS streaming");
    const pressed = await house.press(next!.action!, { as: staff });
    expect(item(pressed)).toMatchObject({ slug: "set-up-obs", changed: true });
  });

  test("twenty at once tick it once", async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => house.ask("stage check", { item: "get-keys" })));
    expect(replies.filter((r) => item(r).changed)).toHaveLength(1);
    expect(await see((sql) => sql`select 1 from event where name = 'stage.checked'`)).toHaveLength(1);
  });

  test("only an owner signs a gate; a measured gate cannot be signed", async () => {
    const refused = await house.ask("stage check", { item: "feedback" }, { as: staff });
    expect(refused.problem).toMatchObject({ kind: "role" });
    expect(await see((sql) => sql`select 1 from gate where signed_at is not null`)).toEqual([]);
    expect(item(await house.ask("stage check", { item: "feedback" }))).toMatchObject({ kind: "gate", changed: true });
    const gates = item<{ gates: Data[] }>(await house.ask("stage show")).gates;
    expect(gates.find((g) => g.slug === "feedback")).toMatchObject({ state: "signed" });
    expect((await house.ask("stage check", { item: "uptime" })).problem?.kind).toBe("options");
    await expect(
      see((sql) => sql`update gate set signed_by = ${house.owner.personId}, signed_at = now() where slug = 'uptime'`),
    ).rejects.toThrow("gate_kind");
  });

  test("what the next stage needs beforehand is within reach; what comes later is not", async () => {
    expect(item(await house.ask("stage check", { item: "buy-server-2" }))).toMatchObject({ stage: 2 });
    const far = await house.ask("stage check", { item: "distribution" });
    expect(far.problem).toMatchObject({ kind: "options", errors: [{ option: "item" }] });
  });
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
    const rows = await see((sql) => sql`select changes from audit where command = 'target set'`);
    expect(rows).toMatchObject([{ changes: [{ what: "target", from: { low: "1000" }, to: { low: "1500" } }] }]);
    // What the next stages aim at stays.
    expect(await see((sql) => sql`select low from target where metric = 'viewers' and stage = 2`)).toEqual([
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
    await see((sql) => sql`update workspace set zone = 'Asia/Tokyo'`);
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
    expect(await see((sql) => sql`select scope from target`)).toEqual([{ scope: "channel:noir-jazz" }]);
  });

  test("an unknown metric, a value that is none, and the wrong role are refused without effect", async () => {
    const unknown = await house.ask("target set", { metric: "viewer", value: "lots" });
    expect(unknown.problem!.errors.map((e) => e.option)).toEqual(["metric", "value"]);
    expect(unknown.problem!.errors[0]!.detail).toContain("Viewers");
    expect((await house.ask("target set", { metric: "viewers", value: 1e15 })).problem?.kind).toBe("options");
    expect((await house.ask("target set", { metric: "viewers", value: 1 }, { as: staff })).problem?.kind).toBe("role");
    expect(await see((sql) => sql`select 1 from target`)).toEqual([]);
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
    expect(reply.view.text).toBe("workspace: $18 a month.");
    expect(items(reply).filter((b) => b.scope === "provider:suno")).toMatchObject([
      { amount: { amount: "3.60" }, each: "channel", period: "month" },
      { count: 12, of: "song", period: "day" },
      { count: 360, of: "song", period: "month" },
    ]);
    const chart = block(reply, "chart");
    expect(chart?.kind === "chart" && chart.chart.series[0]!.values).toEqual([18, 45, 235, 860]);
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

test("another workspace sees none of it", async () => {
  await setup("streams");
  const other = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  const id = item<{ checklist: { id: string }[] }>(await house.ask("stage show")).checklist[0]!.id;
  expect((await house.ask("stage show", {}, { as: other })).problem?.kind).toBe("missing");
  expect((await house.ask("stage check", { item: id }, { as: other })).problem?.kind).toBe("options");
  for (const list of ["target list", "rule list", "budget show"])
    expect(items(await house.ask(list, {}, { as: other }))).toEqual([]);
});
