// An outbox at work against a platform of our own, for tests of the way out.
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { edit, type Outbox, type OutboxOptions, post, type Sender, startOutbox } from "../core/outbox/index.ts";
import type { Writer } from "../core/outbox/write.ts";
import { view } from "../core/view/index.ts";
import { inWorkspace } from "../db/connect.ts";
import { type TestHouse, testHouse } from "./house.ts";
import { openPlatform, type Platform } from "./platform.ts";
import { rowsOf } from "./tally.ts";

export type Out = {
  subject: string;
  status: string;
  kind: string;
  attempts: number;
  external: string | null;
  error: string | null;
  lost: string[] | null;
  text: string;
};

export const place = (external: string) => ({ surface: "test", tenant: "t1", external });

/** Call it once at the top of a test file. Each test begins with a new platform, and nothing on its way. */
export function postOffice() {
  const running: Outbox[] = [];
  const office = { house: {} as TestHouse, platform: {} as Platform, running };
  beforeAll(async () => {
    office.house = await testHouse();
  });
  beforeEach(async () => {
    office.platform = await openPlatform();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await office.platform.close();
    await sql("delete from outbox");
  });
  afterAll(() => office.house.close());

  const sql = <T extends object = Record<string, unknown>>(query: string) =>
    rowsOf<T>(office.house.database, office.house.owner, query);
  const rows = (where = "true") =>
    sql<Out>(
      `select subject, status, kind, attempts, external, error, lost, view->>'text' as text from outbox
       where ${where} order by seq, created_at`,
    );
  const write = <T>(work: (act: Writer) => Promise<T>) => {
    const { database, owner, clock, sources } = office.house;
    return inWorkspace(database, owner.workspaceId, (tx) =>
      work({ db: tx, now: clock.now, newId: sources.newId, workspace: { id: owner.workspaceId } }),
    );
  };
  return Object.assign(office, {
    sql,
    rows,
    write,
    outboxWith(options: OutboxOptions = {}, sender: Sender = office.platform.sender): Outbox {
      const outbox = startOutbox(office.house, [sender], { sweep: 50, patience: 300, lease: 1000, ...options });
      running.push(outbox);
      return outbox;
    },
    say: (where: string, subject: string, text = subject) =>
      write((act) => post(act, { place: place(where), subject, view: view(text) })),
    change: (where: string, subject: string, text: string) =>
      write((act) => edit(act, { place: place(where), subject, view: view(text) })),
    settled: (timeout = 10_000) =>
      expect
        .poll(async () => (await rows("status in ('waiting', 'sending')")).length, { timeout, interval: 20 })
        .toBe(0),
    texts: (where?: string) => office.platform.taken.filter((c) => !where || c.place === where).map((c) => c.text),
  });
}
