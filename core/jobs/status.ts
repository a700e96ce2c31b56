// `status`: what runs, how much waits, who works, and how busy the last day was.

import { rawOf } from "../../db/connect.ts";
import pkg from "../../package.json" with { type: "json" };
import type { Act } from "../act.ts";
import { command } from "../command/index.ts";
import { firstIdAt } from "../ids.ts";
import { type Block, type ChartSpec, view } from "../view/index.ts";
import { STATUSES, statusWord } from "./job.ts";

const HOUR = 3_600_000;
/** A worker writes its name twice a minute; one that missed three times is gone. */
const SEEN = 90_000;
export const WORKER = "worker:";

type Database = { version: string; bytes: string };
type Waiting = { depth: number; oldest: string | null };
type Hour = { hour: number; count: number; failed: number };

export const status = command({
  name: "status",
  says: "What runs, what waits, and how busy it was",
  role: "staff",
  reads: true,
  async run({ act }) {
    const now = await gather(act);
    const words = act.say(
      "{running, plural, =0 {Nothing runs} one {# job runs} other {# jobs run}}, {waiting, plural, =0 {none waits} one {# waits} other {# wait}}, {failed, plural, =0 {none failed} one {# failed} other {# failed}}.",
      { running: now.jobs.running, waiting: now.jobs.waiting, failed: now.jobs.failed },
    );
    const fields = [
      { label: act.say("Version"), value: now.version },
      { label: act.say("Up for"), value: span(act, now.uptime_seconds) },
      {
        label: act.say("Database"),
        value: `PostgreSQL ${now.database.version}, ${megabytes(act, now.database.bytes)}`,
      },
      { label: act.say("Workers"), value: now.workers.map((w) => w.name).join(", ") || act.say("none seen") },
      { label: act.say("Jobs"), value: STATUSES.map((s) => `${now.jobs[s]} ${statusWord(act, s)}`).join(" · ") },
    ];
    const chart = chartOf(act, now.commands.hours);
    const blocks: Block[] = [
      { kind: "fields", fields },
      { kind: "chart", chart, alt: chart.title },
    ];
    if (now.jobs.failed > 0) {
      const press = { command: "job list", options: { status: "failed" }, uses: "many", audience: "staff" } as const;
      blocks.push({ kind: "buttons", buttons: [{ label: act.say("Show what failed"), press }] });
    }
    return { view: view(words, ...blocks), data: { item: { id: act.workspace.id, ...now } } };
  },
});

async function gather(act: Act) {
  const sql = rawOf(act.db);
  const day = act.now.getTime() - 24 * HOUR;
  const from = firstIdAt(day);
  const [databases, counts, queues, workers, hours] = await Promise.all([
    sql<Database[]>`
      select split_part(current_setting('server_version'), ' ', 1) as version,
        pg_database_size(current_database()) as bytes`,
    // What waits, runs or failed whenever it was; what is over, of the last day.
    sql<{ status: string; count: number }[]>`
      select status, count(*)::int as count from job
      where status in ('waiting', 'running', 'failed') or (status in ('done', 'cancelled') and id >= ${from})
      group by status`,
    sql<Waiting[]>`
      select count(*)::int as depth, min(due_at) as oldest from job
      where status = 'waiting' and due_at <= ${act.now.toISOString()}`,
    sql<{ key: string; at: string }[]>`
      select key, at from tick where key like ${`${WORKER}%`} and at > ${new Date(act.now.getTime() - SEEN).toISOString()}
      order by key`,
    sql<Hour[]>`
      select floor(extract(epoch from received_at) / 3600)::int as hour, count(*)::int as count,
        count(*) filter (where status = 'failed')::int as failed
      from inbox where id >= ${from} and command <> '' group by 1`,
  ]);
  const jobs = { waiting: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  for (const { status, count } of counts) if (status in jobs) jobs[status as keyof typeof jobs] = count;
  const oldest = queues[0]?.oldest;
  return {
    version: pkg.version,
    uptime_seconds: Math.floor(process.uptime()),
    database: { version: databases[0]!.version, bytes: Number(databases[0]!.bytes) },
    jobs,
    queue: {
      depth: queues[0]?.depth ?? 0,
      oldest_seconds: oldest ? Math.floor((act.now.getTime() - Date.parse(oldest)) / 1000) : 0,
    },
    workers: workers.map((w) => ({ name: w.key.slice(WORKER.length), seen_at: new Date(w.at).toISOString() })),
    commands: { ...commandsOf(hours), hours: hoursOf(act.now, hours) },
  };
}

const commandsOf = (hours: readonly Hour[]) => ({
  total: hours.reduce((sum, h) => sum + h.count, 0),
  failed: hours.reduce((sum, h) => sum + h.failed, 0),
});

/** All twenty-four, the present one last: an hour without commands is a zero, not a gap. */
function hoursOf(now: Date, counted: readonly Hour[]): { at: string; count: number }[] {
  const last = Math.floor(now.getTime() / HOUR);
  const by = new Map(counted.map((h) => [h.hour, h.count]));
  return Array.from({ length: 24 }, (_, n) => {
    const hour = last - 23 + n;
    return { at: new Date(hour * HOUR).toISOString(), count: by.get(hour) ?? 0 };
  });
}

function chartOf(act: Act, hours: readonly { at: string; count: number }[]): ChartSpec {
  const clock = new Intl.DateTimeFormat(act.locale, {
    timeZone: act.workspace.zone,
    hour: "numeric",
    minute: "2-digit",
  });
  const count = hours.reduce((sum, h) => sum + h.count, 0);
  return {
    form: "bar",
    title: act.say("{count, plural, =0 {No command} one {# command} other {# commands}} in 24 hours", { count }),
    unit: "number",
    labels: hours.map((h) => clock.format(new Date(h.at))),
    series: [{ name: act.say("Commands"), values: hours.map((h) => h.count) }],
  };
}

const megabytes = (act: Act, bytes: number): string =>
  new Intl.NumberFormat(act.locale, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1e6);

function span(act: Act, seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days > 0) return act.say("{days} d {hours} h", { days, hours });
  return hours > 0 ? act.say("{hours} h {minutes} min", { hours, minutes }) : act.say("{minutes} min", { minutes });
}
