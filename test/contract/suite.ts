// Runs behaviours over every surface that has a driver, over each way that it can be reached.
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { COMMANDS } from "./commands.ts";
import { allDrivers, type Way } from "./driver.ts";
import { type Office, openOffice } from "./office.ts";

const drivers = await allDrivers();

/** Both ways: for how messages come in. */
export const BOTH: readonly Way[] = ["webhook", "socket"];
/** What does not depend on the way in is tried over one in the small form, and over both by `npm run chaos`. */
const ONE: readonly Way[] = process.env.CHAOS === "1" ? BOTH : ["webhook"];

export function overAll(tests: (office: Office) => void, ways: readonly Way[] = ONE): void {
  const runs = drivers.flatMap((driver) =>
    driver.ways.filter((way) => ways.includes(way)).map((way) => ({ driver, way, name: driver.surface })),
  );
  describe.each(runs)("$name over a $way", ({ driver, way }) => {
    // One object from the start, so that tests can hold it before it is open.
    const office = {} as Office;
    beforeAll(async () => {
      Object.assign(office, await openOffice(driver, way, { commands: COMMANDS }));
    });
    // What the platform would have refused is wrong whatever the test was about.
    afterEach(() => expect(office.platform.wrong().splice(0)).toEqual([]));
    afterAll(() => office.close());
    tests(office);
  });
}

/** How often a note was kept. */
export const notes = async ({ sql }: Office, like: string): Promise<number> => {
  const [row] = await sql<{ n: number }>(
    `select count(*)::int as n from event where name = 'test.noted' and payload->>'note' = '${like}'`,
  );
  return row!.n;
};
