import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAsset } from "../core/assets/index.ts";
import { type Caller, makeAct, readWho } from "../core/inbox/index.ts";
import { inWorkspace } from "../db/connect.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { exportJob } from "./person-export.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await workshop({ handlers: [exportJob] });
});
afterAll(() => shop.close());

const open = (as: Caller, id: string) =>
  inWorkspace(shop.house.database, as.workspaceId, async (tx) => {
    const [who] = await readWho(tx, as.personId);
    const place = { surface: "http", tenant: "", external: "" };
    const { act } = makeAct(
      shop.house,
      { database: shop.house.database, tx },
      as,
      who,
      shop.house.sources.newId(),
      place,
    );
    return openAsset(act, id);
  });

test("an export becomes a file that only the asker may read", async () => {
  const { house } = shop;
  const asked = await house.ask("person export");
  expect(asked.status).toBe("running");
  const ended = await house.ended(asked.run);
  expect(ended).toMatchObject({ status: "done", data: { item: { kind: "export" } } });
  const { id } = (ended.data?.item ?? {}) as { id: string };
  const file = await open(house.owner, id);
  const json = JSON.parse(await readFile(join(house.files, file.workspaceId, file.id), "utf8")) as {
    person: string[];
    tables: { person: { name: string }[] };
  };
  expect(json).toMatchObject({ person: [house.owner.personId], tables: { person: [{ name: "Owner" }] } });
  const made = (await house.ask("token create", { name: "other", role: "owner" })).data?.item as { person: string };
  await expect(open({ ...house.owner, personId: made.person }, id)).rejects.toThrow("no such file");
});

test("whoever was an owner when they asked, and is none when it runs, gets nothing of others", async () => {
  const { house } = shop;
  const made = (await house.ask("token create", { name: "was", role: "owner" })).data?.item as { person: string };
  const was = { ...house.owner, personId: made.person };
  const demoted = await inWorkspace(house.database, was.workspaceId, async (tx) => {
    const { rawOf } = await import("../db/connect.ts");
    const [who] = await readWho(tx, was.personId);
    const place = { surface: "http", tenant: "", external: "" };
    const { act } = makeAct(house, { database: house.database, tx }, was, who, house.sources.newId(), place);
    await rawOf(tx)`update person set role = 'member' where id = ${was.personId}`;
    const { personExport } = await import("../core/people/index.ts");
    return act.later(personExport, { person: house.owner.personId });
  });
  await shop.until(async () => (await shop.job(demoted)).status === "failed");
  expect((await shop.job(demoted)).result).toBeNull();
});
