// Jobs on a card and in a table.
import type { Act } from "../act.ts";
import { type Block, type Field, type View, view } from "../view/index.ts";
import { type Job, shortOf, statusWord } from "./job.ts";

const when = (act: Act, at: string | null): string =>
  at === null
    ? "–"
    : new Intl.DateTimeFormat(act.locale, {
        timeZone: act.workspace.zone,
        dateStyle: "medium",
        timeStyle: "short",
      }).format(new Date(at));

const far = (job: Job): string =>
  job.status === "running" && job.progress ? `${job.progress.done}/${job.progress.total}` : "";

export function jobsView(act: Act, jobs: readonly Job[], more: boolean): View {
  if (jobs.length === 0)
    return view(act.say("No jobs here. What is asked for and takes longer shows up in this list."));
  const text = act.say("{count, plural, one {# job} other {# jobs}}, the newest first.", { count: jobs.length });
  const columns = [act.say("Job"), act.say("Status"), act.say("Progress"), act.say("Asked for"), act.say("Id")];
  const table: Block = {
    kind: "table",
    columns: columns.map((label) => ({ label })),
    rows: jobs.map((j) => [j.name, statusWord(act, j.status), far(j), when(act, j.created_at), shortOf(j.id)]),
    ...(more ? { caption: act.say("There are more. Older ones: /job list before:{id}", { id: jobs.at(-1)!.id }) } : {}),
  };
  return view(text, table);
}

export function jobView(act: Act, job: Job): View {
  const text = act.say("{job} is {status}.", { job: job.name, status: statusWord(act, job.status) });
  const fields: Field[] = [
    { label: act.say("Id"), value: job.id },
    { label: act.say("Asked for"), value: when(act, job.created_at) },
    { label: act.say("Started"), value: when(act, job.started_at) },
    { label: act.say("Ended"), value: when(act, job.ended_at) },
    { label: act.say("Attempts"), value: String(job.attempts) },
  ];
  if (job.status === "waiting" && job.due_at > act.now.toISOString())
    fields.push({ label: act.say("Next start"), value: when(act, job.due_at) });
  const blocks: Block[] = [{ kind: "fields", fields }];
  if (job.status === "running" && job.progress) blocks.unshift({ kind: "progress", ...job.progress, job: job.id });
  if (job.error) blocks.push({ kind: "text", text: job.error, tone: job.status === "failed" ? "bad" : "warn" });
  const buttons = buttonsOf(act, job);
  if (buttons) blocks.push(buttons);
  return view(text, ...blocks);
}

function buttonsOf(act: Act, { id, status }: Job): Block | undefined {
  const options = { job: id };
  if (status === "waiting" || status === "running") {
    const press = { command: "job cancel", options, audience: "staff", uses: "once" } as const;
    return { kind: "buttons", buttons: [{ label: act.say("Cancel"), press }] };
  }
  if (status === "done") return undefined;
  const press = { command: "job retry", options, audience: "staff", uses: "once" } as const;
  return { kind: "buttons", buttons: [{ label: act.say("Try again"), style: "primary", press }] };
}
