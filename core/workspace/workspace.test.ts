import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../../test/house.ts";
import type { Caller } from "../inbox/index.ts";
import { findToken } from "../people/index.ts";
import { slugOf } from "./make.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

type Item = { id: string; slug: string; token?: string };
const make = async (name: string, more: Record<string, unknown> = {}, as?: Caller, delivery = "") => {
  const reply = await house.ask("workspace create", { name, ...more }, { ...(as ? { as } : {}), delivery });
  return { reply, item: (reply.data?.item ?? {}) as Item };
};
const holder = async (item: Item): Promise<Caller> => (await findToken(house.databases, item.token ?? ""))!;

test("a workspace has an owner's token of its own, told once, and sees nothing of the others", async () => {
  const { reply, item } = await make("Night Radio", { blueprint: "radio" });
  expect(reply).toMatchObject({ status: "done", data: { item: { slug: "night-radio" } } });
  expect(item.token).toMatch(/^imp_/);
  const there = await holder(item);
  expect(there.workspaceId).toBe(item.id);
  expect((await house.ask("whoami", {}, { as: there })).data).toMatchObject({
    item: { role: "owner", workspace: "night-radio" },
  });
  expect((await house.ask("workspace show", {}, { as: there })).data).toMatchObject({
    item: { id: item.id, name: "Night Radio" },
  });
  const again = await house.ask("setup", { blueprint: "radio" }, { as: there });
  expect(again.status).toBe("done");
});

test("the same wish twice is one workspace; the same name twice is two", async () => {
  const replies = await Promise.all(Array.from({ length: 10 }, () => make("Once", {}, undefined, "create-once")));
  expect(new Set(replies.map((r) => r.item.id)).size).toBe(1);
  const twice = await Promise.all([make("Same"), make("Same"), make("Same")]);
  expect(twice.map((t) => t.item.slug).sort()).toEqual(["same", "same-2", "same-3"]);
});

test("names of any script make a slug, and reserved ones are not taken", async () => {
  expect(slugOf("Zoë & Ünï's Café!!")).toBe("zoe-uni-s-cafe");
  expect(slugOf("東京ラジオ")).toBe("workspace");
  expect(slugOf("x".repeat(100))).toHaveLength(40);
  expect((await make("Lobby")).item.slug).toBe("lobby-2");
  expect((await make("main")).item.slug).toBe("main-2");
});

test("an owner lists what was made from here, and not what others made", async () => {
  const parent = await holder((await make("Parent")).item);
  const child = await make("Child", {}, parent);
  const seen = (await house.ask("workspace list", {}, { as: parent })).data?.items as Item[];
  expect(seen.map((w) => w.slug)).toEqual(["parent", "child"]);
  const below = (await house.ask("workspace list", {}, { as: await holder(child.item) })).data?.items as Item[];
  expect(below.map((w) => w.slug)).toEqual(["child"]);
});

test("only owners make workspaces, and no agent does", async () => {
  const staff = (await house.ask("token create", { name: "s", role: "staff" })).data?.item as { person: string };
  const as = { workspaceId: house.owner.workspaceId, personId: staff.person };
  expect((await make("No", {}, as)).reply.problem?.kind).toBe("role");
  expect((await house.ask("workspace create", { name: "No" }, { proposed: true })).problem?.kind).toBe("role");
  expect((await house.ask("workspace set", { name: "No" }, { as })).problem?.kind).toBe("role");
});

test("settings change together, are noted once, and wrong ones change nothing", async () => {
  const set = await house.ask("workspace set", {
    zone: "asia/tokyo",
    currency: "jpy",
    accent: "teal",
    name: "Tokyo FM",
  });
  expect(set.data).toMatchObject({
    item: { zone: "Asia/Tokyo", currency: "JPY", name: "Tokyo FM", accent: expect.stringMatching(/^#[0-9a-f]{6}$/) },
  });
  expect((await house.ask("whoami")).data).toMatchObject({ item: { zone: "Asia/Tokyo" } });
  const bad = await house.ask("workspace set", {
    zone: "Mars/Olympus",
    currency: "XYZ",
    locale: "tlh",
    name: "Bad",
    accent: "javascript:",
  });
  expect(bad.problem?.errors.map((e) => e.option).sort()).toEqual(["accent", "currency", "locale", "zone"]);
  for (const zone of ["+05:30", "CET'; drop table person", "", "Etc/Unknown"]) {
    const reply = await house.ask("workspace set", { zone });
    if (zone) expect(reply.problem?.kind).toBe("options");
  }
  expect((await house.ask("workspace show")).data).toMatchObject({
    item: { name: "Tokyo FM", zone: "Asia/Tokyo", currency: "JPY" },
  });
  expect((await house.ask("workspace set", {})).view.text).toContain("stays as it is");
  expect((await house.ask("workspace set", { zone: "UTC" })).data).toMatchObject({ item: { zone: "UTC" } });
});

test("a person chooses their own language; nobody else's changes", async () => {
  const made = (await house.ask("token create", { name: "hana" })).data?.item as { person: string };
  const hana = { workspaceId: house.owner.workspaceId, personId: made.person };
  expect((await house.ask("language", { language: "ja" }, { as: hana })).data).toMatchObject({
    item: { locale: "ja" },
  });
  expect((await house.ask("whoami", {}, { as: hana })).data).toMatchObject({ item: { locale: "ja" } });
  expect((await house.ask("whoami")).data).toMatchObject({ item: { locale: "en" } });
  expect((await house.ask("language", { language: "tlh" }, { as: hana })).problem?.kind).toBe("options");
});
