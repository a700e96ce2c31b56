import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inWorkspace, type Raw, rawOf } from "../../db/connect.ts";
import { person } from "../../db/schema/index.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { BLUEPRINT_NAMES, type BlueprintName, blueprints } from "../blueprints/index.ts";
import { createWorkspace } from "./index.ts";

let house: TestHouse;
beforeEach(async () => {
  house = await testHouse();
});
afterEach(() => house.close());

const see = <T>(read: (sql: Raw) => Promise<T>, workspaceId = house.owner.workspaceId) =>
  inWorkspace(house.database, workspaceId, (tx) => read(rawOf(tx)));

const TABLES = [
  "channel",
  "stage",
  "stage_plan",
  "plan_line",
  "gate",
  "checklist_item",
  "risk",
  "target",
  "budget",
  "term",
  "rule",
];

const counts = async (workspaceId?: string) => {
  const counted: Record<string, number> = {};
  for (const table of TABLES) {
    const [row] = await see((sql) => sql<{ n: number }[]>`select count(*)::int as n from ${sql(table)}`, workspaceId);
    counted[table] = row!.n;
  }
  return counted;
};

/** Counted from the data itself. */
const expected = (which: BlueprintName) => {
  const b = blueprints[which];
  const sum = (of: (s: (typeof b.stages)[number]) => number) => b.stages.reduce((n, s) => n + of(s), 0);
  return {
    channel: b.channels.length,
    stage: b.stages.length,
    stage_plan: sum((s) => s.plans.length),
    plan_line: sum((s) => s.plans.reduce((n, p) => n + p.lines.length, 0)),
    gate: sum((s) => s.gates.length),
    checklist_item: sum((s) => Object.keys(s.checklist.items).length),
    risk: b.risks.length,
    target: b.targets.length + sum((s) => s.targets.length),
    budget: b.budgets.length,
    term: b.terms.length,
    rule: b.rules.length,
  };
};

describe.each(BLUEPRINT_NAMES)("setup blueprint:%s", (which) => {
  test("fills the workspace with every row of the data, once", async () => {
    const reply = await house.ask("setup", { blueprint: which });
    expect(reply).toMatchObject({ status: "done", data: { item: { id: house.owner.workspaceId, blueprint: which } } });
    expect(await counts()).toEqual(expected(which));
    const [row] = await see((sql) => sql`select blueprint, currency, zone, locale, name from workspace`);
    const { currency, zone, locale } = blueprints[which];
    expect(row).toMatchObject({ blueprint: which, currency, zone, locale, name: "Test Radio" });

    const again = await house.ask("setup", { blueprint: which });
    const { created } = again.data!.item as { created: Record<string, number> };
    expect(Object.values(created).every((n) => n === 0)).toBe(true);
    expect(again.view.text).toContain("Nothing was missing");
    expect(await counts()).toEqual(expected(which));
  });
});

test("streams: seven channels, four stages of which the first is current, nine monitors and more", async () => {
  const reply = await house.ask("setup", { blueprint: "streams", name: "Night City" });
  expect(reply.data!.item).toMatchObject({ name: "Night City", created: { channels: 7, stages: 4 } });
  expect(await see((sql) => sql`select name from workspace`)).toMatchObject([{ name: "Night City" }]);
  expect(await see((sql) => sql`select number from stage where current`)).toEqual([{ number: 1 }]);
  const channels = await see((sql) => sql`select slug, stage, status from channel order by position`);
  expect(channels.map((c) => c.slug)).toEqual([
    "city-pop-anime",
    "neon-synthwave",
    "cosmic-ambient",
    "fitness-beats",
    "noir-jazz",
    "desert-country",
    "intimate-vibes",
  ]);
  expect(channels.map((c) => c.stage)).toEqual([1, 2, 3, 3, 4, 4, 4]);
  expect(new Set(channels.map((c) => c.status))).toEqual(new Set(["off"]));
  const [suno] = await see(
    (sql) => sql`select amount, asset from budget where scope = 'provider:suno' and asset = 'USD/6'`,
  );
  expect(suno).toEqual({ amount: "3600000", asset: "USD/6" });
  const buttons = reply.view.blocks.find((b) => b.kind === "buttons");
  expect(buttons?.kind === "buttons" && buttons.buttons.map((b) => b.label)).toEqual([
    "See the channels",
    "See stage 1",
    "Connect a chat",
    "Help",
  ]);
});

test("what a person changed survives, and what is missing comes back", async () => {
  await house.ask("setup", { blueprint: "streams" });
  await see(async (sql) => {
    await sql`update target set low = 1234 where metric = 'viewers' and stage = 1`;
    await sql`update channel set name = 'Tokyo Nights' where slug = 'city-pop-anime'`;
    await sql`update workspace set zone = 'Asia/Tokyo', currency = 'JPY'`;
    await sql`update stage set current = false where number = 1`;
    await sql`update stage set current = true where number = 2`;
    await sql`delete from rule where slug = 'dead-air'`;
  });
  const reply = await house.ask("setup", { blueprint: "streams" });
  expect(reply.data!.item).toMatchObject({ created: { rules: 1, targets: 0, channels: 0, stages: 0 } });
  const [row] = await see(
    (sql) => sql`select t.low, c.name, w.zone, w.currency, s.number from target t, channel c, workspace w, stage s
      where t.metric = 'viewers' and t.stage = 1 and c.slug = 'city-pop-anime' and s.current`,
  );
  expect(row).toEqual({ low: "1234", name: "Tokyo Nights", zone: "Asia/Tokyo", currency: "JPY", number: 2 });
});

