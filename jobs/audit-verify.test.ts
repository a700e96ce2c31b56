import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "../core/ids.ts";
import type { Reply } from "../core/inbox/index.ts";
import { signed } from "../core/keys.ts";
import { connect, type Database, rawOf } from "../db/connect.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { verifyJob } from "./audit-verify.ts";

const MANY = 20_500;

let shop: Workshop;
let keeper: Database;
let ids: string[];
beforeAll(async () => {
  shop = await workshop({ handlers: [verifyJob] });
  const { ownerUrl } = shop.house.database;
  keeper = connect({ ownerUrl, appUrl: ownerUrl, max: 1 });
  ids = await write(MANY, shop.house.clock.now.getTime() - 3_600_000 * 24, 100);
});
afterAll(async () => {
  await keeper.close();
  await shop.close();
});

/** Rows as the product writes them, as many as years of work leave. */
function write(count: number, from: number, step: number): Promise<string[]> {
  const { house } = shop;
  const rows = Array.from({ length: count }, (_, n) => {
    const at = new Date(from + n * step);
    const row = {
      workspaceId: house.owner.workspaceId,
      id: uuidv7(at.getTime()),
      at: at.toISOString(),
      runId: null,
      personId: house.owner.personId,
      surface: "http",
      place: "api",
      command: "thing touch",
      outcome: "done",
      changes: [{ what: "thing", id: String(n) }],
    };
    return { ...row, hash: signed(house.keys.audit, row).toString("hex") };
  });
  return keeper.orm.transaction(async (tx) => {
    await rawOf(tx)`
      insert into audit (workspace_id, id, at, run_id, person_id, surface, place, command, outcome, changes, hash)
      select (r->>'workspaceId')::uuid, (r->>'id')::uuid, (r->>'at')::timestamptz, null, (r->>'personId')::uuid,
        r->>'surface', r->>'place', r->>'command', r->>'outcome', r->'changes', decode(r->>'hash', 'hex')
      from jsonb_array_elements(${JSON.stringify(rows)}::text::jsonb) as r`;
    return rows.map((row) => row.id).sort();
  });
}

type Item = { ok: boolean; rows: number; blocks: number; head: string; count: number; found: object[] };
const itemOf = (reply: Reply) => reply.data?.item as Item;
async function verify(head?: string): Promise<Item> {
  const asked = await shop.house.ask("audit verify", head ? { head } : {});
  expect(asked).toMatchObject({ status: "running", job: expect.any(String) });
  const ended = await shop.house.ended(asked.run);
  expect(ended.status).toBe("done");
  return itemOf(ended);
}

test("a long log is verified by a job, whose answer is the same", { timeout: 60_000 }, async () => {
  const whole = await verify();
  expect(whole).toMatchObject({ ok: true, count: 0 });
  expect(whole.rows).toBeGreaterThanOrEqual(MANY);
  expect(whole.blocks).toBeGreaterThanOrEqual(MANY / 1000);
  const touched = ids[12_345]!;
  await keeper.client`update audit set outcome = 'refused' where id = ${touched}`;
  expect(await verify()).toMatchObject({ ok: false, count: 1, found: [{ kind: "edited", row: touched }] });
  await keeper.client`update audit set outcome = 'done' where id = ${touched}`;
  expect(await verify(whole.head)).toMatchObject({ ok: true });
  const other = whole.head.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  expect(await verify(other)).toMatchObject({ ok: false, found: [{ kind: "block" }] });
});

test("a row of a transaction that took very long is no finding, and is sealed now", { timeout: 60_000 }, async () => {
  const [late] = await write(1, shop.house.clock.now.getTime() - 3_600_000 * 20, 1);
  const sealed = () => keeper.client`select 1 from audit_block where ${late!} = any(rows)`;
  expect(await sealed()).toHaveLength(0);
  expect(await verify()).toMatchObject({ ok: true, count: 0 });
  expect(await sealed()).toHaveLength(1);
});

test("a head that is none is refused before any work", async () => {
  expect((await shop.house.ask("audit verify", { head: "nothing" })).status).toBe("refused");
});

test("“before” that is no entry is told in its own words", async () => {
  const refused = await shop.house.ask("audit list", { before: "nothing" });
  expect(refused.view.text).toContain("is the id of an entry");
});
