import { expect, test } from "vitest";
import { makeMetrics } from "./index.ts";

test("what is counted is told under the names of the contract", async () => {
  const metrics = makeMetrics();
  metrics.meter.command("whoami", "http", "done", 0.004);
  metrics.meter.command("whoami", "http", "done", 0.02);
  metrics.meter.duplicate();
  metrics.meter.ack("discord", 0.3);
  metrics.meter.job("picture", "failed", 12);
  metrics.meter.decision(0.0007, false);
  metrics.meter.decision(0.004, true);
  metrics.meter.selection("suno", "song", "done");
  metrics.gauges("impresario_budget_left", "Left", "scope", async () => new Map([["provider:suno", 12.5]]));
  metrics.gauge("impresario_outbox_depth", "Messages that wait to leave", async () => 7);
  const text = await metrics.text();
  for (const line of [
    'impresario_commands_total{command="whoami",surface="http",outcome="done"} 2',
    'impresario_command_seconds_bucket{le="0.005"} 1',
    "impresario_command_seconds_count 2",
    'impresario_ack_seconds_count{surface="discord"} 1',
    "impresario_inbox_duplicates_total 1",
    'impresario_jobs_total{queue="picture",outcome="failed"} 1',
    'impresario_job_seconds_sum{queue="picture"} 12',
    "impresario_outbox_depth 7",
    'impresario_router_decision_seconds_bucket{le="0.001"} 1',
    "impresario_router_decision_seconds_count 2",
    'impresario_router_selections_total{provider="suno",capability="song",outcome="done"} 1',
    "impresario_router_fallbacks_total 1",
    'impresario_budget_left{scope="provider:suno"} 12.5',
  ])
    expect(text.split("\n")).toContain(line);
});

test("two processes' worth of metrics in one do not meet", async () => {
  const [one, two] = [makeMetrics(), makeMetrics()];
  one.meter.duplicate();
  expect(await two.text()).toContain("impresario_inbox_duplicates_total 0");
});
