import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../db/connect.ts";
import { setting } from "../../db/schema/index.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { openWire } from "../../test/wire.ts";
import { choice, command, whole } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { handle } from "./handle.ts";

let effects = 0;
const write = command({
  name: "note add",
  says: "Keep a note",
  role: "staff",
  options: { count: whole("How many", { min: 1, max: 5, default: 1 }), colour: choice("Which", ["red", "blue"]) },
  async run({ act, options }) {
    effects++;
    await act.db
      .insert(setting)
      .values({ workspaceId: act.workspace.id, key: act.run, value: options, updatedAt: act.now });
    act.changed({ what: "note", id: act.run, to: options });
    return { view: view(act.say("Noted.")), data: { item: { id: act.run, ...options } } };
  },
});
const half = command({
  name: "note half",
  says: "Write, then refuse",
  role: "member",
  async run({ act }) {
    await act.db.insert(setting).values({ workspaceId: act.workspace.id, key: "half", value: 1, updatedAt: act.now });
    throw refuse("rule", "No room left.");
  },
});
const wipe = command({
  name: "note wipe",
  says: "Throw all notes away",
  role: "owner",
  confirm: "always",
  effects: ["delete"],
  async run({ act }) {
    await act.db.delete(setting);
    return view(act.say("Gone."));
  },
});

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse({ commands: [write, half, wipe] });
});
afterAll(() => house.close());

const notes = () =>
  house.database.client.begin(async (sql) => {
    await sql`select set_config('app.workspace', ${house.owner.workspaceId}, true)`;
    return sql`select key from setting`;
  });

test("a command runs, answers and leaves an audit row", async () => {
  const reply = await house.ask("note.add", { colour: "red" });
  expect(reply).toMatchObject({ status: "done", command: "note add", data: { item: { count: 1, colour: "red" } } });
});

test("a refusal inside a run undoes what the run wrote, and is an answer", async () => {
  const reply = await house.ask("note half");
  expect(reply).toMatchObject({ status: "refused", problem: { kind: "rule", detail: "No room left." } });
  expect((await notes()).map((n) => n.key)).not.toContain("half");
});

test("the same delivery at once, a thousand times: one effect, a thousand equal answers", async () => {
  effects = 0;
  const send = () => house.ask("note add", { colour: "blue" }, { delivery: "d1" });
  const [replies, other] = await Promise.all([
    Promise.all(Array.from({ length: 1000 }, send)),
    // The storm leaves the pool to others.
    house.ask("whoami"),
  ]);
  expect(other.status).toBe("done");
  replies.push(await send());
  expect(effects).toBe(1);
  for (const reply of replies) expect(reply).toEqual(replies[0]);
  expect(house.inFlight.size).toBe(0);
});

test("the same delivery with another body is a clash, at once and later", async () => {
  const [one, two] = await Promise.all([
    house.ask("note add", { colour: "blue" }, { delivery: "d2" }),
    house.ask("note add", { colour: "red" }, { delivery: "d2" }),
  ]);
  expect([one.problem?.kind, two.problem?.kind].sort()).toEqual(["clash", undefined]);
  const later = await house.ask("note add", { colour: "red", count: 3 }, { delivery: "d2" });
  expect(later.problem?.kind).toBe("clash");
});

test("text that no database can keep is kept as far as it goes", async () => {
  const reply = await house.ask("note add", { colour: "red", "a\0b": "\ud800 \0" }, { delivery: "d3\0" });
  expect(reply.problem?.kind).toBe("options");
});

test("an effect that needs a person's word waits for the button, which works once", async () => {
  const asked = await house.ask("note wipe");
  expect(asked.status).toBe("confirm");
  const buttons = asked.view.blocks.find((b) => b.kind === "buttons");
  const [confirm, cancel] = buttons?.kind === "buttons" ? buttons.buttons : [];
  expect(confirm?.action).toMatch(/^r[A-Za-z0-9]{14}$/);
  expect(JSON.stringify(asked)).not.toContain("press");
  const done = await house.press(confirm!.action!);
  expect(done).toMatchObject({ status: "done", command: "note wipe" });
  expect((await house.press(confirm!.action!)).run).toBe(done.run);
  expect((await house.press(cancel!.action!)).run).toBe(done.run);
});

test("missing and wrong options are told all at once, with a form to mend them", async () => {
  const reply = await house.ask("note add", { count: 9, colour: "green", extra: 1 });
  expect(reply.problem?.kind).toBe("options");
  expect(reply.problem?.errors.map((e) => e.option).sort()).toEqual(["colour", "count", "extra"]);
  expect(reply.view.blocks.at(-1)).toMatchObject({ kind: "form", command: "note add" });
});

test("an unknown word is answered with what was perhaps meant", async () => {
  const reply = await house.ask("noet add");
  expect(reply.problem?.kind).toBe("missing");
  expect(JSON.stringify(reply.view)).toContain("/note add");
});

test("a database that falls silent while it commits: nobody says that nothing was changed", async () => {
  let [deaf, swallowing] = [true, false];
  const wire = await openWire(house.database.appUrl, (data, by) => {
    if (by === "us" && deaf && String(data).includes("commit")) swallowing = true;
    return by === "us" || !swallowing;
  });
  const database = connect({ ownerUrl: house.database.ownerUrl, appUrl: wire.url });
  const say = (delivery: string) =>
    handle(house, database, house.owner, {
      surface: "http",
      tenant: "t1",
      place: "api",
      delivery,
      account: { id: "u1" },
      content: { kind: "command", name: "note add", options: { colour: "blue" } },
    });
  const before = effects;
  const mended = async () => {
    await wire.cut();
    swallowing = false;
    await wire.mend();
  };
  await expect(say("silent1")).rejects.toMatchObject({ kind: "away", message: expect.stringContaining("only once") });
  await mended();
  await expect(say("")).rejects.toMatchObject({ kind: "away", message: expect.stringContaining("all the same") });
  deaf = false;
  await mended();
  expect(await say("silent1")).toMatchObject({ status: "done" });
  expect(effects).toBe(before + 2);
  await wire.cut();
  await expect(say("gone1")).rejects.toMatchObject({
    kind: "away",
    message: expect.stringContaining("Nothing was changed"),
  });
  await wire.mend();
  await database.close();
  await wire.close();
}, 30_000);
