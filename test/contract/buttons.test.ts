// Buttons and menus: who may press, how often, for how long, and that a restart changes nothing of it.
import { expect, test } from "vitest";
import { bare } from "./hostile.ts";
import { notes, overAll } from "./suite.ts";

let count = 0;

overAll((office) => {
  const shown = async () => {
    const name = `b${++count}`;
    const at = await office.somebody();
    await office.run(at, "test buttons", { name });
    await office.answer(at, /Buttons of/);
    return { at, name, other: await office.another(at), kept: (what: string) => notes(office, `${name} ${what}`) };
  };

  test("a button that anyone may press once works once", async () => {
    const { at, other, name, kept } = await shown();
    const first = office.platform.makePress(other, "Once");
    const second = office.platform.makePress(at, "Once");
    await office.platform.send(first);
    await office.answer(other, new RegExp(`Noted ${name} once`));
    const before = office.platform.seen().length;
    await office.platform.send(second);
    await office.run(at, "test note", { note: `${name} after` });
    await office.answer(at, /after/);
    expect(await kept("once")).toBe(1);
    expect(office.platform.seen().length).toBeGreaterThan(before);
  });

  test("a button for the asker is not for others", async () => {
    const { at, other, name, kept } = await shown();
    await office.press(other, "Mine");
    await office.answer(other, /for somebody else/);
    expect(await kept("mine")).toBe(0);
    await office.press(at, "Mine");
    await office.answer(at, new RegExp(`Noted ${name} mine`));
  });

  test("a button for a role is authorised when it is pressed", async () => {
    const { at, other, name, kept } = await shown();
    await office.press(other, "Staff");
    await office.answer(other, /This button is for staff/);
    expect(await kept("staff")).toBe(0);
    await office.press(await office.another(at, "staff", "Sam"), "Staff");
    await office.answer(at, new RegExp(`Noted ${name} staff`));
  });

  test("the same press delivered twice counts once, two presses count twice", async () => {
    const { at, kept } = await shown();
    const press = office.platform.makePress(at, "Often");
    await Promise.all([office.platform.send(press), office.platform.send(press)]);
    await expect.poll(() => kept("often")).toBe(1);
    await office.press(at, "Often");
    await expect.poll(() => kept("often")).toBe(2);
  });

  test("a button that has expired says so and does nothing", async () => {
    const { at, kept } = await shown();
    office.house.clock.pass(61_000);
    await office.press(at, "Short");
    await office.answer(at, /has expired/);
    expect(await kept("short")).toBe(0);
  });

  test("a menu is chosen from, after a restart too", async () => {
    const { at, name } = await shown();
    await office.restart();
    await office.platform.choose(at, "Blue");
    await office.answer(at, new RegExp(`Noted ${name} Blue`));
  });

  test("an effect waits for the word of whoever asked, and is had once", async () => {
    const note = `s${++count}`;
    const at = await office.somebody();
    await office.run(at, "test sure", { note });
    const card = await office.answer(at, /waits for your word/);
    expect(card.buttons).toEqual(["Confirm", "Cancel"]);
    const twice = office.platform.makePress(at, "Confirm");
    await office.press(await office.another(at, "owner"), "Confirm");
    await office.answer(at, /./);
    expect(await notes(office, note)).toBe(0);
    await Promise.all([office.platform.send(twice), office.platform.send(twice)]);
    await office.answer(at, new RegExp(`Certainly ${note}`));
    expect(await notes(office, note)).toBe(1);
    // The card that was answered has no dead buttons.
    await expect
      .poll(() => office.sees(at).filter((m) => m.buttons.includes("Confirm") && bare(m.text).includes(note)).length)
      .toBe(0);
  });

  test("what is cancelled is not done", async () => {
    const note = `c${++count}`;
    const at = await office.somebody();
    await office.run(at, "test sure", { note });
    await office.answer(at, /waits for your word/);
    await office.press(at, "Cancel");
    await expect.poll(() => office.sees(at).flatMap((m) => m.buttons)).not.toContain("Confirm");
    expect(await notes(office, note)).toBe(0);
  });
});
