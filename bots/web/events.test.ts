import { afterAll, beforeAll, expect, test } from "vitest";
import { eventKind } from "../../core/act.ts";
import { command, text } from "../../core/command/index.ts";
import { audienceOf } from "../../core/event/index.ts";
import { view } from "../../core/view/index.ts";
import { createWorkspace } from "../../core/workspace/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { testDatabase } from "../../test/house.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";
import { maySee } from "./stream.ts";

const emit = command({
  name: "fact tell",
  says: "Tell a fact",
  role: "member",
  options: { name: text("Its name"), what: text("What") },
  async run({ act, options }) {
    await act.emit(eventKind(options.name), { what: options.what }, "subject");
    return view("Told.");
  },
});

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({ commands: [emit] });
});
afterAll(() => web.close());

type Heard = { id: string; name: string; what: unknown };
type Ear = {
  heard: Heard[];
  open: Promise<void>;
  ended: Promise<void>;
  until(count: number): Promise<void>;
  leave(): void;
  raw: string;
};

/** Listens as a browser's EventSource does. */
function listen(token: string, last = ""): Ear {
  const control = new AbortController();
  const ear: Ear = {
    heard: [],
    raw: "",
    open: Promise.resolve(),
    ended: Promise.resolve(),
    async until(count) {
      for (let n = 0; ear.heard.length < count; n++) {
        if (n > 500) throw new Error(`heard ${ear.heard.length} of ${count}`);
        await new Promise((done) => setTimeout(done, 10));
      }
    },
    leave: () => control.abort(),
  };
  const response = fetch(`${web.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${token}`, ...(last ? { "last-event-id": last } : {}) },
    signal: control.signal,
  });
  ear.open = response.then((r) => {
    expect(r.status).toBe(200);
    expect(r.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  });
  ear.ended = response
    .then(async (r) => {
      let rest = "";
      for await (const part of r.body!.pipeThrough(new TextDecoderStream())) {
        ear.raw += part;
        rest += part;
        const blocks = rest.split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const [, id] = /^id: (.*)$/m.exec(block) ?? [];
          const [, data] = /^data: (.*)$/m.exec(block) ?? [];
          if (id && data) {
            const { name, payload } = JSON.parse(data);
            ear.heard.push({ id, name, what: payload.what });
          }
        }
      }
    })
    .catch((error) => {
      if (!control.signal.aborted) throw error;
    });
  return ear;
}

const tell = (name: string, what: string, token = web.owner) =>
  web.ask("POST", "/api/v1/commands/fact.tell", { token, body: { name, what } });

test("who listens hears what comes, soon, in order and once", async () => {
  const ear = listen(web.owner);
  await ear.open;
  const started = performance.now();
  await tell("channel.started", "first");
  await ear.until(1);
  expect(performance.now() - started).toBeLessThan(1_000);
  await Promise.all(Array.from({ length: 60 }, (_, n) => tell("channel.changed", String(n))));
  await ear.until(61);
  await new Promise((done) => setTimeout(done, 300));
  expect(ear.heard.length).toBe(61);
  expect(new Set(ear.heard.map((h) => h.id)).size).toBe(61);
  const order = ear.heard.map((h) => h.id.split("-").map(BigInt) as [bigint, bigint]);
  const sorted = order.toSorted(([a, b], [c, d]) => (a === c ? Number(b - d) : Number(a - c)));
  expect(order).toEqual(sorted);
  ear.leave();
});

test("a broken connection goes on where it ended, with nothing missed or twice", async () => {
  const first = listen(web.owner);
  await first.open;
  await tell("channel.a", "1");
  await first.until(1);
  first.leave();
  for (let n = 2; n <= 5; n++) await tell("channel.a", String(n));
  const again = listen(web.owner, first.heard[0]!.id);
  await again.open;
  await tell("channel.a", "6");
  await again.until(5);
  await new Promise((done) => setTimeout(done, 300));
  expect(again.heard.map((h) => h.what)).toEqual(["2", "3", "4", "5", "6"]);
  again.leave();
});

test("a long past comes page by page and in order", async () => {
  const { workspaceId, personId } = web.house.owner;
  const ear = listen(web.owner);
  await ear.open;
  await tell("channel.b", "begin");
  await ear.until(1);
  ear.leave();
  await inWorkspace(web.house.database, workspaceId, async (tx) => {
    await rawOf(tx)`
      insert into event (workspace_id, id, name, at, person_id, subject, payload)
      select ${workspaceId}, gen_random_uuid(), 'channel.b', now(), ${personId}, '', jsonb_build_object('what', n, 'long', repeat('x', 800))
      from generate_series(1, 1200) n`;
  });
  const again = listen(web.owner, ear.heard[0]!.id);
  await again.until(1200);
  expect(again.heard.map((h) => h.what)).toEqual(Array.from({ length: 1200 }, (_, n) => n + 1));
  again.leave();
});

