import { afterAll, beforeAll, expect, test } from "vitest";
import { choice, command, text, whole } from "../../core/command/index.ts";
import { refuse } from "../../core/problem.ts";
import { view } from "../../core/view/index.ts";
import { createWorkspace } from "../../core/workspace/index.ts";
import { setting } from "../../db/schema/index.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";

let effects = 0;
const add = command({
  name: "note add",
  says: "Keep a note",
  role: "staff",
  options: { text: text("What", { max: 200 }), count: whole("How many", { min: 1, max: 5, default: 1 }) },
  async run({ act, options }) {
    effects++;
    await act.db
      .insert(setting)
      .values({ workspaceId: act.workspace.id, key: act.run, value: options, updatedAt: act.now });
    return { view: view("Noted."), data: { item: { id: act.run, ...options } } };
  },
});
const wipe = command({
  name: "note wipe",
  says: "Throw all notes away",
  role: "owner",
  confirm: "always",
  effects: ["delete"],
  options: { which: choice("Which", ["all", "old"], { default: "all" }) },
  run: async () => view("Gone."),
});
const wait = command({
  name: "note wait",
  says: "Say no for a while",
  role: "member",
  run() {
    throw refuse("rule", "Not before the hour is over.", {}, { retryAfter: 90 });
  },
});
const broken = command({
  name: "note broken",
  says: "Break",
  role: "member",
  run() {
    throw new Error("secret words of the inside");
  },
});

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({ commands: [add, wipe, wait, broken] });
});
afterAll(() => web.close());

test("a command answers with its run, status, view and data", async () => {
  const { status, body, headers } = await web.ask("POST", "/api/v1/commands/note.add", { body: { text: "hello" } });
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: "done", view: { text: "Noted." }, data: { item: { text: "hello", count: 1 } } });
  expect(headers.get("cache-control")).toBe("no-store");
  const again = await web.ask("GET", `/api/v1/runs/${body.run}`);
  expect(again.status).toBe(200);
  expect(again.body).toEqual(body);
});

test("a command without options needs no body", async () => {
  const { status, body } = await web.ask("POST", "/api/v1/commands/whoami");
  expect(status).toBe(200);
  expect(body).toMatchObject({ data: { item: { role: "owner", workspace: "test-radio" } } });
});

test.each([
  ["note.add", { count: 9 }, 400, "options"],
  ["note.nope", {}, 404, "missing"],
  ["note.wait", {}, 422, "rule"],
  ["note.broken", {}, 500, "internal"],
])("%s with %j is a problem %i", async (name, body, status, kind) => {
  const answer = await web.ask("POST", `/api/v1/commands/${name}`, { body });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({ type: `urn:impresario:problem:${kind}`, status });
  expect(Object.keys(answer.body)).toEqual(
    expect.arrayContaining(["title", "detail", "errors", "run", "outcome", "view"]),
  );
  expect(answer.text).not.toContain("secret words");
  const later = await web.ask("GET", `/api/v1/runs/${answer.body.run}`);
  expect(later.status).toBe(200);
  expect(later.body).toMatchObject({ run: answer.body.run, status: answer.body.outcome });
  expect(later.body.problem).toEqual(answer.body);
});

test("wrong options are all named", async () => {
  const { body } = await web.ask("POST", "/api/v1/commands/note.add", { body: { count: 9, extra: true } });
  expect((body.errors as { option: string }[]).map((e) => e.option).sort()).toEqual(["count", "extra", "text"]);
});

test("a rule says when it is worth asking again", async () => {
  const { headers, body } = await web.ask("POST", "/api/v1/commands/note.wait");
  expect(headers.get("retry-after")).toBe("90");
  expect(body.retry_after).toBe(90);
});

test("the same key gives the first answer, another body a clash, and two tokens share no keys", async () => {
  effects = 0;
  const headers = { "idempotency-key": "k-1" };
  const answers = await Promise.all(
    Array.from({ length: 200 }, () =>
      web.ask("POST", "/api/v1/commands/note.add", { body: { text: "once" }, headers }),
    ),
  );
  expect(new Set(answers.map((a) => `${a.status} ${a.text}`)).size).toBe(1);
  expect(effects).toBe(1);
  const clash = await web.ask("POST", "/api/v1/commands/note.add", { body: { text: "other" }, headers });
  expect(clash.status).toBe(409);
  const staff = await web.person("staff");
  const own = await web.ask("POST", "/api/v1/commands/note.add", {
    token: staff.token,
    body: { text: "mine" },
    headers,
  });
  expect(own.body).toMatchObject({ status: "done", data: { item: { text: "mine" } } });
});

