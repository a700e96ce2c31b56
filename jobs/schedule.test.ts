import { afterEach, expect, test } from "vitest";
import { type EventKind, eventKind, jobKind } from "../core/act.ts";
import { command } from "../core/command/index.ts";
import { view } from "../core/view/index.ts";
import { createWorkspace } from "../core/workspace/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { action, cooldown, workspace } from "../db/schema/index.ts";
import { type TestHouse, testHouse } from "../test/house.ts";
import type { Carrier } from "./engine.ts";
import { handler } from "./handler.ts";
import { type Jobs, startJobs } from "./index.ts";
import { type Fact, reactionsOf, when } from "./reactions.ts";
import { type Every, every, startSchedule } from "./schedule.ts";

const report = jobKind<Record<string, unknown>>("test report");
const noted: EventKind<{ words: string }> = eventKind("test.noted");
const react = jobKind<Fact<{ words: string }>>("test react");
const note = command({
  name: "note fact",
  says: "Note a fact",
  role: "member",
  async run({ act }) {
    await act.emit(noted, { words: "hear" }, "the subject");
    return view("Noted.");
  },
});

let house: TestHouse;
let started: Jobs[] = [];
let done: { workspace: string; person: string; input: Record<string, unknown> }[] = [];
const handlers = [report, react].map((kind) =>
  handler<Record<string, unknown>>({
    kind: { name: kind.name },
    async run({ input }) {
      return async (act) => {
        done.push({ workspace: act.workspace.slug, person: act.person.name, input });
        return view("ok");
      };
    },
  }),
);
async function open(schedules: Every[] = []) {
  done = [];
  house = await testHouse({ commands: [note] });
  const jobs = await more(schedules);
  house.queue = jobs.queue;
  return jobs;
}
async function more(schedules: Every[] = []) {
  const jobs = await startJobs(house, { role: "worker", handlers, schedules, graceMs: 100, pollSeconds: 0.5 });
  started.push(jobs);
  return jobs;
}
afterEach(async () => {
  await Promise.all(started.map((j) => j.stop()));
  started = [];
  await house.close();
});
const until = async (look: () => Promise<boolean> | boolean) => {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const MINUTE = 60_000;
const pass = (minutes: number) => house.clock.pass(minutes * MINUTE);
const jobsOf = (workspaceId = house.owner.workspaceId) =>
  inWorkspace(house.database, workspaceId, (tx) => rawOf(tx)<{ name: string; status: string }[]>`select * from job`);

test("each workspace's schedule keeps the workspace's own zone, once, whoever looks", async () => {
  // It is 12:00 UTC.
  const one = await open([every(report, "0 9 * * *")]);
  const two = await more([every(report, "0 9 * * *")]);
  const tokyo = await createWorkspace(house.database, house.sources, {
    name: "Tokyo",
    slug: "tokyo",
    zone: "Asia/Tokyo",
  });
  await Promise.all([one.nudge(), two.nudge()]);
  expect(await jobsOf()).toHaveLength(0);
  pass(12 * 60 + 1); // 00:01 UTC, 9:01 in Tokyo
  await Promise.all([one.nudge(), two.nudge(), one.nudge()]);
  await until(() => done.length > 0);
  expect(await jobsOf()).toHaveLength(0);
  expect(await jobsOf(tokyo.workspaceId)).toHaveLength(1);
  pass(9 * 60);
  await Promise.all([two.nudge(), one.nudge()]);
  await until(() => done.length > 1);
  await Promise.all([two.nudge(), one.nudge()]);
  expect(done).toEqual([
    { workspace: "tokyo", person: "Tokyo", input: { due: "2026-11-21T00:00:00.000Z" } },
    { workspace: "test-radio", person: "Test Radio", input: { due: "2026-11-21T09:00:00.000Z" } },
  ]);
  expect([...(await jobsOf()), ...(await jobsOf(tokyo.workspaceId))]).toHaveLength(2);
});

test("what a pause missed is caught up once, and a change of zone is followed", async () => {
  const jobs = await open([every(report, "0 9 * * *")]);
  await jobs.nudge();
  pass(5 * 24 * 60);
  await jobs.nudge();
  await until(() => done.length > 0);
  await jobs.nudge();
  expect(done.map((d) => d.input.due)).toEqual(["2026-11-25T09:00:00.000Z"]);
  await inWorkspace(house.database, house.owner.workspaceId, (tx) =>
    tx.update(workspace).set({ zone: "America/New_York" }),
  );
  pass(24 * 60);
  await jobs.nudge();
  await until(() => done.length > 1);
  expect(done[1]?.input.due).toBe("2026-11-25T14:00:00.000Z");
});

test("of two clocks in one cluster, one looks at each tick", async () => {
  house = await testHouse();
  const looks: string[] = [];
  // A chore that cannot be asked for stays due: every look asks for it.
  const carrier = (name: string): Carrier => ({
    database: house.database,
    alive: async () => new Set(),
    async askUpkeep() {
      looks.push(name);
      throw new Error("not now");
    },
  });
  const clocks = ["a", "b"].map((name) =>
    startSchedule(house, [carrier(name)], {
      schedules: [],
      chores: [{ task: "x", cron: "* * * * *" }],
      ticks: "* * * * * *",
    }),
  );
  const ticks = () => house.database.client`select key from tick where key like 'minute:%'`;
  await until(async () => (await ticks()).length >= 3);
  await Promise.all(clocks.map((c) => c.stop()));
  expect(looks).toHaveLength((await ticks()).length);
});

test("housework is done: expired things are forgotten, lost jobs are sent again", async () => {
  const jobs = await open();
  const { workspaceId, personId } = house.owner;
  const at = (minutes: number) => new Date(house.clock.now.getTime() + minutes * MINUTE);
  const button = (token: string, expiresAt: Date) => ({
    workspaceId,
    id: house.sources.newId(),
    token,
    command: "whoami",
    options: {},
    confirmed: false,
    uses: "once" as const,
    groupId: house.sources.newId(),
    createdAt: at(0),
    expiresAt,
  });
  // As a restore leaves it: a job that waits, and no message for it.
  const lost = house.sources.newId();
  await inWorkspace(house.database, workspaceId, async (tx) => {
    await tx.insert(action).values([button("old", at(10)), button("new", at(60 * 24 * 30))]);
    await tx.insert(cooldown).values([
      { workspaceId, key: "old", until: at(5) },
      { workspaceId, key: "new", until: at(60 * 24 * 30) },
    ]);
    await rawOf(tx)`insert into job (workspace_id, id, name, input, status, person_id, created_at, due_at)
      values (${workspaceId}, ${lost}, ${report.name}, '{}', 'waiting', ${personId}, ${at(0).toISOString()}, ${at(0).toISOString()})`;
  });
  pass(60 * 24 * 8);
  await jobs.nudge();
  await until(() => done.length > 0);
  expect(done).toEqual([{ workspace: "test-radio", person: "Owner", input: {} }]);
  const left = () =>
    inWorkspace(
      house.database,
      workspaceId,
      (tx) => rawOf(tx)<{ key: string }[]>`select token as key from action union all select key from cooldown`,
    );
  await until(async () => (await left()).length <= 2);
  expect((await left()).map((r) => r.key)).toEqual(["new", "new"]);
});

test("a fact starts the work that reacts to it, with the fact as its input", async () => {
  await open();
  house.reactions = reactionsOf([when(noted, react)]);
  await house.ask("note fact");
  await until(() => done.length > 0);
  expect(done[0]?.input).toEqual({ event: "test.noted", subject: "the subject", words: "hear" });
  expect(await jobsOf()).toMatchObject([{ name: "test react" }]);
});

test("status names the workers, what waits and what was asked", async () => {
  await open();
  await house.ask("whoami");
  await until(async () => (await house.database.client`select 1 from tick where key like 'worker:%'`).length > 0);
  const { data, view } = await house.ask("status");
  expect(data).toMatchObject({
    item: {
      jobs: { waiting: 0, running: 0, done: 0, failed: 0, cancelled: 0 },
      queue: { depth: 0, oldest_seconds: 0 },
      workers: [{ seen_at: "2026-11-20T12:00:00.000Z" }],
      commands: { total: 1, failed: 0 },
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    },
  });
  expect(view.text).toBe("Nothing runs, none waits, none failed.");
  expect(view.blocks.find((b) => b.kind === "chart")?.chart.series[0]?.values.at(-1)).toBe(1);
});
