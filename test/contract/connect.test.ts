// How a chat becomes a workspace's, and an account a person's: by a code, and the word of whoever gave it.
import { expect, test } from "vitest";
import { notes, overAll } from "./suite.ts";

overAll((office) => {
  /** The code is made at the console, typed in the chat, and the one who made it says yes. */
  async function redeem(command: "connect" | "link", type: (code: string) => Promise<unknown>): Promise<void> {
    const issued = await office.house.ask(command);
    const { code } = issued.data!.item as { code: string };
    await type(code);
    const turned = () => office.house.answer(issued.run);
    await expect.poll(async () => (await turned())?.status).toBe("confirm");
    const [yes] = (await turned())!.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
    expect((await office.house.press(yes!.action!)).status).toBe("done");
    // What was known of the place or the account is asked anew a moment later.
    office.house.clock.pass(31_000);
  }

  test("an account is joined with the person who gave the code, and may what they may", async () => {
    const at = await office.somebody("member", { name: "Other Me" });
    await office.run(at, "test owners");
    await office.answer(at, /is for an owner/);
    await redeem("link", (code) => office.run(at, "link", { code }));
    await office.run(at, "test owners");
    await office.answer(at, /Yes, owner/);
  });

  test("a wrong code joins nobody", async () => {
    const at = await office.somebody();
    await office.run(at, "link", { code: "WRONGCOD" });
    await office.answer(at, /code/i);
    await office.run(at, "test owners");
    await office.answer(at, /is for an owner/);
  });

  test("a place of nobody is connected, and its people are answered from then on", async () => {
    const at = { who: office.platform.newPerson("Zoe"), where: office.platform.strangePlace() };
    await office.run(at, "test note", { note: "too early" });
    await office.answer(at, /belongs to no workspace yet/);
    await redeem("connect", (code) => office.run(at, "connect", { code }));
    await office.run(at, "test note", { note: "at home" });
    await office.answer(at, /Noted at home/);
    expect(await notes(office, "too early")).toBe(0);
  });
});

overAll(
  (office) => {
    test("a connection that ends is made again", { timeout: 60_000 }, async () => {
      const at = await office.somebody("member", { direct: true });
      await office.run(at, "test note", { note: "before" });
      await office.answer(at, /Noted before/);
      office.platform.hangUp();
      const heard = async () => {
        await office.run(at, "test note", { note: "after" });
        return office.sees(at).some((m) => m.text.includes("Noted after"));
      };
      await expect.poll(heard, { timeout: 50_000, interval: 200 }).toBe(true);
    });
  },
  ["socket"],
);
