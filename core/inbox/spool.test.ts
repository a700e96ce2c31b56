import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Log } from "../house.ts";
import { openSpool, type Spool } from "./spool.ts";

let folder: string;
let said: string[];
const note = (_about: object, words = "") => void said.push(words);
const log: Log = { debug: note, info: note, warn: note, error: note };
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "impresario-spool-")), "spool");
  said = [];
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

async function drained(spool: Spool): Promise<unknown[]> {
  const lines: unknown[] = [];
  await spool.drain(async (some) => void lines.push(...some));
  return lines;
}

test("what is appended is drained in order, by the next process too", async () => {
  const spool = openSpool({ folder, log });
  expect(spool.busy()).toBe(false);
  await Promise.all(Array.from({ length: 50 }, (_, n) => spool.append({ n })));
  expect(spool.busy()).toBe(true);
  const next = openSpool({ folder, log });
  expect(next.busy()).toBe(true);
  expect(await drained(next)).toEqual(Array.from({ length: 50 }, (_, n) => ({ n })));
  expect(await drained(spool)).toEqual([]);
  expect([spool.busy(), next.busy()]).toEqual([false, false]);
  await spool.append({ n: 50 });
  expect(await drained(next)).toEqual([{ n: 50 }]);
});

test("only we may read it", async () => {
  const spool = openSpool({ folder, log });
  await spool.append({ secret: 1 });
  await spool.setAside({ bad: 1 });
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
});

test("a line torn by a crash is skipped, and those around it are not", async () => {
  const spool = openSpool({ folder, log });
  await spool.append({ n: 1 });
  appendFileSync(join(folder, "inbox.jsonl"), '\n1234abcd {"n":"to');
  await spool.append({ n: 2 });
  appendFileSync(join(folder, "inbox.jsonl"), "\n0000");
  expect(await drained(spool)).toEqual([{ n: 1 }, { n: 2 }]);
  expect(said.filter((w) => w.includes("torn"))).toHaveLength(2);
});

test("a drain that stops in the middle loses nothing, and later lines stay behind", async () => {
  const spool = openSpool({ folder, log });
  for (let n = 0; n < 4; n++) await spool.append({ n });
  const seen: unknown[] = [];
  const stops = spool.drain(async (some) => {
    seen.push(...some);
    throw new Error("away");
  });
  await expect(stops).rejects.toThrow("away");
  await spool.append({ n: 4 });
  expect(spool.busy()).toBe(true);
  expect(await drained(spool)).toEqual([0, 1, 2, 3, 4].map((n) => ({ n })));
});

test("a writer and two drainers at once: every line at least once, in order for its first time", async () => {
  const [one, two] = [openSpool({ folder, log }), openSpool({ folder, log })];
  const seen = new Set<number>();
  const order: number[] = [];
  const take = async (some: unknown[]) => {
    for (const { n } of some as { n: number }[]) {
      if (!seen.has(n)) order.push(n);
      seen.add(n);
      await new Promise((done) => setImmediate(done));
    }
  };
  let writing = true;
  const drains = [one, two].map(async (spool) => {
    // Without a rest: the writer finds its file taken under its hands nearly every time, and still comes to its end.
    while (writing) {
      await spool.drain(take);
      await new Promise((done) => setImmediate(done));
    }
  });
  const writes = (async () => {
    for (let n = 0; n < 100; n++) await one.append({ n });
  })().finally(() => {
    writing = false;
  });
  await Promise.all([writes, ...drains]);
  await one.drain(take);
  expect(order).toHaveLength(100);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test("a full spool refuses, says so before, and takes again when it is drained", async () => {
  const spool = openSpool({ folder, log, most: 1000 });
  const results: string[] = [];
  for (let n = 0; n < 30; n++) results.push(await spool.append({ n, text: "x".repeat(40) }).then(() => "kept", String));
  expect(results[0]).toBe("kept");
  expect(results.at(-1)).toContain("full");
  expect(said.filter((w) => w.includes("nearly full"))).toHaveLength(1);
  expect(await drained(spool)).toHaveLength(results.filter((r) => r === "kept").length);
  await spool.append({ n: 99 });
});
