// What is counted, for Prometheus. Names and labels are a contract with whoever draws them.
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Meter } from "../house.ts";

export type Metrics = {
  meter: Meter;
  /** Counts what somebody else knows, each time it is asked for. */
  gauge(name: string, help: string, read: () => Promise<number>): void;
  /** The same for several, each with its label. */
  gauges(name: string, help: string, label: string, read: () => Promise<ReadonlyMap<string, number>>): void;
  text(): Promise<string>;
  type: string;
};

/** From a command that only reads (1 ms) to the 3 seconds in which everything must be acknowledged, and beyond. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The goal is a millisecond with the reservation. */
const DECISION_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
/** Jobs make songs and videos. */
const JOB_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const count = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const time = (name: string, help: string, labelNames: string[] = [], steps = SECONDS) =>
    new Histogram({ name, help, labelNames, registers, buckets: steps });
  const byCommand = ["command", "surface", "outcome"];
  const commands = count("impresario_commands_total", "Commands run, by how they ended", byCommand);
  const votes = count("impresario_votes_total", "Votes that were taken");
  const seconds = time("impresario_command_seconds", "From an envelope to its answer");
  const acks = time("impresario_ack_seconds", "From a message's arrival to its acknowledgement", ["surface"]);
  const duplicates = count("impresario_inbox_duplicates_total", "Deliveries that were here before");
  const jobs = count("impresario_jobs_total", "Jobs, by how they ended", ["queue", "outcome"]);
  const jobSeconds = time("impresario_job_seconds", "How long a job ran", ["queue"], JOB_SECONDS);
  const decisions = time(
    "impresario_router_decision_seconds",
    "From the question who makes it to the reservation of its money",
    [],
    DECISION_SECONDS,
  );
  const selections = count("impresario_router_selections_total", "Choices of a provider, by what came of them", [
    "provider",
    "capability",
    "outcome",
  ]);
  const fallbacks = count("impresario_router_fallbacks_total", "Choices after another one had failed");
  return {
    meter: {
      command(command, surface, outcome, took) {
        commands.inc({ command, surface, outcome });
        if (command === "vote cast" && outcome === "done") votes.inc();
        seconds.observe(took);
      },
      duplicate: () => duplicates.inc(),
      ack: (surface, took) => acks.observe({ surface }, took),
      job(queue, outcome, took) {
        jobs.inc({ queue, outcome });
        jobSeconds.observe({ queue }, took);
      },
      decision(took, again) {
        decisions.observe(took);
        if (again) fallbacks.inc();
      },
      selection: (provider, capability, outcome) => selections.inc({ provider, capability, outcome }),
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await read());
        },
      });
    },
    gauges(name, help, label, read) {
      new Gauge({
        name,
        help,
        registers,
        labelNames: [label],
        async collect() {
          this.reset();
          for (const [value, left] of await read()) this.set({ [label]: value }, left);
        },
      });
    },
    text: () => registry.metrics(),
    type: registry.contentType,
  };
}
