// Engines outside of this process, each against an emulator of it: the same acts, the same events, and nothing that a
// person wrote is ever read by one of them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { azuracastServer } from "../../../../test/emulators/azuracast/server.ts";
import { liquidsoapServer } from "../../../../test/emulators/liquidsoap/server.ts";
import { obsServer } from "../../../../test/emulators/obs/server.ts";
import { hostile } from "../../../../test/titles.ts";
import type { Heard, Item, Plan, Playout } from "../../playout.ts";
import { azuracastPlayout } from "./azuracast.ts";
import { liquidsoapPlayout, requestOf } from "./liquidsoap.ts";
import { obsAuthentication, obsPlayout } from "./obs.ts";

const folder = mkdtempSync(join(tmpdir(), "impresario-plug-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "song");
writeFileSync(file, "sound");
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
const plan = {} as Plan;
const wall = () => Date.now();
const idOf = (n: number) => `01a1fc53-e0be-71f8-a257-${String(n).padStart(12, "0")}`;
const item = (n: number, title = `Song ${n}`): Item => ({
  id: idOf(n),
  asset: "a",
  kind: "song",
  file,
  title,
  seconds: 180,
});
const poll = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 15_000, interval: 20 });

function listen(playout: Playout): Heard[] {
  const events: Heard[] = [];
  playout.on((event) => events.push(event));
  ends.push(() => playout.stop("drop"));
  return events;
}
const kinds = (events: Heard[]) => events.map((e) => `${e.kind} ${e.item?.slice(-1) ?? ""}`.trim());

test("the words that OBS asks for are those of its own example", () => {
  const [salt, challenge] = [
    "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=",
    "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY=",
  ];
  expect(obsAuthentication("supersecretpassword", salt, challenge)).toBe(
    "1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4=",
  );
});

test("OBS plays one item after the other, shows what plays, and is found again when its line is cut", async () => {
  const obs = await obsServer();
  ends.push(obs.close);
  await expect(obsPlayout({ url: obs.url, password: "wrong", wall }).start(plan)).rejects.toThrow("password");
  const playout = obsPlayout({ url: obs.url, password: "secret", wall });
  const events = listen(playout);
  await playout.start(plan);
  expect(obs.streaming).toBe(true);
  expect(kinds(events)).toEqual(["wants-next"]);
  for (let i = 0; i < 3; i++) await playout.push(item(1));
  expect(obs.inputs.get("Impresario")).toMatchObject({ local_file: file });
  expect(obs.actions).toHaveLength(1);
  await playout.push(item(2));
  obs.finish("Another source");
  obs.finish("Impresario");
  await poll(() => kinds(events)).toEqual(["wants-next", "heard 1", "ended 1", "heard 2"]);
  await playout.skip(idOf(1));
  expect(obs.actions).toHaveLength(2);
  await playout.skip(idOf(2));
  await poll(() => kinds(events).slice(-2)).toEqual(["ended 2", "wants-next"]);
  const titles = hostile(1000);
  for (const title of titles) await playout.metadata({ title });
  expect(obs.inputs.get("Impresario text")).toEqual({ text: titles.at(-1) });
  expect([...obs.inputs.keys()]).toEqual(["Impresario", "Impresario text"]);

  obs.cut();
  await poll(async () => (await playout.status()).state).toBe("failed");
  expect(events.at(-1)).toMatchObject({ kind: "encoder" });
  await playout.restart();
  expect((await playout.status()).state).toBe("on");
  await playout.stop("end");
  expect(obs.streaming).toBe(false);
});

test("OBS without our source says so", async () => {
  const obs = await obsServer({ sources: [] });
  ends.push(obs.close);
  const playout = obsPlayout({ url: obs.url, password: "secret", wall });
  listen(playout);
  await playout.start(plan);
  await expect(playout.push(item(1))).rejects.toThrow("OBS refused: 600");
});

