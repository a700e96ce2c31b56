// Killed without warning at the moments that matter, over HTTP: a request that is asked again has one effect, one audit
// row and one answer, wherever the kill fell. The wires beside the process see each moment before it does.
import { type AddressInfo, createServer, connect as dial } from "node:net";
import { afterAll, expect, inject, test } from "vitest";
import { open } from "../db/connect.ts";
import { ask, openProduct, type Run, ready } from "../test/product.ts";
import { openWire } from "../test/wire.ts";

const { database, start, close } = openProduct(inject("server").url);
afterAll(close);

/** How often it is killed between commit and answer: fifty for the record, fewer where each start costs seconds. */
const KILLS = Number(process.env.KILLS ?? 3);
const REQUESTS = 12;
const OWNER_TOKEN = "the-owner-of-the-killed-house";

/**
 * `unheard`: the commit is done and the process does not know it. `unsent`: it wrote its answer, and no byte arrived.
 * `working`: the effects are written and not committed. `answered`: one answer arrived, others are on their way.
 */
type Moment = "unheard" | "unsent" | "working" | "answered";
const isBetween = (moment: Moment) => moment === "unheard" || moment === "unsent";

/** The kills that are counted, in turn of two kinds, and others strewn among them. */
function momentsOf(kills: number): Moment[] {
  const moments: Moment[] = [];
  for (let n = 0; n < kills; n++) {
    moments.push(n % 2 === 0 ? "unheard" : "unsent");
    if (n % 5 === 0) moments.push("working", "answered");
  }
  return moments;
}

/** Kills when the moment comes that it is set to. What passes a wire after that is dropped: it came too late. */
function openTrap() {
  let armed: { moment: Moment; victim: Run; pass: number } | undefined;
  let sprung = false;
  const asked = new WeakSet<object>();
  const strike = (moment: Moment): boolean => {
    if (sprung) return false;
    if (armed?.moment !== moment || armed.pass-- > 0) return true;
    sprung = true;
    armed.victim.child.kill("SIGKILL");
    return false;
  };
  return {
    /** `pass`: so many such moments are let go by first. */
    arm(moment: Moment, victim: Run, pass: number) {
      armed = { moment, victim, pass };
    },
    disarm() {
      sprung = false;
      armed = undefined;
    },
    answered: () => strike("answered"),
    /** Between the process and its database. */
    ofDatabase(data: Buffer | string, by: "us" | "them", line: object): boolean {
      if (by === "us" && data.includes("note-")) asked.add(line);
      if (by === "us" || !asked.has(line)) return !sprung;
      const committed = data.includes("COMMIT\0");
      if (committed) asked.delete(line);
      return strike(committed ? "unheard" : "working");
    },
    /** Between the process and who asks it. */
    ofHttp: () => strike("unsent"),
  };
}
type Trap = ReturnType<typeof openTrap>;

