import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { LOBBY, type Role } from "../act.ts";
import type { Reply } from "../inbox/index.ts";
import { view } from "../view/index.ts";
import { command } from "./command.ts";
import { dispatch } from "./dispatch.ts";
import { choice, text, whole } from "./options/index.ts";

const make = (name: string, role: Role, more = {}) =>
  command({ name, says: `Do ${name}`, role, run: () => view("Done."), ...more });
const songs = make("tune make", "staff", {
  effects: ["spend"],
  options: {
    title: text("Its title", { max: 40, example: "night drive" }),
    count: whole("How many", { min: 1, max: 5, default: 1 }),
    mood: choice("Mood", ["calm", "wild"]).optional(),
  },
});
let house: TestHouse;
beforeAll(async () => {
  house = await testHouse({ commands: [songs, make("tune drop", "owner"), make("hum", "member")] });
});
afterAll(() => house.close());

const block = (reply: Reply, kind: string) => reply.view.blocks.find((b) => b.kind === kind);
/** A part of a block, when it is there. */
function part<T>(reply: Reply, kind: string, name: string): T[] {
  const found = block(reply, kind) as Record<string, unknown> | undefined;
  return (found?.[name] ?? []) as T[];
}
const lines = (reply: Reply) => part<{ text: string }>(reply, "list", "items").map((i) => i.text);
/** The same, told to somebody else, without a database between. */
const as = (role: Role, topic?: string, slug = "test-radio") => {
  const act = {
    role,
    locale: "en",
    workspace: { slug, zone: "UTC", currency: "USD" },
    now: new Date(0),
    say: (t: string) => t,
  } as never;
  return dispatch(house.commands, { name: "help", options: topic ? { topic } : {} }, act) as Promise<Reply>;
};

test("without a topic: what you may run, by first words", async () => {
  const reply = await house.ask("help");
  expect(lines(reply)).toEqual(expect.arrayContaining(["/help", "/tune", "/hum"]));
  expect(part(reply, "list", "items")).toContainEqual({ id: "tune", text: "/tune", note: "make · drop" });
  expect(lines(await as("member"))).toContain("/hum");
  expect(lines(await as("member"))).not.toContain("/tune");
  expect((await as("staff")).data).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ id: "tune make" })]),
  });
  expect(JSON.stringify((await as("staff")).data)).not.toContain("tune drop");
});

test("its menu leads on", async () => {
  const reply = await house.ask("help");
  // More words than one menu holds.
  const menus = reply.view.blocks.filter((b) => b.kind === "select");
  expect(menus.every((m) => m.choices.length <= 25)).toBe(true);
  const choice = menus.flatMap((m) => m.choices).find((c) => c.value === "tune");
  const pressed = await house.press(choice!.action!);
  expect(lines(pressed)).toEqual(["/tune make", "/tune drop"]);
});

test("the menu of a first word explains what has effects, and needs somebody who may", async () => {
  const reply = await house.ask("help", { topic: "tune" });
  const choices = part<{ value: string; label: string; action: string }>(reply, "select", "choices");
  expect(choices.map((c) => c.label)).toEqual(["/tune make", "/tune drop"]);
  expect((await house.press(choices[0]!.action)).command).toBe("help");
  expect(block(await as("member", "tune"), "select")).toBeUndefined();
});

test.each(["tune make", "/tune_make", "Tune.Make", "tune make count:3"])(
  "%s: its options, bounds, examples and a form",
  async (topic) => {
    const reply = await house.ask("help", { topic });
    expect(part(reply, "list", "items")).toEqual([
      { id: "title", text: "title", note: "Its title · needed · up to 40 letters" },
      { id: "count", text: "count", note: "How many · otherwise 1 · 1 to 5" },
      { id: "mood", text: "mood", note: "Mood · if you like · calm, wild" },
    ]);
    expect(JSON.stringify(reply.view)).toContain('/tune make title:\\"night drive\\"');
    expect(block(reply, "form")).toMatchObject({ command: "tune make" });
    expect(part(reply, "fields", "fields")).toEqual([
      { label: "Who may", value: "staff" },
      { label: "Has effects", value: "asks first when an agent proposes it" },
    ]);
    expect(reply.data).toMatchObject({ item: { id: "tune make", role: "staff" } });
  },
);

test("who may not run it hears who may, and gets no form", async () => {
  const reply = await as("member", "tune make");
  expect(reply.status).toBe("done");
  expect(block(reply, "form")).toBeUndefined();
});

test("what needs nothing has a button", async () => {
  const reply = await house.ask("help", { topic: "hum" });
  const [button] = part<{ action: string }>(reply, "buttons", "buttons");
  expect(await house.press(button!.action)).toMatchObject({ status: "done", command: "hum" });
});

test("an unknown topic is answered with the nearest", async () => {
  const near = await house.ask("help", { topic: "tuen make" });
  expect(near.problem).toMatchObject({
    kind: "missing",
    detail: "There is no command called tuen make. Did you mean /tune make?",
  });
  const far = await house.ask("help", { topic: "xyzzyxyzzy" });
  expect(far.problem?.detail).toBe("There is no command called xyzzyxyzzy. /help lists all.");
});

test("where no workspace is, it names what works there", async () => {
  const reply = await as("member", undefined, LOBBY);
  expect(lines(reply)).toContain("/help");
  expect(lines(reply)).not.toContain("/hum");
  expect(block(await as("member", "hum", LOBBY), "buttons")).toBeUndefined();
});
