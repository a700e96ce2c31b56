import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { addPerson, item, items } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Act } from "../act.ts";
import type { Caller } from "../inbox/index.ts";
import { createWorkspace } from "../workspace/index.ts";
import { channels } from "./index.ts";

let house: TestHouse;
let member: Caller;
beforeAll(async () => {
  house = await testHouse();
  member = await addPerson(house, "Mia", "member");
});
afterAll(() => house.close());

test("without a channel, the list says how to get seven", async () => {
  const reply = await house.ask("channel list", {}, { as: member });
  expect(items(reply)).toEqual([]);
  expect(reply.view.text).toContain("/setup blueprint:streams");
});

test("members see the seven in the order of the plan, and one of them", async () => {
  await house.ask("setup", { blueprint: "streams" });
  const reply = await house.ask("channel list", {}, { as: member });
  expect(reply.view.text).toBe("7 channels, 0 on air.");
  expect(items(reply)[0]).toMatchObject({
    slug: "city-pop-anime",
    name: "City Pop Anime",
    genre: "city-pop-anime",
    status: "off",
    stage: 1,
  });
  expect(items(await house.ask("channel list", { genre: "noir-jazz" }))).toMatchObject([{ slug: "noir-jazz" }]);
  expect(items(await house.ask("channel list", { after: items(reply)[5]!.id }))).toMatchObject([
    { slug: "intimate-vibes" },
  ]);

  const id = items(reply)[1]!.id as string;
  for (const named of ["neon-synthwave", "Neon Synthwave", "NEON SYNTHWAVE", id, id.toUpperCase()]) {
    const shown = await house.ask("channel show", { channel: named }, { as: member });
    expect(item(shown)).toMatchObject({
      id,
      slug: "neon-synthwave",
      brand: { words: ["retro", "driving", "electric"] },
    });
  }
});

test("a name that is nearly right is answered with the right one", async () => {
  const reply = await house.ask("channel show", { channel: "noir jaz" });
  expect(reply.problem).toMatchObject({ kind: "options", errors: [{ option: "channel" }] });
  expect(reply.problem!.detail).toContain("Noir Jazz");
});

test("two channels of one name: the slug decides", async () => {
  await inWorkspace(
    house.database,
    house.owner.workspaceId,
    (tx) =>
      rawOf(tx)`insert into channel (workspace_id, id, slug, name, genre, hue, created_at)
      values (${house.owner.workspaceId}, ${house.sources.newId()}, 'second', 'Noir Jazz', 'noir-jazz', '#7d8594', now())`,
  );
  const reply = await house.ask("channel show", { channel: "Noir Jazz" });
  expect(reply.problem!.detail).toContain("Several channels are called Noir Jazz");
  expect(item(await house.ask("channel show", { channel: "second" }))).toMatchObject({ slug: "second" });
});

test("while somebody types, names that begin so come first", async () => {
  const offered = await inWorkspace(house.database, house.owner.workspaceId, (tx) =>
    channels.search({ db: tx } as Act, "C"),
  );
  expect(offered.slice(0, 2).map((o) => o.value)).toEqual(["city-pop-anime", "cosmic-ambient"]);
});

test("another workspace's channel is not there, by slug or by id", async () => {
  const other = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  const id = items(await house.ask("channel list"))[0]!.id as string;
  for (const named of ["city-pop-anime", id]) {
    const reply = await house.ask("channel show", { channel: named }, { as: other });
    expect(reply.problem!.errors[0]!.option).toBe("channel");
  }
});

test("no slug, colour or state that cannot be", async () => {
  const put = (slug: string, hue: string, status: string) =>
    inWorkspace(
      house.database,
      house.owner.workspaceId,
      (tx) =>
        rawOf(tx)`insert into channel (workspace_id, id, slug, name, genre, hue, status, created_at)
        values (${house.owner.workspaceId}, ${house.sources.newId()}, ${slug}, 'X', 'x', ${hue}, ${status}, now())`,
    );
  await expect(put("Not A Slug", "#7d8594", "off")).rejects.toThrow("channel_slug_form");
  await expect(put("ok", "red", "off")).rejects.toThrow("channel_hue_form");
  await expect(put("ok", "#7d8594", "dancing")).rejects.toThrow("channel_status");
  await expect(put("noir-jazz", "#7d8594", "off")).rejects.toThrow("channel_slug");
});
