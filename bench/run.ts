// `npm run bench`: every benchmark in one run, one table, and bench/results.json. `-- dispatch` runs one part.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { Row } from "./dispatch/measure.ts";

const here = import.meta.dirname;
const wanted = process.argv.slice(2);
const quick = process.env.BENCH_QUICK === "1";

/** Runs one script in a process of its own and reads the JSON lines it prints. */
function lines<T>(script: string, env: Record<string, string> = {}): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${here}/${script}`], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (part) => {
      out += part;
    });
    child.on("exit", (code) => {
      if (code !== 0) return reject(new Error(`${script} ended with ${code}`));
      resolve(
        out
          .split("\n")
          .filter((l) => l.startsWith("{"))
          .map((l) => JSON.parse(l) as T),
      );
    });
  });
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function dispatch(): Promise<object> {
  const subjects = ["ours", "grammy", "bolt", "discordjs", "chat"];
  const rounds = quick ? 1 : 3;
  const rows = new Map<string, Row[]>();
  // In turns, so that a busy minute of the machine falls on all of them.
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      for (const row of await lines<Row>(`dispatch/${subject}.ts`, quick ? { BENCH_EVENTS: "2000" } : {})) {
        const key = `${row.subject}\n${row.commands}`;
        rows.set(key, [...(rows.get(key) ?? []), row]);
      }
    }
  }
  const settled = [...rows.values()].map((all) => ({
    ...all[0]!,
    p50: median(all.map((r) => r.p50)),
    p99: median(all.map((r) => r.p99)),
    perSecond: median(all.map((r) => r.perSecond)),
    concurrent: median(all.map((r) => r.concurrent)),
    rssMb: median(all.map((r) => r.rssMb)),
  }));
  const ours = new Map(settled.filter((r) => r.subject === "impresario").map((r) => [r.commands, r.p50]));
  const table = settled.map((r) => ({
    ...r,
    timesOurs: Math.round((r.p50 / (ours.get(r.commands) ?? r.p50)) * 10) / 10,
  }));
  console.log("\nDispatch in process: one command with a text option, its handler, one reply; network stubbed (µs)");
  console.table(
    table.map(({ subject, commands, p50, p99, perSecond, concurrent, timesOurs }) => ({
      subject,
      commands,
      p50,
      p99,
      "events/s": perSecond,
      "events/s, 64 at once": concurrent,
      "p50 beside ours": timesOurs,
    })),
  );
  return table;
}

async function part(script: string, title: string): Promise<object> {
  const rows = await lines<Record<string, unknown>>(script, quick ? { BENCH_QUICK: "1" } : {});
  console.log(`\n${title}`);
  console.table(rows);
  return rows;
}

const parts: Record<string, () => Promise<object>> = {
  dispatch,
  start: () => part("start.ts", "Start: from the command to ready, and memory at rest (MB, shared pages counted once)"),
  router: () => part("router/decide.ts", "Router: one decision without a database (µs)"),
  reserve: () => part("router/reserve.ts", "Router: one decision with its reservation, in a warm database (ms)"),
  jobs: () => part("jobs/many.ts", "Jobs: clips through four worker processes, each paid, fetched, checked and kept"),
  outages: () =>
    part(
      "router/simulate.ts",
      "Router: six hours with outages, ten times; the same breaker for all (USD a song, seconds)",
    ),
  "slack-peer": async () => {
    const words = "Slack: our bot against a Slack that is not ours, and that one beside our emulator (ms)";
    const rows = await part("slack/peer.ts", words);
    if ((rows as { ok?: boolean }[]).some(({ ok }) => !ok)) process.exitCode = 1;
    return rows;
  },
  films: () => part("films.ts", "Films of 30 s: seconds of processor time for each shape, with ffmpeg and without"),
  synth: () => part("synth.ts", "Synthesizer: songs of 60 s, heard by an analyser that does not know the score"),
  votes: () => part("votes/cast.ts", "Votes: durable votes a second on one hot ballot, beside upserts of one row (ms)"),
  ledger: async () => ({
    transfers: await part("ledger/post.ts", "Ledger: durable transfers a second, beside an ordinary transaction (ms)"),
    books: await part("ledger/books.ts", "Ledger: reports, balances and verification over many postings (ms)"),
  }),
  playout: () =>
    part("playout/engine.ts", "Playout: 100 changes as a listener decodes them; 1 and 7 channels by the real clock"),
  kills: () => part("playout/kills.ts", "Playout: silence that a listener hears after kill -9 (s)"),
  choose: () =>
    part("choose.ts", "Choosing: what a channel plays next, and four for a ballot, behind a long history (ms)"),
  search: () => part("search.ts", "Search: a track by mistyped words, and while it is typed (ms)"),
  api: () => part("api.ts", "API: round trips over HTTP with the database (ms)"),
};

const chosen = wanted.length > 0 ? wanted : Object.keys(parts);
const unknown = chosen.filter((name) => !parts[name]);
if (unknown.length > 0) {
  console.error(`There is no benchmark called ${unknown.join(", ")}. There are: ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}
const file = `${here}/results.json`;
const before = readSafely(file);
const results: Record<string, unknown> = {
  ...before,
  machine: {
    cpu: cpus()[0]?.model.trim(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    at: new Date().toISOString().slice(0, 10),
  },
};
for (const name of chosen) results[name] = await parts[name]!();
writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);

function readSafely(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") console.error(`${path} could not be read and is written anew.`);
    return {};
  }
}
