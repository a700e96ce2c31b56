// On the way out: what the platform does not take at once, or never says that it took, or will never take again.
import { expect, test } from "vitest";
import { notes, overAll } from "./suite.ts";

let count = 0;

overAll((office) => {
  const { send, make } = {
    send: (...a: Parameters<typeof office.platform.send>) => office.platform.send(...a),
    make: (...a: Parameters<typeof office.platform.make>) => office.platform.make(...a),
  };
  const noted = (at: Parameters<typeof make>[0], note: string) => make(at, "test note", { note });
  const said = (note: string) => office.platform.seen().filter((m) => m.text.includes(`Noted ${note}.`)).length;

  test.each([
    ["being asked to slow down", { kind: "slow down", after: 1_000 }],
    ["a broken server", { kind: "broken" }],
    ["a connection that ends", { kind: "drop" }],
  ] as const)("%s only delays an answer", async (_what, trouble) => {
    const at = await office.somebody();
    const note = `t${++count}`;
    office.platform.trouble(trouble, 2);
    const began = performance.now();
    await send(noted(at, note));
    await office.answer(at, new RegExp(`Noted ${note}`), 20_000);
    if (trouble.kind === "slow down") expect(performance.now() - began).toBeGreaterThan(1_900);
    expect(said(note)).toBe(1);
    expect(await notes(office, note)).toBe(1);
  });

  test("a message whose taking was never told is there once, or as the platform allows", async () => {
    const at = await office.somebody();
    const note = `l${++count}`;
    office.platform.trouble({ kind: "drop", late: true }, 1);
    await send(noted(at, note));
    await office.answer(at, new RegExp(`Noted ${note}`), 20_000);
    await office.run(at, "test note", { note: `${note} end` });
    await office.answer(at, new RegExp(`${note} end`), 20_000);
    expect(said(note)).toBeLessThanOrEqual(office.platform.tellsTwice(false) ? 2 : 1);
    expect(await notes(office, note)).toBe(1);
  });

  test("a place that we were thrown out of is marked, and keeps nobody else waiting", async () => {
    const at = await office.somebody();
    const other = await office.somebody();
    office.platform.throwOut(at.where);
    await office.say(at, "news", "Nobody hears this.");
    await office.say(at, "more news", "Nor this.");
    await office.run(other, "test note", { note: "elsewhere" });
    await office.answer(other, /Noted elsewhere/);
    const gone = () =>
      office.sql<{ gone_at: string | null }>(`select gone_at from place where external = '${at.where.id}'`);
    await expect.poll(async () => (await gone())[0]?.gone_at ?? null).not.toBeNull();
    const left = `select status from outbox where place = '${at.where.id}' and status in ('waiting', 'sending')`;
    await expect.poll(() => office.sql(left)).toEqual([]);
    const [told] = await office.sql<{ n: number }>(
      `select count(*)::int as n from event where name = 'place.gone' and subject = '${at.where.id}'`,
    );
    expect(told?.n).toBe(1);
  });
});