test("two persons at the console share no keys", async () => {
  const one = await web.person("staff");
  const two = await web.person("staff");
  const send = async (as: typeof one) => {
    const { cookie, csrf } = await web.signIn(as);
    return web.ask("POST", "/api/v1/commands/whoami", {
      token: null,
      headers: { cookie, "x-csrf": csrf, "idempotency-key": "same" },
    });
  };
  const [first, second] = [await send(one), await send(two)];
  expect(first.body).toMatchObject({ data: { item: { id: one.personId } } });
  expect(second.body).toMatchObject({ data: { item: { id: two.personId } } });
});

test("a refused key is refused the same way again", async () => {
  const send = () => web.ask("POST", "/api/v1/commands/note.wait", { headers: { "idempotency-key": "k-2" }, body: {} });
  const first = await send();
  expect(first.status).toBe(422);
  expect((await send()).body).toEqual(first.body);
});

test.each(["", " ", "x".repeat(201), "kéy"])("the key %j is refused", async (key) => {
  const answer = await web.ask("POST", "/api/v1/commands/whoami", {
    headers: { "idempotency-key": Buffer.from(key, "utf8").toString("latin1") },
  });
  expect(answer.status).toBe(400);
});

test("an effect waits for its button, which works once and only for the one who asked", async () => {
  const asked = await web.ask("POST", "/api/v1/commands/note.wipe", { body: {} });
  expect(asked.status).toBe(200);
  expect(asked.body.status).toBe("confirm");
  const blocks = (asked.body.view as { blocks: { kind: string; buttons?: { action: string }[] }[] }).blocks;
  const token = blocks.find((b) => b.kind === "buttons")?.buttons?.[0]?.action;
  const stranger = await web.person("owner");
  const refused = await web.ask("POST", `/api/v1/actions/${token}`, { token: stranger.token });
  expect(refused.status).toBe(403);
  const done = await web.ask("POST", `/api/v1/actions/${token}`);
  expect(done.body).toMatchObject({ status: "done", view: { text: "Gone." } });
  const again = await web.ask("POST", `/api/v1/actions/${token}`);
  expect(again.body.run).toBe(done.body.run);
  expect((await web.ask("POST", "/api/v1/actions/rNOTHINGATALL00")).status).toBe(404);
  expect((await web.ask("POST", `/api/v1/actions/${token}`, { body: { input: [1] } })).status).toBe(400);
});

test("runs and buttons of another person or workspace are not there", async () => {
  const { body } = await web.ask("POST", "/api/v1/commands/note.wipe", { body: {} });
  const staff = await web.person("staff");
  expect((await web.ask("GET", `/api/v1/runs/${body.run}`, { token: staff.token })).status).toBe(404);
  const other = await createWorkspace(web.house.database, web.house.sources, { name: "Other", slug: `o-${body.run}` });
  const foreign = await web.person("owner", other.workspaceId);
  expect((await web.ask("GET", `/api/v1/runs/${body.run}`, { token: foreign.token })).status).toBe(404);
  const text = JSON.stringify(body.view);
  const token = /"action":"(\w+)"/.exec(text)?.[1];
  expect((await web.ask("POST", `/api/v1/actions/${token}`, { token: foreign.token })).status).toBe(404);
  const mine = await web.ask("POST", "/api/v1/commands/whoami", { token: staff.token });
  expect((await web.ask("GET", `/api/v1/runs/${mine.body.run}`)).status).toBe(200);
  expect((await web.ask("GET", "/api/v1/runs/..%2f..%2fetc")).status).toBe(404);
});

test("the history is one's own, newest first, page by page", async () => {
  const staff = await web.person("staff");
  const { cookie, csrf } = await web.signIn(staff);
  const headers = { cookie, "x-csrf": csrf };
  for (const text of ["a", "b", "c"]) {
    web.house.clock.pass(1);
    await web.ask("POST", "/api/v1/commands/note.add", { token: null, headers, body: { text } });
  }
  const page = await web.ask("GET", "/api/v1/runs?limit=2", { token: null, headers });
  type Item = { asked: { options: { text: string } }; run: string };
  expect((page.body.items as Item[]).map((i) => i.asked.options.text)).toEqual(["c", "b"]);
  const next = await web.ask("GET", `/api/v1/runs?limit=2&before=${page.body.next}`, { token: null, headers });
  expect((next.body.items as Item[]).map((i) => i.asked.options.text)).toEqual(["a"]);
  expect(next.body.next).toBeUndefined();
  for (const query of ["limit=0", "limit=x", "before=1"])
    expect((await web.ask("GET", `/api/v1/runs?${query}`)).status).toBe(400);
});
