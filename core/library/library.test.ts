import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { addPerson, block, item, items } from "../../test/answers.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { actFor, makeWork } from "../../test/works.ts";
import { openAsset } from "../assets/index.ts";
import type { Caller } from "../inbox/index.ts";

let house: TestHouse;
let member: Caller;
let staff: Caller;
beforeAll(async () => {
  house = await testHouse();
  member = await addPerson(house, "Mia", "member");
  staff = await addPerson(house, "Sam", "staff");
});
afterAll(() => house.close());

const opened = (id: string, who: Caller) => actFor(house, who, (act) => openAsset(act, id));

test("a draft, its parts and what was turned down are seen by staff alone", async () => {
  const { id, part } = await makeWork(house, { title: "Rain at Nine", part: "cover" });
  const rejected = await makeWork(house, { title: "Too Loud", status: "rejected" });
  for (const [one, title] of [
    [id, "Rain at Nine"],
    [rejected.id, "Too Loud"],
  ] as const) {
    expect(item(await house.ask("library show", { asset: one }, { as: staff }))).toMatchObject({ title });
    for (const named of [one, one.slice(-8), title]) {
      const reply = await house.ask("library show", { asset: named }, { as: member });
      expect(reply.problem?.errors).toMatchObject([{ option: "asset" }]);
      expect(JSON.stringify(reply)).not.toContain("prompt of");
    }
  }
  expect((await opened(id, staff)).id).toBe(id);
  for (const file of [id, part!, rejected.id]) await expect(opened(file, member)).rejects.toThrow("no such file");
  for (const status of ["draft", "rejected", undefined])
    expect(items(await house.ask("library list", status ? { status } : {}, { as: member }))).toEqual([]);
  expect((await house.ask("review approve", { asset: id }, { as: staff })).status).toBe("done");
  expect((await opened(part!, member)).id).toBe(part);
  expect(items(await house.ask("library list", {}, { as: member }))).toMatchObject([{ id }]);
});

test("erasing a person forgets what they typed for a thing, and keeps the thing", async () => {
  const who = await addPerson(house, "Ken", "staff");
  const made = await makeWork(house, { title: "Kept", status: "approved", asker: who, asked: "a song for Ken Sato" });
  const asked = await house.ask("person erase", { person: who.personId });
  expect((await house.press(block(asked, "buttons")!.buttons[0]!.action!)).status).toBe("done");
  const rows = await inWorkspace(house.database, house.owner.workspaceId, async (tx) => [
    ...(await rawOf(tx)<{ wish: object; prompt: string }[]>`
      select i.wish, w.prompt from item i join work w on w.id = i.id where i.id = ${made.id}`),
  ]);
  expect(rows).toEqual([{ wish: { kind: "song", title: "Kept", prompt: "Kept", seed: 7 }, prompt: "Kept" }]);
});