/** The same address for every life of the process, with the trap in front of its answers. */
async function openFront(trap: Trap) {
  let port = 0;
  const server = createServer((near) => {
    const far = dial(port, "127.0.0.1");
    const end = () => {
      near.destroy();
      far.destroy();
    };
    near.on("data", (data) => far.write(data));
    far.on("data", (data) => trap.ofHttp() && near.write(data));
    for (const side of [near, far]) side.on("error", end).on("close", end);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead(url: string) {
      port = Number(new URL(url).port);
    },
    close: () => new Promise((done) => server.close(done)),
  };
}

type Answer = { status: number; body: { run: string } };
async function create(url: string, key: string): Promise<Answer> {
  const response = await ask(url, "token.create", OWNER_TOKEN, { key, body: { name: key, role: "member" } });
  if (response.status === 429) {
    // So many in a row are too many for one token.
    await new Promise((done) => setTimeout(done, 1000 * Number(response.headers.get("retry-after"))));
    return create(url, key);
  }
  return { status: response.status, body: (await response.json()) as { run: string } };
}

test(`killed ${KILLS} times between commit and answer, and at other moments: nothing lost, nothing doubled`, {
  timeout: 90_000 + KILLS * 20_000,
}, async () => {
  const DATABASE_URL = await database();
  const owner = open(DATABASE_URL, { max: 1 });
  const trap = openTrap();
  const wire = await openWire(DATABASE_URL, trap.ofDatabase);
  const front = await openFront(trap);
  const live = async () => {
    const run = start({ DATABASE_URL: wire.url, OWNER_TOKEN }, "web");
    front.lead((await ready(run)).url);
    return run;
  };
  /** What the dead process had begun is over: committed or undone. */
  const settled = () =>
    expect
      .poll(async () => {
        const [row] = await owner<{ count: number }[]>`
          select count(*)::int as count from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`;
        return row!.count;
      })
      .toBe(0);
  const committed = async () =>
    new Set((await owner<{ name: string }[]>`select name from token where name like 'note-%'`).map(({ name }) => name));

  /** The run that each request was answered with; undefined: asked, and no answer came. */
  const runs = new Map<string, string | undefined>();
  const unheardOf = () => [...runs.keys()].filter((key) => runs.get(key) === undefined);
  const fell: Record<Moment, number> = { unheard: 0, unsent: 0, working: 0, answered: 0 };
  const halves = { committed: 0, undone: 0 };
  for (const [round, moment] of momentsOf(KILLS).entries()) {
    const run = await live();
    for (const key of unheardOf()) {
      const again = await create(front.url, key);
      expect(again.status, key).toBe(200);
      runs.set(key, again.body.run);
    }
    trap.arm(moment, run, round % 6);
    const fresh = Array.from({ length: REQUESTS }, (_, n) => `note-${runs.size + n}`);
    for (const key of fresh) runs.set(key, undefined);
    const work = fresh.map(async (key) => {
      const { body } = await create(front.url, key);
      runs.set(key, body.run);
      trap.answered();
    });
    await Promise.allSettled(work);
    expect(await run.ended).toEqual({ code: null, signal: "SIGKILL" });
    await settled();
    trap.disarm();
    const there = await committed();
    const unanswered = fresh.filter((key) => runs.get(key) === undefined);
    const between = unanswered.filter((key) => there.has(key)).length;
    halves.committed += between;
    halves.undone += unanswered.length - between;
    // Facts of the database, not of the trap: effects are there, and nobody was told.
    if (!isBetween(moment) || between > 0) fell[moment]++;
    // Nothing that was answered is gone.
    expect(fresh.filter((key) => runs.get(key) !== undefined && !there.has(key))).toEqual([]);
  }

  const last = await live();
  for (const [key, before] of runs) {
    const answer = await create(front.url, key);
    expect(answer.status, key).toBe(200);
    if (before !== undefined) expect(answer.body.run).toBe(before);
    // The token itself is shown once, should nobody have been answered before; from here on every answer is the same.
    const again = await create(front.url, key);
    expect(again.body.run).toBe(answer.body.run);
    expect(await create(front.url, key), key).toEqual(again);
  }
  const effects = await owner<{ name: string; tokens: number; audits: number; messages: number }[]>`
    select t.name, count(*)::int as tokens,
      (select count(*)::int from inbox i where i.delivery = t.name) as messages,
      (select count(*)::int from audit a join inbox i on i.id = a.run_id where i.delivery = t.name and a.outcome = 'done') as audits
    from token t where t.name like 'note-%' group by t.name`;
  const said = `${runs.size} requests, killed ${JSON.stringify(fell)}; unanswered: ${halves.committed} committed, ${halves.undone} undone; lost ${runs.size - effects.length}, doubled ${effects.filter((row) => row.tokens > 1).length}`;
  expect(effects.map((row) => row.name).sort(), said).toEqual([...runs.keys()].sort());
  const wrong = effects.filter((row) => row.tokens !== 1 || row.audits !== 1 || row.messages !== 1);
  expect(wrong, said).toEqual([]);
  expect(fell.unheard + fell.unsent, said).toBe(KILLS);
  console.log(said);
  last.child.kill("SIGTERM");
  expect((await last.ended).code).toBe(0);
  await front.close();
  await wire.close();
  await owner.end();
});
