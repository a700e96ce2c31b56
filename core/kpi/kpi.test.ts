import { afterAll, beforeAll, expect, test } from "vitest";
import { item, items, see } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { channelId } from "../../test/streams.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
  await house.ask("setup", { blueprint: "streams" });
  const [jazz, synth] = [await channelId(house, "noir-jazz"), await channelId(house, "neon-synthwave")];
  await see(house, async (sql) => {
    const { workspaceId } = house.owner;
    // Twelve o'clock of the twentieth: an hour of yesterday, and one of a month ago.
    for (const [channel, minute, viewers] of [
      [jazz, "2026-11-19T10:00:00Z", 30],
      [jazz, "2026-11-19T10:01:00Z", 50],
      [synth, "2026-11-19T10:00:00Z", 20],
      [jazz, "2026-10-10T10:00:00Z", 8],
    ] as const)
      await sql`
        insert into audience_minute (workspace_id, channel_id, minute, source, counter, viewers, seconds)
        values (${workspaceId}, ${channel}, ${minute}, 'hls', 'one', ${viewers}, ${viewers * 60})`;
    await sql`insert into wanted_span (workspace_id, id, channel_id, from_at, to_at)
      values (${workspaceId}, ${house.sources.newId()}, ${jazz}, '2026-11-19T00:00:00Z', '2026-11-19T10:00:00Z')`;
    await sql`insert into silence (workspace_id, id, channel_id, from_at, to_at, why)
      values (${workspaceId}, ${house.sources.newId()}, ${jazz}, '2026-11-19T05:00:00Z', '2026-11-19T05:06:00Z', 'test')`;
  });
});
afterAll(() => house.close());

test("a figure of a time, of the time before, its target and its line", async () => {
  await house.ask("target set", { metric: "viewers", value: "2000" });
  const shown = item(await house.ask("kpi show", { metric: "viewers", period: "last 30 days" }));
  expect(shown).toMatchObject({
    id: "viewers",
    metric: "viewers",
    unit: "number",
    // Fifty in the first minute on both channels, fifty in the second.
    value: 50,
    previous: 8,
    through: house.clock.now.toISOString(),
  });
  expect(Number(shown.target)).toBeGreaterThan(0);
  const series = shown.series as { at: string; value: number | null }[];
  expect(series.filter((p) => p.value !== null)).toEqual([{ at: expect.stringContaining("2026-11-19"), value: 50 }]);
  expect(series.length).toBeLessThanOrEqual(31);
  expect(item(await house.ask("kpi show", { metric: "viewers", channel: "neon-synthwave" })).value).toBe(20);
  const parted = item(await house.ask("kpi show", { metric: "watch_hours", by: "channel" }));
  expect(parted.parts).toContainEqual({ channel: "noir-jazz", value: (80 * 60) / 3600 });
  expect(parted.parts).toContainEqual({ channel: "desert-country", value: null });
});

test("all that is measured, and what is not says so", async () => {
  const all = items(await house.ask("kpi list", { period: "last 30 days" }));
  const of = (metric: string) => all.find((k) => k.metric === metric);
  expect(of("uptime")).toMatchObject({ value: 0.99, unit: "ratio", previous: null });
  expect(of("dead_air")).toMatchObject({ value: 360 });
  expect(of("watch_hours")!.value).toBeCloseTo(100 / 60);
  expect(of("audience_overlap")).toMatchObject({ value: null });
  expect(of("dau")).toMatchObject({ value: 0 });
  const unknown = await house.ask("kpi show", { metric: "nps" });
  expect(unknown.problem?.detail).toMatch(/not measured here yet/);
  expect((await house.ask("kpi show", { metric: "dau", by: "channel" })).problem?.detail).toMatch(
    /all channels together/,
  );
  const none = await house.ask("kpi show", { metric: "viewers", period: "2020-01" });
  expect(none.view.text).toMatch(/nothing was measured/);
});
