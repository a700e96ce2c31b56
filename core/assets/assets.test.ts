import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, type Tx } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Act } from "../act.ts";
import { makeAct, readWho } from "../inbox/index.ts";
import { createWorkspace } from "../workspace/index.ts";
import { openAsset, saveAsset, tidyAssets } from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const act = <T>(work: (act: Act, tx: Tx) => Promise<T>, who = house.owner): Promise<T> =>
  inWorkspace(house.database, who.workspaceId, async (tx) => {
    const [person] = await readWho(tx, who.personId);
    const place = { surface: "http", tenant: "", external: "" };
    const made = makeAct(house, { database: house.database, tx }, who, person, house.sources.newId(), place);
    return work(made.act, tx);
  });
const folder = () => join(house.files, house.owner.workspaceId);
const fileOf = ({ id }: { id: string }) => join(folder(), id);
const words = new TextEncoder().encode("la la la");
const song = { kind: "song", type: "audio/mpeg", name: "../../etc/pass wd\u202e.mp3", bytes: words };

test("a file is kept whole, under its id, for its owner's eyes", async () => {
  const saved = await act((a) => saveAsset(a, song));
  expect(saved).toMatchObject({ name: "pass wd.mp3", bytes: 8, sha256: createHash("sha256").update(words).digest() });
  expect(readFileSync(fileOf(saved), "utf8")).toBe("la la la");
  expect(statSync(fileOf(saved)).mode & 0o777).toBe(0o600);
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  expect(await act((a) => openAsset(a, saved.id))).toEqual(saved);
});

test("pieces become one file, and a source that breaks leaves nothing", async () => {
  async function* pieces(breaks: boolean) {
    yield words;
    if (breaks) throw new Error("the line went dead");
    yield words;
  }
  const saved = await act((a) => saveAsset(a, { ...song, bytes: pieces(false) }));
  expect(readFileSync(fileOf(saved), "utf8")).toBe("la la lala la la");
  const before = readdirSync(folder());
  await expect(act((a) => saveAsset(a, { ...song, bytes: pieces(true) }))).rejects.toThrow("dead");
  expect(readdirSync(folder())).toEqual(before);
});

test("somebody else's, an expired one and another workspace's are as if not there", async () => {
  const { owner } = house;
  const mine = await act((a) => saveAsset(a, { ...song, forPerson: owner.personId }));
  const theirs = await act((a) => saveAsset(a, { ...song, forPerson: house.sources.newId() }));
  const brief = await act((a) => saveAsset(a, { ...song, expiresAt: new Date(a.now.getTime() + 1000) }));
  const stranger = await createWorkspace(house.database, house.sources, { name: "Other", slug: "other" });
  expect((await act((a) => openAsset(a, mine.id))).id).toBe(mine.id);
  expect((await act((a) => openAsset(a, brief.id))).id).toBe(brief.id);
  await expect(act((a) => openAsset(a, theirs.id))).rejects.toThrow("no such file");
  await expect(act((a) => openAsset(a, mine.id), stranger)).rejects.toThrow("no such file");
  await expect(act((a) => openAsset(a, "../../etc/passwd"))).rejects.toThrow("no such file");
  house.clock.pass(1000);
  await expect(act((a) => openAsset(a, brief.id))).rejects.toThrow("no such file");
});

test("expired files and those of undone runs are tidied up, and no others", async () => {
  const kept = await act((a) => saveAsset(a, song));
  const brief = await act((a) => saveAsset(a, { ...song, expiresAt: new Date(a.now.getTime() + 1000) }));
  let undone = "";
  await act(async (a) => {
    undone = fileOf(await saveAsset(a, song));
    throw new Error("undone");
  }).catch(() => {});
  house.clock.pass(2000);
  await tidyAssets(house, house.database, house.owner.workspaceId);
  const names = () => readdirSync(folder());
  expect(names()).toContain(kept.id);
  expect(names()).not.toContain(brief.id);
  // Its transaction might still be going on.
  expect(readFileSync(undone, "utf8")).toBe("la la la");
  house.clock.pass(2 * 86_400_000);
  await tidyAssets(house, house.database, house.owner.workspaceId);
  expect(names()).toContain(kept.id);
  expect(names().map((n) => join(folder(), n))).not.toContain(undone);
});
