// Whoever is erased in the middle of a film and a song leaves no money on hold and nothing that goes on for nobody.
import { afterEach, expect, test } from "vitest";
import { resolveAccount } from "../core/people/index.ts";

import { inWorkspace, rawOf } from "../db/connect.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { provider, type Told } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { filmJobs } from "./film.ts";
import { makeJob } from "./make.ts";
import { reactionsOf } from "./reactions.ts";
import { stopOrdersJob } from "./stop-orders.ts";

let shop: Workshop;
afterEach(() => shop.close());

const rows = <T>(query: string) =>
  inWorkspace(
    shop.house.database,
    shop.house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );

test("a film and a song of somebody who was erased are called back, and their holds are free", async () => {
  const back: string[] = [];
  const slow = (slug: string, more: Told): ReturnType<typeof provider> =>
    provider({
      slug,
      price: 1000n,
      ...more,
      submit: async ({ attempt }) => ({ state: "accepted", task: attempt }),
      query: async () => ({ state: "queued" }),
      cancel: async (task) => {
        back.push(task);
        return "cancelled";
      },
    });
  const all = [slow("script", { kind: "script" }), slow("song", { kind: "song" }), slow("scene", { kind: "scene" })];
  shop = await workshop({
    providers: all,
    handlers: [makeJob, batchJob, ...filmJobs, stopOrdersJob],
    slots: { make: 4, quick: 4, long: 1 },
  });
  const { house } = shop;
  house.reactions = reactionsOf();
  await house.ask("budget set", { amount: "100" });
  const { workspaceId } = house.owner;
  const personId = await inWorkspace(house.database, workspaceId, (db) =>
    resolveAccount(
      { db, workspaceId, now: house.clock.now, newId: house.sources.newId },
      { surface: "chat", tenant: "t", external: "ana", name: "Ana", locale: "en" },
    ),
  );
  const ana = { workspaceId, personId };
  await house.ask("role grant", { person: personId, role: "staff" });
  expect(
    (await house.ask("generate video", { pipeline: "draft", prompt: "Bridges", seconds: 5 }, { as: ana })).status,
  ).toBe("running");
  expect((await house.ask("generate song", { count: 3 }, { as: ana })).status).toBe("running");
  const money = async () =>
    (
      await rows<{ held: number; spent: number }>(
        "select sum(held)::int as held, sum(spent)::int as spent from budget_use",
      )
    )[0];
  const passes = async (look: () => Promise<boolean>) => {
    while (!(await look())) {
      house.clock.pass(1000);
      await new Promise((done) => setTimeout(done, 30));
    }
  };
  await passes(async () => (await rows("select 1 from attempt where status = 'accepted'")).length === 5);
  expect(await money()).toEqual({ held: 5000, spent: 0 });
  const asked = await house.ask("person erase", { person: personId });
  const [yes] = asked.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  expect((await house.press(yes!.action!)).status).toBe("done");
  await passes(async () => (await rows("select 1 from item where status in ('waiting', 'making')")).length === 0);
  expect(await money()).toEqual({ held: 0, spent: 0 });
  expect(back).toHaveLength(5);
  expect(all.map(({ calls }) => calls.length)).toEqual([1, 4, 0]);
  expect(await rows("select status, open from batch b join job j on j.id = b.job_id where b.part_of is null")).toEqual([
    { status: "cancelled", open: 0 },
    { status: "cancelled", open: 0 },
  ]);
  expect(await rows("select distinct status from item")).toEqual([{ status: "cancelled" }]);
});
