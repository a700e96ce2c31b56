// On the way in: what comes twice, late, forged or in the wrong order.
import { expect, test } from "vitest";
import { FORGERIES } from "./driver.ts";
import { BOTH, notes, overAll } from "./suite.ts";

let count = 0;

overAll((office) => {
  const { send, make } = {
    send: (...a: Parameters<typeof office.platform.send>) => office.platform.send(...a),
    make: (...a: Parameters<typeof office.platform.make>) => office.platform.make(...a),
  };
  const noted = (at: Parameters<typeof make>[0], note: string) => make(at, "test note", { note });
  const said = (note: string) => office.platform.seen().filter((m) => m.text.includes(`Noted ${note}.`)).length;

  test("what is delivered again, at once or later, has one effect and one answer", async () => {
    const at = await office.somebody();
    const note = `d${++count}`;
    const twice = noted(at, note);
    const heard = await Promise.all([send(twice), send(twice), send(twice)]);
    expect(heard.map((h) => h.status)).toEqual([200, 200, 200]);
    await office.answer(at, new RegExp(`Noted ${note}`));
    if (office.platform.reorders) await send(twice);
    await office.restart();
    if (office.platform.reorders) await send(twice);
    await office.run(at, "test note", { note: `${note} end` });
    await office.answer(at, new RegExp(`${note} end`));
    expect(await notes(office, note)).toBe(1);
    expect(said(note)).toBe(1);
  });

  test("what overtakes another takes nothing from it", async ({ skip }) => {
    if (!office.platform.reorders) return skip("this way keeps the order by itself");
    const at = await office.somebody();
    const some = Array.from({ length: 6 }, (_, n) => noted(at, `o${count}.${n}`));
    for (const one of some.toReversed()) await send(one);
    for (const [n] of some.entries()) await office.answer(at, new RegExp(`Noted o${count}\\.${n}\\.`));
    count++;
  });

  test("what was asked before a restart is answered after it, once", async () => {
    const at = await office.somebody();
    const note = `r${++count}`;
    office.platform.trouble({ kind: "broken" }, 1_000);
    expect((await send(noted(at, note))).status).toBe(200);
    await expect.poll(() => notes(office, note)).toBe(1);
    await office.stop();
    expect(said(note)).toBe(0);
    office.platform.calm();
    await office.start();
    await office.answer(at, new RegExp(`Noted ${note}`), 20_000);
    await office.run(at, "test note", { note: `${note} end` });
    await office.answer(at, new RegExp(`${note} end`), 20_000);
    expect(said(note)).toBe(1);
    expect(await notes(office, note)).toBe(1);
  });

  test("a place of nobody is told how to connect it, and nothing else happens there", async () => {
    const stranger = office.platform.newPerson("Zoe");
    const at = { who: stranger, where: office.platform.strangePlace() };
    await office.run(at, "test note", { note: "homeless" });
    await office.answer(at, /belongs to no workspace yet/);
    expect(await notes(office, "homeless")).toBe(0);
  });

  test("other bots are not talked with", async ({ skip }) => {
    const { makeBotWords } = office.platform;
    if (!makeBotWords) return skip("this platform lets a bot hear no words");
    const at = await office.somebody();
    const direct = await office.somebody("member", { direct: true });
    for (const where of [at, direct]) await send(makeBotWords(where, "/test_note note:loop"));
    for (const where of [at, direct]) await send(makeBotWords(where, "test note note:loop"));
    await office.run(at, "test note", { note: "people" });
    await office.answer(at, /Noted people/);
    expect(await notes(office, "loop")).toBe(0);
    expect(office.sees(at)).toHaveLength(1);
    expect(office.sees(direct)).toHaveLength(0);
  });
}, BOTH);

overAll(
  (office) => {
    const post = async (delivery: ReturnType<typeof office.platform.delivery>) =>
      (await fetch(office.platform.bot.url + delivery.path, { method: "POST", ...delivery })).status;

    test.each(FORGERIES)("a request that is forged is refused: %s", async (forgery) => {
      const at = await office.somebody();
      const note = `f${++count}`;
      const real = office.platform.make(at, "test note", { note });
      expect(await post(office.platform.delivery(real, forgery))).toBe(401);
      expect(await office.sql(`select id from inbox where delivery = '${real.id}'`)).toEqual([]);
      expect(await post(office.platform.delivery(real))).toBe(200);
      await expect.poll(() => notes(office, note)).toBe(1);
    });

    test("a request that was recorded does nothing when it is played again", async () => {
      const at = await office.somebody();
      const note = `p${++count}`;
      const recorded = office.platform.delivery(office.platform.make(at, "test note", { note }));
      expect(await post(recorded)).toBe(200);
      await expect.poll(() => notes(office, note)).toBe(1);
      for (const later of [0, 240_000, 120_000, 3_600_000]) {
        office.house.clock.pass(later);
        expect([200, 401]).toContain(await post(recorded));
      }
      await office.run(at, "test note", { note: `${note} end` });
      await expect.poll(() => notes(office, `${note} end`)).toBe(1);
      expect(await notes(office, note)).toBe(1);
    });
  },
  ["webhook"],
);
