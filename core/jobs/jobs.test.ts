import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { person } from "../../db/schema/index.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { createWorkspace } from "../workspace/index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

type Given = { name?: string; status?: string; error?: string; key?: string; started?: string };
async function add({ name = "song", status = "waiting", error, key }: Given = {}, to = house.owner): Promise<string> {
  const id = house.sources.newId();
  const now = house.clock.now.toISOString();
  await inWorkspace(
    house.database,
    to.workspaceId,
    (tx) => rawOf(tx)`
      insert into job (workspace_id, id, name, input, status, error, key, person_id, created_at, due_at)
      values (${to.workspaceId}, ${id}, ${name}, '{}', ${status}, ${error ?? null}, ${key ?? null}, ${to.personId}, ${now}, ${now})`,
  );
  // Ids of one millisecond are in no order; a list has one.
  house.clock.pass(1);
  return id;
}

test("a list is newest first, by status and name, and goes on where it ended", async () => {
  const old: string[] = [];
  for (let n = 0; n < 25; n++) old.unshift(await add({ name: "old" }));
  const failed = await add({ name: "clip", status: "failed", error: "no luck." });
  const items = async (options = {}) => {
    const { data } = await house.ask("job list", options);
    const { items, next } = data as { items: { id: string }[]; next?: string };
    return { ids: items.map((i) => i.id), next };
  };
  const first = await items();
  expect(first).toEqual({ ids: [failed, ...old.slice(0, 19)], next: old[18] });
  expect(await items({ before: first.next })).toEqual({ ids: old.slice(19), next: undefined });
  expect((await items({ status: "failed" })).ids).toEqual([failed]);
  expect((await items({ name: "clip" })).ids).toEqual([failed]);
  expect((await items({ name: "none" })).ids).toEqual([]);
});

test("a job is found by its id and by the end of it; another workspace's is not there", async () => {
  const id = await add({ name: "show me", status: "failed", error: "It fell over." });
  const shown = await house.ask("job show", { job: id });
  expect(shown).toMatchObject({
    status: "done",
    data: { item: { id, name: "show me", status: "failed", error: "It fell over.", attempts: 0 } },
  });
  expect(JSON.stringify(shown.view)).toContain("Try again");
  expect((await house.ask("job show", { job: `#${id.slice(-8)}` })).data).toEqual(shown.data);
  const stranger = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  for (const name of ["job show", "job cancel", "job retry"])
    expect((await house.ask(name, { job: id }, { as: stranger })).problem?.kind, name).toBe("options");
  expect((await house.ask("job show", { job: "%" })).problem?.kind).toBe("options");
  expect((await house.ask("job list", {}, { as: stranger })).data).toEqual({ items: [] });
});

test("cancel and retry are refused where they make no sense, and say why", async () => {
  const done = await add({ status: "done" });
  expect((await house.ask("job cancel", { job: done })).problem).toMatchObject({
    kind: "clash",
    detail: "song is done already.",
  });
  expect((await house.ask("job retry", { job: done })).problem).toMatchObject({
    kind: "clash",
    detail: "song is done; only failed and cancelled work can be tried again.",
  });
  const failed = await add({ status: "failed", key: "k" });
  await add({ status: "waiting", key: "k" });
  expect((await house.ask("job retry", { job: failed })).problem?.detail).toContain("asked for again");
});

test("a retried job waits under its own id, under a new message, and can be cancelled again", async () => {
  const id = await add({ status: "failed" });
  const retried = await house.ask("job retry", { job: id });
  expect(retried).toMatchObject({ status: "running", job: id });
  expect(house.sent).toContainEqual({ id, name: "song" });
  expect((await house.ask("job retry", { job: id })).problem?.kind).toBe("clash");
  expect((await house.ask("job cancel", { job: id })).status).toBe("done");
  // The run that asked for the retry is told of its end.
  expect(await house.answer(retried.run)).toMatchObject({ status: "cancelled" });
});

test("whose run it is hears of its end, whoever stopped the work", async () => {
  const id = await add({ status: "failed" });
  const { run } = await house.ask("job retry", { job: id });
  const staff = { ...house.owner, personId: house.sources.newId() };
  const told = await inWorkspace(house.database, staff.workspaceId, (tx) =>
    tx.insert(person).values({
      workspaceId: staff.workspaceId,
      id: staff.personId,
      name: "Sam",
      role: "staff",
      createdAt: house.clock.now,
    }),
  ).then(async () => {
    expect((await house.ask("job cancel", { job: id }, { as: staff })).status).toBe("done");
    return inWorkspace(
      house.database,
      staff.workspaceId,
      (tx) => rawOf(tx)`
        select person_id as person, payload from event where name = 'run.changed' and subject = ${run}`,
    );
  });
  expect(told).toEqual([{ person: house.owner.personId, payload: { run, status: "cancelled" } }]);
});

test("members may not look behind the scenes, and the audit knows who stopped what", async () => {
  const id = await add();
  const member = { ...house.owner, personId: house.sources.newId() };
  await inWorkspace(house.database, member.workspaceId, (tx) =>
    tx.insert(person).values({
      workspaceId: member.workspaceId,
      id: member.personId,
      name: "Mia",
      role: "member",
      createdAt: house.clock.now,
    }),
  );
  for (const name of ["job list", "job show", "job cancel", "job retry", "status"])
    expect((await house.ask(name, { job: id }, { as: member })).problem?.kind, name).toBe("role");
  house.clock.pass(1);
  await house.ask("job cancel", { job: id });
  const rows = await inWorkspace(
    house.database,
    house.owner.workspaceId,
    (tx) =>
      rawOf(tx)<
        { changes: unknown }[]
      >`select changes from audit where command = 'job cancel' and outcome = 'done' order by id desc limit 1`,
  );
  expect(rows[0]?.changes).toEqual([{ what: "job", id, from: "waiting", to: "cancelled" }]);
});
