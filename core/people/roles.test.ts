import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { effectiveRole, ROLES, type Role } from "../act.ts";
import { type Caller, handle } from "../inbox/index.ts";
import { createWorkspace } from "../workspace/index.ts";
import { resolveAccount } from "./index.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

const inside = <T>(work: (sql: ReturnType<typeof rawOf>) => Promise<T>, workspaceId = house.owner.workspaceId) =>
  inWorkspace(house.database, workspaceId, (tx) => work(rawOf(tx)));
const seen = (external: string, name = external) => ({ surface: "chat", tenant: "t1", external, name });
const arrive = async (external: string, name?: string, workspaceId = house.owner.workspaceId): Promise<Caller> => ({
  workspaceId,
  personId: await inWorkspace(house.database, workspaceId, (db) =>
    resolveAccount({ db, workspaceId, now: house.clock.now, newId: house.sources.newId }, seen(external, name)),
  ),
});
const roleOf = (who: Caller) =>
  inside(async (sql) => (await sql<{ role: Role }[]>`select role from person where id = ${who.personId}`)[0]?.role);

test("an account that speaks for the first time, fifty times at once, is one person", async () => {
  const all = await Promise.all(Array.from({ length: 50 }, () => arrive("burst", "Burst")));
  expect(new Set(all.map((c) => c.personId)).size).toBe(1);
  const counts = await inside(
    (sql) => sql`
    select (select count(*)::int from person where name = 'Burst') as persons,
      (select count(*)::int from account where external = 'burst') as accounts`,
  );
  expect(counts[0]).toEqual({ persons: 1, accounts: 1 });
  expect(await roleOf(all[0]!)).toBe("member");
});

test("a new name is kept with the account; the same person comes back", async () => {
  const first = await arrive("renamed", "Before");
  expect(await arrive("renamed", "After")).toEqual(first);
  const [row] = await inside((sql) => sql`select name from account where external = 'renamed'`);
  expect(row).toEqual({ name: "After" });
});

test("the same account in two workspaces is two persons", async () => {
  const other = await createWorkspace(house.database, house.sources, { name: "O", slug: "roles-other" });
  const here = await arrive("both");
  const there = await arrive("both", "both", other.workspaceId);
  expect(there.personId).not.toBe(here.personId);
});

test("a role is granted and taken away, told and noted", async () => {
  const ken = await arrive("ken", "Ken");
  const granted = await house.ask("role grant", { person: "@ken", role: "staff" });
  expect(granted).toMatchObject({ status: "done", data: { item: { id: ken.personId, role: "staff" } } });
  expect(await roleOf(ken)).toBe("staff");
  expect((await house.ask("role grant", { person: ken.personId, role: "staff" })).problem?.kind).toBe("clash");
  expect((await house.ask("role grant", { person: ken.personId, role: "partner" })).problem?.kind).toBe("clash");
  expect((await house.ask("role revoke", { person: ken.personId, role: "partner" })).problem?.kind).toBe("clash");
  expect((await house.ask("role revoke", { person: ken.personId, role: "staff" })).status).toBe("done");
  expect(await roleOf(ken)).toBe("member");
  const rows = await inside(
    (sql) => sql`
    select changes from audit where command like 'role %' and run_id = ${granted.run}`,
  );
  expect(rows[0]?.changes).toEqual([{ what: "person.role", id: ken.personId, from: "member", to: "staff" }]);
  const events = await inside(
    (sql) => sql`select payload from event where name = 'person.role' and subject = ${ken.personId}`,
  );
  expect(events.length).toBe(2);
});

test("only owners give roles, never an agent, never to somebody of another workspace", async () => {
  const eve = await arrive("eve", "Eve");
  expect((await house.ask("role grant", { person: eve.personId, role: "owner" }, { as: eve })).problem?.kind).toBe(
    "role",
  );
  const proposed = await house.ask("role grant", { person: eve.personId, role: "staff" }, { proposed: true });
  expect(proposed.problem?.kind).toBe("role");
  const other = await createWorkspace(house.database, house.sources, { name: "P", slug: "roles-p" });
  const foreign = await house.ask("role grant", { person: other.personId, role: "member" });
  expect(foreign.problem).toMatchObject({ kind: "options", errors: [{ option: "person" }] });
  expect(await roleOf(eve)).toBe("member");
});

test("the last owner stays, also when two owners demote each other at once, twenty times", async () => {
  const alone = await house.ask("role revoke", { person: house.owner.personId, role: "owner" });
  expect(alone.problem).toMatchObject({ kind: "rule" });
  expect(await roleOf(house.owner)).toBe("owner");
  for (let n = 0; n < 20; n++) {
    const other = await arrive(`second ${n}`);
    await house.ask("role grant", { person: other.personId, role: "owner" });
    await Promise.all([
      house.ask("role revoke", { person: other.personId, role: "owner" }),
      house.ask("role revoke", { person: house.owner.personId, role: "owner" }, { as: other }),
    ]);
    const [left] = await inside((sql) => sql`select count(*)::int as n from person where role = 'owner'`);
    expect(left?.n).toBe(1);
    if ((await roleOf(house.owner)) === "member") {
      await house.ask("role grant", { person: house.owner.personId, role: "owner" }, { as: other });
      await house.ask("role revoke", { person: other.personId, role: "owner" });
    }
  }
});

test("what a person may do is the most of their own role and their platform roles", () => {
  for (const own of ROLES) {
    expect(effectiveRole(own, [])).toBe(own);
    for (const mapped of ROLES) {
      const most = ROLES[Math.max(ROLES.indexOf(own), ROLES.indexOf(mapped))];
      expect(effectiveRole(own, [mapped])).toBe(most);
      expect(effectiveRole(own, ["member", mapped, "member"])).toBe(most);
    }
  }
});

test("a platform role stands for ours, in its own server only, until it is unmapped", async () => {
  const dj = await arrive("dj");
  const who = async (roles: string[], tenant = "t1") => {
    const reply = await handle(house, house.database, dj, {
      surface: "chat",
      tenant,
      place: "p",
      delivery: "",
      account: { id: "dj", roles },
      content: { kind: "command", name: "whoami", options: {} },
    });
    return (reply.data?.item as { role: Role } | undefined)?.role;
  };
  const mapped = await house.ask("role map", { external: "<@&77>", role: "partner", surface: "chat", tenant: "t1" });
  expect(mapped).toMatchObject({ status: "done", data: { item: { external: "77", role: "partner" } } });
  expect(await who(["1", "77"])).toBe("partner");
  expect(await who(["1"])).toBe("member");
  expect(await who(["77"], "t2")).toBe("member");
  await house.ask("role map", { external: "77", role: "staff", surface: "chat", tenant: "t1" });
  expect(await who(["77"])).toBe("staff");
  expect((await house.ask("role map", { external: "77", role: "owner" })).problem?.kind).toBe("options");
  const { items } = (await house.ask("role maps")).data as { items: { id: string }[] };
  expect(items.length).toBe(1);
  expect((await house.ask("role unmap", { external: items[0]!.id })).status).toBe("done");
  expect(await who(["77"])).toBe("member");
  expect((await house.ask("role unmap", { external: items[0]!.id })).problem?.kind).toBe("missing");
});
