import { afterAll, beforeAll, expect, test } from "vitest";
import { readBytes } from "../core/assets/index.ts";
import { decode, openProviders } from "../core/studio/index.ts";
import { addPerson, item, see } from "../test/answers.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { makeWork } from "../test/works.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";
import { stemsJob } from "./stems.ts";

let shop: Workshop;
let song: string;
beforeAll(async () => {
  const providers = openProviders({ read: () => undefined });
  shop = await workshop({ providers, handlers: [makeJob, batchJob, stemsJob], slots: { make: 2, long: 1 } });
  await shop.house.ask("setup", { blueprint: "streams" });
  const asked = await shop.house.ask("generate song", { channel: "noir-jazz", seconds: 20, mood: "late" });
  const [made] = (await shop.house.ended(asked.run)).data!.items as { id: string }[];
  song = made!.id;
}, 60_000);
afterAll(() => shop.close());

const stems = async () => {
  const asked = await shop.house.ask("library export", { asset: song });
  return asked.status === "running" ? shop.house.ended(asked.run) : asked;
};
const files = (reply: { data?: Record<string, unknown> | undefined }) =>
  reply.data!.items as { id: string; role: string }[];
const jobs = () => see(shop.house, async (sql) => (await sql`select 1 from job where name = 'stems'`).length);

test("stems are played when somebody wants them, once, and are the song's own", async () => {
  const shown = await shop.house.ask("library show", { asset: song });
  const labels = shown.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons.map((one) => one.label) : []));
  expect(labels).toEqual(["Stems as WAV", "Notes as MIDI", "Approve", "Redo", "Reject"]);
  const [first, second] = await Promise.all([stems(), stems()]);
  expect(first.problem).toBeUndefined();
  expect(files(second)).toEqual(files(first));
  expect(files(first).length).toBeGreaterThan(3);
  expect(first.view.blocks.every((b) => b.kind === "file")).toBe(true);
  const { house } = shop;
  const read = async (id: string) => decode((await readBytes(house, house.owner.workspaceId, id))!);
  const whole = await read(song);
  for (const { id } of files(first)) {
    const sound = await read(id);
    expect(Math.abs(sound.sides[0]!.length - whole.sides[0]!.length)).toBeLessThan(4000);
  }
  // They are kept: asking again plays nothing.
  const before = await jobs();
  expect(files(await stems())).toEqual(files(first));
  expect(await jobs()).toBe(before);
  const kept = item(await house.ask("library show", { asset: song })) as { parts: Record<string, string> };
  expect(Object.keys(kept.parts)).toContain("stem drums");
});

test("the notes are there at once", async () => {
  const reply = await shop.house.ask("library export", { asset: song, what: "midi" });
  expect(reply.view.blocks).toMatchObject([{ kind: "file", type: "audio/midi" }]);
});

test("what we did not compose, or cannot play as it was, is refused with the reason; members get nothing", async () => {
  const { house } = shop;
  const bought = await makeWork(house, { title: "Bought", provider: "suno" });
  expect((await house.ask("library export", { asset: bought.id })).problem?.detail).toContain(
    "not composed by this machine",
  );
  const member = await addPerson(house, "Mia", "member");
  expect((await house.ask("library export", { asset: song }, { as: member })).problem?.kind).toBe("role");
  await see(
    house,
    (sql) =>
      sql`update work set parts = parts - 'stem drums' - 'stem bass' - 'stem keys' - 'stem pads' - 'stem lead' - 'stem space'`,
  );
  await see(house, (sql) => sql`update item set wish = wish - 'mood' || '{"seed": 1}' where id = ${song}`);
  expect((await stems()).problem?.detail).toContain("cannot be played again as it was");
});
