// The path to every effect, without a database: who may, what is asked, what it costs.
import { expect, test } from "vitest";
import type { Act, Role } from "../act.ts";
import { view } from "../view/index.ts";
import { say } from "../words/say.ts";
import { command } from "./command.ts";
import { dispatch } from "./dispatch.ts";
import { choice, text, whole } from "./options/index.ts";
import { type Registry, registry } from "./registry.ts";

const act = (role: Role = "owner") =>
  ({
    role,
    locale: "en",
    workspace: { slug: "test", locale: "en", zone: "UTC", currency: "USD" },
    now: new Date("2026-11-20T12:00:00Z"),
    say: (t, v) => say("en", t, v),
  }) as Partial<Act> as Act;

let ran = 0;
const make = (name: string, more = {}) =>
  command({
    name,
    says: "Do it",
    role: "staff",
    options: {
      what: text("What"),
      count: whole("How many", { default: 1 }),
      mood: choice("Mood", ["calm", "wild"]).optional(),
    },
    run: ({ options }) => {
      ran++;
      return { view: view("Done."), data: { item: { id: "1", ...options } } };
    },
    ...more,
  });
const house = registry([
  make("note add"),
  make("note drop", { effects: ["delete"] }),
  make("role give", { effects: ["access"], agents: "never" }),
]);
const ask = (
  name: string,
  options: Record<string, unknown> = {},
  more: { role?: Role; proposed?: boolean; confirmed?: boolean } = {},
) => dispatch(house, { name, options, ...more }, act(more.role));

test("who may not is told who may, whatever else is wrong", async () => {
  const reply = await ask("note add", { what: 5, nonsense: 1 }, { role: "member" });
  expect(reply).toMatchObject({ status: "refused", problem: { kind: "role" } });
});

test("every mistake is told at once, each with what was perhaps meant", async () => {
  const reply = await ask("note add", { cuont: 3, mood: "clam", count: "x" });
  expect(reply.problem?.errors).toEqual([
    { option: "cuont", detail: "There is no option called cuont. Did you mean count?" },
    { option: "what", detail: "This is needed." },
    { option: "count", detail: "Write a whole number, such as 1." },
    { option: "mood", detail: "Choose one of: calm, wild. Did you mean calm?" },
  ]);
});

test("what an agent proposes waits where it has effects, and is refused where only people may", async () => {
  ran = 0;
  expect(await ask("note drop", { what: "x" }, { proposed: true })).toMatchObject({ status: "confirm" });
  expect(await ask("role give", { what: "x" }, { proposed: true })).toMatchObject({
    status: "refused",
    problem: { kind: "role" },
  });
  expect(ran).toBe(0);
  expect(await ask("note add", { what: "x" }, { proposed: true })).toMatchObject({
    status: "done",
    data: { item: { what: "x", count: 1 } },
  });
  expect(await ask("note drop", { what: "x" }, { confirmed: true })).toMatchObject({ status: "done" });
});

test("an unknown word is answered with the nearest, as buttons", async () => {
  const reply = await ask("note ad", { what: "x" });
  expect(reply.problem?.kind).toBe("missing");
  const buttons = reply.view.blocks.find((b) => b.kind === "buttons");
  expect(buttons?.kind === "buttons" && buttons.buttons[0]?.press).toMatchObject({
    command: "note add",
    options: { what: "x" },
  });
});

test("an unexpected error goes through to whoever can undo the work", async () => {
  const broken = registry([
    make("note add", {
      run: () => {
        throw new TypeError("broken");
      },
    }),
  ]);
  await expect(dispatch(broken, { name: "note add", options: { what: "x" } }, act())).rejects.toThrow("broken");
});

test("a dispatch costs the same among one command and among five hundred", async () => {
  const among = (count: number) => registry(Array.from({ length: count }, (_, n) => make(`do c${n}`)));
  const cost = async (commands: Registry, name: string) => {
    const times: number[] = [];
    for (let n = 0; n < 4000; n++) {
      const before = performance.now();
      await dispatch(commands, { name, options: { what: "hello" } }, act());
      times.push(performance.now() - before);
    }
    return times.sort((a, b) => a - b)[times.length / 2]!;
  };
  const [few, many] = [among(1), among(500)];
  await cost(few, "do c0");
  const one = await cost(few, "do c0");
  const last = await cost(many, "do c499");
  // Medians of one run: a linear search would be far beyond this.
  expect(last).toBeLessThan(one * 4 + 0.002);
});