test("a transaction that began earlier and commits later is not missed", async () => {
  const ear = listen(web.owner);
  await ear.open;
  const { workspaceId, personId } = web.house.owner;
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  let begun = () => {};
  const writing = new Promise<void>((done) => (begun = done));
  const slow = inWorkspace(web.house.database, workspaceId, async (tx) => {
    await rawOf(tx)`insert into event (workspace_id, id, name, at, person_id, subject, payload)
      values (${workspaceId}, gen_random_uuid(), 'channel.slow', now(), ${personId}, '', '{"what": "slow"}')`;
    begun();
    await held;
  });
  await writing;
  await tell("channel.quick", "quick");
  await new Promise((done) => setTimeout(done, 400));
  expect(ear.heard).toEqual([]);
  release();
  await slow;
  await ear.until(2);
  expect(ear.heard.map((h) => h.what)).toEqual(["slow", "quick"]);
  ear.leave();
});

test("a long transaction in another database of the same server holds nobody up", async () => {
  const ear = listen(web.owner);
  await ear.open;
  const other = await testDatabase(1);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  const long = other.client.begin(async (sql) => {
    await sql`select pg_current_xact_id()`;
    await held;
  });
  await tell("channel.quick", "quick");
  await ear.until(1);
  release();
  await long;
  await other.drop();
  ear.leave();
});

test("what another process wrote is heard without being announced", async () => {
  const ear = listen(web.owner);
  await ear.open;
  const { workspaceId, personId } = web.house.owner;
  await new Promise((done) => setTimeout(done, 600));
  await inWorkspace(web.house.database, workspaceId, async (tx) => {
    await rawOf(tx)`insert into event (workspace_id, id, name, at, person_id, subject, payload)
      values (${workspaceId}, gen_random_uuid(), 'channel.other', now(), ${personId}, '', '{"what": "other"}')`;
  });
  await ear.until(1);
  ear.leave();
});

test("each hears what is theirs to hear, and nothing of another workspace", async () => {
  const member = await web.person("member");
  const staff = await web.person("staff");
  const other = await createWorkspace(web.house.database, web.house.sources, { name: "Other", slug: "other-radio" });
  const foreign = await web.person("owner", other.workspaceId);
  const ears = [member, staff, foreign].map((p) => listen(p.token));
  await Promise.all(ears.map((e) => e.open));
  await tell("channel.started", "public");
  await tell("payout.sent", "owner only");
  await tell("job.done", "staff");
  await tell("run.changed", "owner's run");
  await tell("run.changed", "own run", member.token);
  await tell("channel.ended", "last");
  await ears[0]!.until(3);
  await ears[1]!.until(3);
  const what = ears.map((e) => e.heard.map((h) => h.what));
  expect(what[0]).toEqual(["public", "own run", "last"]);
  expect(what[1]).toEqual(["public", "staff", "last"]);
  expect(what[2]).toEqual([]);
  for (const ear of ears) ear.leave();
});

test.each(["x", "1", "1-", "-1", "1-2-3", "99999999999999999999-1", "1-99999999999999999999"])(
  "Last-Event-ID %j is refused",
  async (last) => {
    const answer = await web.ask("GET", "/api/v1/events", { headers: { "last-event-id": last } });
    expect(answer.status).toBe(400);
  },
);

test("tabs of one person are bounded, and leaving frees the place", async () => {
  const person = await web.person("member");
  const ears = Array.from({ length: 20 }, () => listen(person.token));
  await Promise.all(ears.map((e) => e.open));
  const more = await web.ask("GET", "/api/v1/events", { token: person.token });
  expect(more.status).toBe(429);
  for (const ear of ears) ear.leave();
  await Promise.all(ears.map((e) => e.ended));
  await new Promise((done) => setTimeout(done, 50));
  const again = listen(person.token);
  await again.open;
  again.leave();
});

test("a tail that begins after its listener was sent away is left at once", async () => {
  const { tails } = web.web;
  let listening = 0;
  web.web.tails = {
    ...tails,
    async listen(...where) {
      const tail = await tails.listen(...where);
      listening++;
      await new Promise((done) => setTimeout(done, 2_700));
      const leave = () => {
        listening--;
        tail.leave();
      };
      return { ...tail, leave };
    },
  };
  const { status } = await web.ask("GET", "/api/v1/events");
  web.web.tails = tails;
  expect([status, listening]).toEqual([503, 1]);
  await expect.poll(() => listening).toBe(0);
});

test("who hears of what", () => {
  expect(audienceOf("channel.started")).toBe("everyone");
  expect(audienceOf("run.changed")).toBe("own");
  expect(audienceOf("something.new")).toBe("staff");
  expect(audienceOf("constructor")).toBe("staff");
  expect(maySee({ name: "payout.sent", personId: "a" }, { personId: "a" }, "member")).toBe(true);
  expect(maySee({ name: "payout.sent", personId: "a" }, { personId: "b" }, "staff")).toBe(false);
  expect(maySee({ name: "run.changed", personId: "a" }, { personId: "b" }, "owner")).toBe(true);
  expect(maySee({ name: "job.done", personId: null }, { personId: "b" }, "partner")).toBe(false);
});

test("when the house stops, streams end", async () => {
  const own = await testWeb({ commands: [emit] });
  const response = await fetch(`${own.url}/api/v1/events`, { headers: { authorization: `Bearer ${own.owner}` } });
  const ended = response.text();
  await own.close();
  expect(await ended).toContain(": welcome");
});
