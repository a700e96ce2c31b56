import { afterAll, beforeAll, expect, test } from "vitest";
import { findSession, startSession } from "../../core/session/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";
import { stillThere } from "./still.ts";
import type { Who } from "./web.ts";

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb();
});
afterAll(() => web.close());

const inside = <T>(work: (sql: ReturnType<typeof rawOf>) => Promise<T>) =>
  inWorkspace(web.house.database, web.house.owner.workspaceId, (tx) => work(rawOf(tx)));

/** Somebody with a token and a browser, and each way as it is when a stream is opened with it. */
async function opened(name: string) {
  const made = (await web.house.ask("token create", { name, role: "staff" })).data?.item as {
    id: string;
    person: string;
  };
  const { database, owner, sources, clock } = web.house;
  const own = { workspaceId: owner.workspaceId, personId: made.person };
  const key = await startSession(database, sources, own);
  const found = (await findSession(database, clock.now, key))!;
  const byToken: Who = { ...own, database, via: "token", tokenId: made.id, sessionId: null };
  const bySession: Who = { ...own, database, via: "session", tokenId: null, sessionId: found.sessionId };
  return { ...made, byToken, bySession };
}
const look = (who: Who) => stillThere(web.web, who, "staff");

test("a stream stays with its person: when a token or a browser is another's, it ends", async () => {
  const [a, b] = [await opened("a"), await opened("b")];
  for (const who of [a.byToken, a.bySession]) expect(await look(who)).toBe(true);
  await inside(async (sql) => {
    await sql`update token set person_id = ${b.person} where id = ${a.id}`;
    await sql`update session set person_id = ${b.person} where person_id = ${a.person}`;
  });
  for (const who of [a.byToken, a.bySession]) expect(await look(who)).toBe(false);
  for (const who of [b.byToken, b.bySession]) expect(await look(who)).toBe(true);
});

test("another role, a revoked token and an ended session end it too", async () => {
  const c = await opened("c");
  expect(await stillThere(web.web, c.byToken, "owner")).toBe(false);
  await inside((sql) => sql`update session set ended_at = now() where person_id = ${c.person}`);
  expect(await look(c.bySession)).toBe(false);
  expect(await look(c.byToken)).toBe(true);
  await web.house.ask("token revoke", { name: "c" });
  expect(await look(c.byToken)).toBe(false);
});
