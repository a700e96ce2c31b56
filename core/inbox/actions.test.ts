import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace } from "../../db/connect.ts";
import { person } from "../../db/schema/index.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { command, whole } from "../command/index.ts";
import { refuse } from "../problem.ts";
import { type View, view } from "../view/index.ts";

const paid: number[] = [];
let closed = false;
const pay = command({
  name: "pot pay",
  says: "Pay so much",
  role: "member",
  options: { count: whole("How much", { min: 1, max: 99 }) },
  effects: ["spend"],
  confirm: "always",
  run({ act, options }) {
    // Told and not thrown, as wrong codes are.
    if (closed) return { refusal: refuse("rule", "The pot is closed.") };
    paid.push(options.count);
    return view(act.say("Paid."));
  },
});
const card = command({
  name: "pot show",
  says: "A card with buttons of every kind",
  role: "member",
  run({ act }) {
    const press = { command: "whoami", audience: "asker" } as const;
    return view(
      act.say("The pot."),
      {
        kind: "buttons",
        buttons: [
          { label: "again", press: { ...press, uses: "many" } },
          { label: "each", press: { ...press, uses: "person", audience: "anyone" } },
          { label: "mine", press: { ...press, uses: "person" } },
          { label: "yes", press: { ...press, uses: "once" } },
          { label: "no", press: { ...press, uses: "once" } },
        ],
      },
      { kind: "buttons", buttons: [{ label: "alone", press: { ...press, uses: "once" } }] },
    );
  },
});

const secret = command({
  name: "pot key",
  says: "For whoever asks, alone",
  role: "member",
  reply: "private",
  run: ({ act }) => view(act.say("The key of {name}.", { name: act.person.name })),
});
const offer = command({
  name: "pot offer",
  says: "A button for the first of all",
  role: "member",
  run: ({ act }) =>
    view(act.say("Who is first?"), {
      kind: "buttons",
      buttons: [{ label: "me", press: { command: "pot key", uses: "once", audience: "anyone" } }],
    }),
});

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse({ commands: [pay, card, secret, offer] });
});
afterAll(() => house.close());

const buttons = (shown: View) => shown.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
const token = (shown: View, label: string) => buttons(shown).find((b) => b.label === label)!.action!;

test("a press takes away the buttons that are used up by it, and no others", async () => {
  const { run, view: shown } = await house.ask("pot show");
  const left = async () => buttons((await house.answer(run))!.view).map((b) => b.label);
  for (const label of ["again", "each"]) await house.press(token(shown, label));
  expect(await left()).toEqual(["again", "each", "mine", "yes", "no", "alone"]);
  await house.press(token(shown, "mine"));
  await house.press(token(shown, "no"));
  expect(await left()).toEqual(["again", "each", "alone"]);
  await house.press(token(shown, "alone"));
  expect((await house.answer(run))!.view.blocks.filter((b) => b.kind === "buttons")).toHaveLength(1);
  expect((await house.press(token(shown, "again"))).status).toBe("done");
});

test("what was confirmed is what was shown: a press cannot change it", async () => {
  const { view: shown } = await house.ask("pot pay", { count: 2 });
  const reply = await house.press(token(shown, "Confirm"), { input: { count: 99 } });
  expect(reply.status).toBe("done");
  expect(paid).toEqual([2]);
});

test("a press that was refused is not used up, whether the refusal was thrown or told", async () => {
  paid.length = 0;
  const { run, view: shown } = await house.ask("pot pay", { count: 3 });
  closed = true;
  expect((await house.press(token(shown, "Confirm"))).status).toBe("refused");
  closed = false;
  expect(buttons((await house.answer(run))!.view)).toHaveLength(2);
  expect((await house.press(token(shown, "Confirm"))).status).toBe("done");
  expect(paid).toEqual([3]);
});

test("a private answer is the first one's alone; who comes later hears that it is gone", async () => {
  const { view: shown } = await house.ask("pot offer");
  const late = { ...house.owner, personId: house.sources.newId() };
  await inWorkspace(house.database, late.workspaceId, (tx) =>
    tx.insert(person).values({
      workspaceId: late.workspaceId,
      id: late.personId,
      name: "Lia",
      role: "member",
      createdAt: house.clock.now,
    }),
  );
  const first = await house.press(token(shown, "me"));
  expect(first.view.text).toBe("The key of Owner.");
  expect((await house.press(token(shown, "me"))).run).toBe(first.run);
  const second = await house.press(token(shown, "me"), { as: late });
  expect(second.problem).toMatchObject({ kind: "clash", detail: "Somebody else pressed this button already." });
  expect(JSON.stringify(second)).not.toContain("key");
});
