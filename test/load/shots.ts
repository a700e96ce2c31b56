// A process that does nothing but send: what it measures is the other side, not the work of a test around it.
import { Agent, type IncomingMessage, request } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as after } from "node:timers/promises";

export type Shot = { path: string; headers: Record<string, string>; body: string | Uint8Array };
export type Shots = { url: string; rate: number; shots: Shot[] };
/** Each in the order it was sent; `status` 0: no answer in the time a platform waits. `late`: behind our own schedule. */
export type Hits = { status: number[]; waits: number[]; late: number[]; bodies: string[]; seconds: number };

const PATIENCE_MS = 3_000;
/** As platforms do, over connections that stay. */
const CONNECTIONS = 100;

async function fire({ url, rate, shots }: Shots): Promise<Hits> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const { hostname: host, port } = new URL(url);
  const hits: Hits = { status: [], waits: [], late: [], bodies: [], seconds: 0 };
  const one = ({ path, headers, body }: Shot, at: number) =>
    new Promise<void>((done) => {
      const began = performance.now();
      const end = (status: number) => {
        hits.status[at] ??= status;
        hits.waits[at] ??= performance.now() - began;
        done();
      };
      const asking = request({ host, port, path, method: "POST", agent, headers }, (answer) =>
        read(answer, (body) => {
          hits.bodies[at] = body;
          end(answer.statusCode ?? 0);
        }),
      );
      asking.on("error", () => end(0)).setTimeout(PATIENCE_MS, () => asking.destroy());
      asking.end(body);
    });
  const work: Promise<void>[] = [];
  const began = performance.now();
  for (const [at, shot] of shots.entries()) {
    const due = began + (at / rate) * 1_000;
    const early = due - performance.now();
    if (early > 1) await after(early);
    hits.late.push(Math.max(0, performance.now() - due));
    work.push(one(shot, at));
  }
  await Promise.all(work);
  hits.seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  return hits;
}

function read(answer: IncomingMessage, done: (body: string) => void): void {
  let body = "";
  answer
    .setEncoding("utf8")
    .on("data", (part: string) => {
      body += part;
    })
    .on("end", () => done(body));
}

process.on("message", (shots: Shots) => void fire(shots).then((hits) => process.send?.(hits)));