test("a zone, a language and a currency that were chosen before the first setup stay", async () => {
  await see((sql) => sql`update workspace set zone = 'Asia/Tokyo', locale = 'ja', currency = 'JPY'`);
  await house.ask("setup", { blueprint: "radio" });
  expect(await see((sql) => sql`select zone, locale, currency from workspace`)).toEqual([
    { zone: "Asia/Tokyo", locale: "ja", currency: "JPY" },
  ]);
  // The plan keeps the currency that it was made in.
  expect(await see((sql) => sql`select distinct currency from target where metric = 'revenue_gross'`)).toEqual([
    { currency: "GBP" },
  ]);
});

test("ten setups at once make one business", async () => {
  const replies = await Promise.all(Array.from({ length: 10 }, () => house.ask("setup", { blueprint: "streams" })));
  expect(replies.map((r) => r.status)).toEqual(Array(10).fill("done"));
  const channels = replies.map((r) => (r.data!.item as { created: { channels: number } }).created.channels);
  expect(channels.filter((n) => n === 7)).toHaveLength(1);
  expect(channels.filter((n) => n === 0)).toHaveLength(9);
  expect(await counts()).toEqual(expected("streams"));
});

test("two businesses at once: one gets the workspace, the other is told", async () => {
  const replies = await Promise.all([
    house.ask("setup", { blueprint: "radio" }),
    house.ask("setup", { blueprint: "saas" }),
  ]);
  expect(replies.map((r) => r.status).sort()).toEqual(["done", "refused"]);
  const won = (replies[0]!.status === "done" ? "radio" : "saas") as BlueprintName;
  expect(await counts()).toEqual(expected(won));
});

test("another business on top is refused in words; empty makes way for one", async () => {
  expect((await house.ask("setup", { blueprint: "empty" })).status).toBe("done");
  expect((await house.ask("setup", { blueprint: "artists" })).status).toBe("done");
  const reply = await house.ask("setup", { blueprint: "streams" });
  expect(reply).toMatchObject({ status: "refused", problem: { kind: "clash" } });
  expect(reply.problem!.detail).toBe(
    "Test Radio is set up as a platform for artists already. " +
      "Another business wants a workspace of its own: /workspace create.",
  );
  expect((await house.ask("setup", { blueprint: "empty" })).status).toBe("refused");
  expect(await counts()).toEqual(expected("artists"));
});

test("a wrong or missing blueprint is answered with a form of the six", async () => {
  for (const options of [{ blueprint: "casino" }, {}]) {
    const reply = await house.ask("setup", options);
    expect(reply.problem).toMatchObject({ kind: "options", errors: [{ option: "blueprint" }] });
    const form = reply.view.blocks.find((b) => b.kind === "form");
    expect(form?.kind === "form" && form.inputs[0]?.choices?.map((c) => c.value)).toEqual([...BLUEPRINT_NAMES]);
  }
  expect(await counts()).toMatchObject({ rule: 0, channel: 0 });
});

test("staff may not, and nothing is written", async () => {
  const id = house.sources.newId();
  await inWorkspace(house.database, house.owner.workspaceId, (tx) =>
    tx.insert(person).values({
      workspaceId: house.owner.workspaceId,
      id,
      name: "Sam",
      role: "staff",
      createdAt: house.clock.now,
    }),
  );
  const reply = await house.ask(
    "setup",
    { blueprint: "streams" },
    { as: { workspaceId: house.owner.workspaceId, personId: id } },
  );
  expect(reply.problem?.kind).toBe("role");
  expect(await counts()).toMatchObject({ stage: 0, rule: 0 });
});

test("another workspace is not touched, and may be another business", async () => {
  const other = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  await house.ask("setup", { blueprint: "streams" });
  expect(new Set(Object.values(await counts(other.workspaceId)))).toEqual(new Set([0]));
  await house.ask("setup", { blueprint: "studio" }, { as: other });
  expect(await counts(other.workspaceId)).toEqual(expected("studio"));
  expect(await counts()).toEqual(expected("streams"));
});

test("it is in the audit, and others hear of it", async () => {
  await house.ask("setup", { blueprint: "streams", name: "Night City" });
  await house.ask("setup", { blueprint: "streams" });
  const rows = await see((sql) => sql`select command, changes from audit where jsonb_array_length(changes) > 0`);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    command: "setup",
    changes: [
      {
        what: "workspace",
        from: { blueprint: null, name: "Test Radio" },
        to: { blueprint: "streams", name: "Night City" },
      },
      { what: "blueprint", id: "streams", to: { channels: 7, stages: 4 } },
    ],
  });
  const events = await see((sql) => sql`select payload from event where name = 'workspace.setup'`);
  expect(events).toMatchObject([{ payload: { blueprint: "streams", created: { channels: 7 } } }]);
});
