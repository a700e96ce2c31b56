// A database that stalls keeps nobody waiting: every interaction is acknowledged inside the three seconds that platforms
// give, and its effect arrives afterwards, once.
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { report } from "../load/report.ts";
import { COMMANDS } from "./commands.ts";
import { allDrivers, type Driver, type Happening, type Way } from "./driver.ts";
import { openOffice } from "./office.ts";
import { notes } from "./suite.ts";

/** Ten for the record. */
const SECONDS = Number(process.env.STALL ?? 4);
const PLACES = 4;
const LIMIT_MS = 3_000;
/** An acknowledgement is a few requests and a line on disk: each may take as long as one took at its slowest meanwhile. */
const STEPS = 5;

const runs = (await allDrivers()).flatMap((driver) =>
  driver.ways.map((way) => ({ driver, way, name: driver.surface })),
);

/** How long this machine takes for a request over loopback and a line on disk, at its slowest: it may be busy. */
async function beside() {
  const folder = mkdtempSync(join(tmpdir(), "impresario-beside-"));
  const file = await open(join(folder, "line"), "a");
  const server = createServer((_, response) => {
    const done = () => void response.end();
    file.write("x".repeat(1_000)).then(() => file.sync().then(done));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let [slowest, over] = [0, false];
  const work = (async () => {
    while (!over) {
      const began = performance.now();
      await new Promise((done) => setTimeout(done, 20));
      await (await fetch(url)).text();
      slowest = Math.max(slowest, performance.now() - began - 20);
    }
  })();
  return async () => {
    over = true;
    await work;
    server.close();
    await file.close();
    rmSync(folder, { recursive: true });
    return slowest;
  };
}

async function stalled(driver: Driver, way: Way) {
  const office = await openOffice(driver, way, { commands: COMMANDS, wired: true });
  const { platform, wire } = office;
  try {
    const people = await Promise.all(Array.from({ length: PLACES }, () => office.somebody("member", { direct: true })));
    for (const at of people) {
      await office.run(at, "test buttons", { name: `x${at.who.id}` });
      await office.answer(at, /Buttons of/);
    }
    const waits: number[] = [];
    /** Refused for now: the platform sends it again until it is taken. */
    const again: Happening[] = [];
    let expected = 0;
    const send = async (happening: Happening) => {
      const { status, milliseconds } = await platform.send(happening);
      waits.push(milliseconds);
      // 0: nothing was heard in the platform's three seconds, which are judged below.
      if (status === 0 || status === 200) return;
      expect([status, platform.redelivers(happening)]).toEqual([503, true]);
      again.push(happening);
    };
    const ended = await beside();
    wire!.jam();
    const until = performance.now() + SECONDS * 1_000;
    const work: Promise<void>[] = [];
    while (performance.now() < until) {
      for (const [n, at] of people.entries()) {
        const note = `y${at.who.id}`;
        work.push(send(n % 2 === 0 ? platform.make(at, "test note", { note }) : platform.makePress(at, "Often")));
        expected++;
        if (n === 0 && platform.suggest) {
          const asked = performance.now();
          const offered = platform.suggest(at, "test options", "station", "noir");
          work.push(offered.then(() => void waits.push(performance.now() - asked)));
        }
      }
      await new Promise((done) => setTimeout(done, 500));
    }
    // All of it while the database is silent.
    await Promise.all(work);
    const busy = await ended();
    await wire!.mend();
    for (let n = 0; again.length > 0 && n < 60; n++) {
      const some = again.splice(0);
      for (const one of some) await send(one);
      await new Promise((done) => setTimeout(done, 200));
    }
    const [x, y] = ["x", "y"].map((letter) => people.map(({ who }) => `${letter}${who.id}`));
    const count = async () => {
      let sum = 0;
      for (const name of x!) sum += await notes(office, `${name} often`);
      for (const name of y!) sum += await notes(office, name);
      return sum;
    };
    const end = performance.now() + 60_000;
    while ((await count()) < expected && performance.now() < end) await new Promise((done) => setTimeout(done, 100));
    expect(await count()).toBe(expected);
    const slowest = Math.max(...waits);
    const machine = `, when the machine took up to ${Math.round(busy)} ms for a request and a line on disk`;
    const said = `${expected} interactions in ${SECONDS} s without a database, the slowest acknowledged after ${Math.round(slowest)} ms${machine}, ${expected} effects afterwards`;
    report("acknowledged while the database stalls", `${driver.surface}, ${way}`, said);
    return { slowest, most: LIMIT_MS + STEPS * busy };
  } finally {
    await wire?.mend();
    await office.close();
  }
}

// Three seconds are the platforms' own; a machine that is busy with other things takes its share of them.
test.concurrent.for(runs)("$name over a $way", { timeout: 120_000 }, async ({ driver, way }) => {
  const { slowest, most } = await stalled(driver, way);
  expect(slowest).toBeLessThan(most);
});