test("Liquidsoap is pushed ids and paths, and what it plays is found by them", async () => {
  const soap = await liquidsoapServer();
  ends.push(soap.close);
  const playout = liquidsoapPlayout({ url: soap.url, key: "key", everyMs: 50, wall });
  const events = listen(playout);
  await playout.start(plan);
  expect(kinds(events)).toEqual(["wants-next"]);
  await playout.push(item(1));
  await playout.push(item(1));
  expect(soap.queue).toEqual([{ rid: 0, uri: `annotate:impresario="${idOf(1)}",duration="180":${file}` }]);
  soap.advance();
  await poll(() => kinds(events)).toContain("heard 1");
  await playout.push(item(2));
  await playout.skip(idOf(1));
  await poll(() => kinds(events).slice(-2)).toEqual(["ended 1", "heard 2"]);
  soap.faults.deaf = true;
  await playout.push(item(3));
  expect(events.at(-1)).toMatchObject({ kind: "failed", item: idOf(3) });
  soap.faults.down = true;
  await poll(async () => (await playout.status()).state).toBe("failed");
  soap.faults.down = false;
  await poll(async () => (await playout.status()).state).toBe("on");
});

test("what Liquidsoap took and cannot read is told to have failed, and the next is asked for", async () => {
  const soap = await liquidsoapServer();
  ends.push(soap.close);
  const playout = liquidsoapPlayout({ url: soap.url, key: "key", everyMs: 20, wall });
  const events = listen(playout);
  await playout.start(plan);
  soap.faults.blind = true;
  await playout.push(item(1));
  await poll(() => kinds(events).filter((k) => k !== "wants-next")).toEqual(["failed 1"]);
  soap.faults.blind = false;
  await poll(() => kinds(events).at(-1)).toBe("wants-next");
  await playout.push(item(2));
  soap.advance();
  await poll(() => kinds(events)).toContain("heard 2");
  expect(kinds(events)).not.toContain("failed 2");
});

test("a thousand hostile titles, files and ids: none is a command of Liquidsoap's", async () => {
  const soap = await liquidsoapServer();
  ends.push(soap.close);
  const playout = liquidsoapPlayout({ url: soap.url, key: "key", everyMs: 50, wall });
  listen(playout);
  await playout.start(plan);
  const before = soap.commands.length;
  for (const [n, title] of hostile(1000).entries()) {
    if (n % 10 === 0) await playout.push({ ...item(n, title), artist: title });
    await playout.metadata({ title, artist: title });
    expect(() => requestOf({ ...item(n), file: title })).toThrow();
    expect(() => requestOf({ ...item(n), id: title })).toThrow();
    expect(() => requestOf({ ...item(n), file: `/songs/${title}"\n` })).toThrow();
  }
  const pushes = soap.commands.slice(before).filter((c) => !c.startsWith("request."));
  expect(pushes).toHaveLength(100);
  expect(
    pushes.every((c) => /^impresario\.push annotate:impresario="[0-9a-f-]{36}",duration="180":\/[\w./-]+$/.test(c)),
  ).toBe(true);
  expect(soap.ran).toEqual([]);
  expect(() => liquidsoapPlayout({ url: soap.url, queue: "a\nquit", wall })).toThrow();
});

test("AzuraCast is given files under our ids, and says by them what it plays", { timeout: 60_000 }, async () => {
  const station = await azuracastServer();
  ends.push(station.close);
  const playout = azuracastPlayout({ url: station.url, key: "key", station: "radio", everyMs: 50, wall });
  const events = listen(playout);
  await playout.start(plan);
  const [title] = hostile(1);
  await playout.push(item(1, title));
  await playout.push(item(1, title));
  expect(station.files).toMatchObject([{ path: `impresario/${idOf(1)}.mp3`, title, album: idOf(1), bytes: 5 }]);
  station.advance();
  await poll(() => kinds(events)).toContain("heard 1");
  await playout.push(item(2));
  await playout.skip(idOf(1));
  await poll(() => kinds(events).slice(-2)).toEqual(["ended 1", "heard 2"]);
  await playout.restart();
  expect(station.restarts).toBe(1);
  station.online = false;
  await poll(async () => (await playout.status()).state).toBe("failed");
  const stranger = azuracastPlayout({ url: station.url, key: "wrong", station: "radio", everyMs: 50, wall });
  const said = listen(stranger);
  await stranger.push(item(3));
  expect(said).toMatchObject([{ kind: "failed", why: "AzuraCast says 403." }]);
  expect(() => azuracastPlayout({ url: station.url, key: "key", station: "../admin", wall })).toThrow();
});
