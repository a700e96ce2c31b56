// Whoever sends events to the product, in a process of its own, and how much the product worked for them.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Hits, Shots } from "./shots.ts";

/** As `npm start` runs it. */
export const AS_STARTED = { NODE_OPTIONS: "--max-semi-space-size=4" };

export function openSender() {
  const child = fork(fileURLToPath(new URL("./shots.ts", import.meta.url)), { serialization: "advanced" });
  return {
    fire: (shots: Shots) =>
      new Promise<Hits>((done, failed) => {
        child.once("message", (hits) => done(hits as Hits));
        child.once("exit", (code) => failed(new Error(`The sender ended with ${code}.`)));
        child.send(shots);
      }),
    close: () => child.kill(),
  };
}

/** Seconds that a process has worked so far. Only Linux says so here. */
export function cpuOf(pid: number): number {
  if (process.platform !== "linux") return Number.NaN;
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
