// The worker that makes a film is killed in its steps, each time after the step's effect and before the row that says so.
// The film is made all the same, and every provider was asked once for each thing. A part of `npm run chaos`: a worker that
// died is missed after ten seconds, eleven times.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCover } from "../core/studio/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type TestHouse, testHouse } from "../test/house.ts";
import { report } from "../test/load/report.ts";
import { booked, type FilmMaker, KINDS } from "../test/programs/film-maker.ts";
import { tone } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { type Engine, startEngine } from "./engine.ts";
import { filmJobs } from "./film.ts";
import { makeJob } from "./make.ts";

const OURS = ["captions", "sound", "master", "check", "vertical", "square", "wide"];
const DIES = [...KINDS, ...OURS];

let house: TestHouse;
let sender: Engine;
let server: Server;
let url: string;
let worker: ChildProcess | undefined;
const marks = mkdtempSync(join(tmpdir(), "impresario-marks-"));
/** Every order that was taken, and so is paid: by kind and attempt. */
const orders: string[] = [];

beforeAll(async () => {
  const png = Buffer.from(await makeCover({ genre: "noir-jazz", seed: 1, title: "", width: 128, height: 128 }));
  const files: Record<string, object> = {
    script: { type: "text/plain", text: "SAY: One two three.\nSHOW: a street\nSAY: Four five.\nSHOW: a bridge" },
    voice: { type: "audio/wav", base64: tone(4).toString("base64") },
    scene: { type: "image/png", base64: png.toString("base64") },
    song: { type: "audio/wav", base64: tone(10).toString("base64") },
  };
  server = createServer((request, response) => {
    const [, what, kind = "", id = ""] = (request.url ?? "").split("/");
    if (what === "order") orders.push(`${kind} ${id}`);
    const found = orders.includes(`${kind} ${id}`) ? { task: id } : "never arrived";
    response.end(JSON.stringify(what === "task" ? files[kind] : what === "order" ? { task: id } : found));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  house = await testHouse({ providers: KINDS.map((kind) => booked(url, kind)) });
  house.clock.now = new Date();
  sender = await startEngine(house, { role: "sender", handlers: [makeJob, batchJob, ...filmJobs] });
  house.queue = sender.queue;
});
afterAll(async () => {
  worker?.kill("SIGKILL");
  await sender.stop();
  await house.close();
  server.close();
  rmSync(marks, { recursive: true, force: true });
});

const rows = <T>(query: string) =>
  inWorkspace(
    house.database,
    house.owner.workspaceId,
    async (tx) => [...(await rawOf(tx).unsafe(query))] as unknown as T[],
  );
const filmStatus = async () =>
  (await rows<{ status: string }>("select status from item where kind = 'video'"))[0]!.status;

/** Starts a worker and waits until it dies or the film has ended. */
async function live(): Promise<void> {
  const { ownerUrl, appUrl } = house.database;
  const told: FilmMaker = { ownerUrl, appUrl, url, files: house.files, marks, dies: DIES };
  const file = join(import.meta.dirname, "../test/programs/film-maker.ts");
  const child = fork(file, [JSON.stringify(told)], { execArgv: [] });
  worker = child;
  let dead = false;
  child.once("exit", () => {
    dead = true;
  });
  while (!dead && !["made", "failed"].includes(await filmStatus())) await new Promise((done) => setTimeout(done, 100));
}

test.skipIf(!process.env.CHAOS)(
  `kill -9 of the worker after the effect of ${DIES.join(", ")}: made once, each thing ordered once`,
  async () => {
    const asked = await house.ask("generate video", { pipeline: "draft", prompt: "Bridges", seconds: 5 });
    expect(asked.status).toBe("running");
    const began = performance.now();
    for (let n = 0; !["made", "failed"].includes(await filmStatus()); n++) {
      expect(n, "it dies no more often than it is told").toBeLessThanOrEqual(DIES.length);
      await live();
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    const [film] = await rows<{ id: string; status: string; error: string | null }>(
      "select id, status, error from item where kind = 'video'",
    );
    const steps = await rows<{ name: string; status: string }>(
      "select name, status from film_step where status <> 'done'",
    );
    const said = `${readdirSync(marks).length} kills in ${seconds} s, ${orders.length} orders taken, ${film!.status}`;
    report("films", "workers killed", said);
    expect([film, steps], said).toEqual([{ id: film!.id, status: "made", error: null }, []]);
    expect(readdirSync(marks).sort()).toEqual([...DIES].sort());
    expect(orders.map((o) => o.split(" ")[0]).sort()).toEqual(["scene", "scene", "script", "song", "voice"]);
    expect(await rows("select sum(cost)::int as paid from attempt")).toEqual([{ paid: 5000 }]);
    const parts = await rows<{ id: string }>(
      `select id from asset where part_of = '${film!.id}' or id = '${film!.id}'`,
    );
    // Script, music, voice, two pictures, two captions, the sound and four films: nothing twice, and all of it is there.
    expect(parts).toHaveLength(12);
    for (const { id } of parts) expect(existsSync(join(house.files, house.owner.workspaceId, id))).toBe(true);
  },
  900_000,
);
