// What every surface does with commands and their answers, through its real library.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { show } from "./commands.ts";
import { allDrivers } from "./driver.ts";
import { type Office, openOffice } from "./office.ts";

const runs = (await allDrivers()).flatMap((driver) =>
  driver.ways.map((way) => ({ driver, way, surface: driver.surface })),
);

describe.each(runs)("$surface over a $way", ({ driver, way }) => {
  let office: Office;
  beforeAll(async () => {
    office = await openOffice(driver, way, { commands: [show] });
  });
  afterEach(() => expect(office.platform.wrong()).toEqual([]));
  afterAll(() => office.close());

  test("a command is acknowledged and answered where it was asked", async () => {
    const at = await office.somebody();
    expect((await office.run(at, "test show", { kind: "text" })).status).toBe(200);
    expect(await office.answer(at, /A plain line/)).toMatchObject({ where: at.where.id, pings: [] });
    expect(office.sees(at)).toHaveLength(1);
  });
});
