// Starts the product as a person does, in a folder of its own, and says when it is ready and what it weighs.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const TOKEN = "bench-owner-token-0123456789";
const root = resolve(import.meta.dirname, "..");

export type Running = {
  url: string;
  readyMs: number;
  folder: string;
  child: ChildProcess;
  stop(keep?: boolean): Promise<void>;
};

const freePort = () =>
  new Promise<number>((done, fail) => {
    const probe = createServer();
    probe.on("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });

export async function startProduct(
  folder = mkdtempSync(join(tmpdir(), "impresario-bench-")),
  env: Record<string, string> = {},
): Promise<Running> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn("npm", ["start"], {
    cwd: root,
    env: {
      ...process.env,
      DATA_DIR: folder,
      PORT: String(port),
      METRICS_PORT: String(await freePort()),
      OWNER_TOKEN: TOKEN,
      LOG_LEVEL: "error",
      ...env,
    },
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${url}/readyz`).then(
      (r) => r.ok,
      () => false,
    );
    if (ready) break;
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
    if (performance.now() - began > 120_000) throw new Error("npm start was not ready after 120 s");
    await new Promise((r) => setTimeout(r, 20));
  }
  const readyMs = Math.round(performance.now() - began);
  return {
    url,
    readyMs,
    folder,
    child,
    async stop(keep = false) {
      const gone = new Promise((r) => child.once("exit", r));
      if (child.pid) process.kill(-child.pid, "SIGTERM");
      await gone;
      // The database server goes a moment after the last of us.
      for (let n = 0; n < 100 && processesOf(folder).length > 0; n++) await new Promise((r) => setTimeout(r, 100));
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that belongs to one running product: what names its folder, and all children of that. */
export function processesOf(folder: string, also?: number): { pid: number; parent: number; line: string }[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return [
          {
            pid: Number(name),
            parent,
            line: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
          },
        ];
      } catch {
        return []; // It ended while we looked.
      }
    });
  const ours = new Set(all.filter((p) => p.pid === also || p.line.includes(folder)).map((p) => p.pid));
  for (let grew = true; grew; ) {
    grew = false;
    for (const p of all) {
      if (!ours.has(p.pid) && ours.has(p.parent)) {
        ours.add(p.pid);
        grew = true;
      }
    }
  }
  return all.filter((p) => ours.has(p.pid));
}

/** Proportional set size: each shared page counted once over all who share it. */
export function pssMb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}
