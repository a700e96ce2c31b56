// Signs that somebody votes with many accounts: many that are new here, for one answer, within seconds, where regulars
// vote too. Their votes are set aside, and staff are shown why and decide; until then everything else counts.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { Registry } from "../command/index.ts";
import { sealView } from "../inbox/index.ts";
import { edit, post } from "../outbox/index.ts";
import { refuse } from "../problem.ts";
import { staffPlace } from "../studio/index.ts";
import { type View, view } from "../view/index.ts";
import { type Ballot, getBallot, type Hold } from "./ballot.ts";
import { clockOf } from "./cast.ts";
import { ballotHeld } from "./events.ts";
import { endBallot } from "./result.ts";
import { readSettings } from "./settings.ts";
import { spokenIn } from "./spoken.ts";
import { showBallot } from "./telling.ts";

export const VERDICTS = ["release", "void", "close"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Looks at what was cast a moment ago. True: the ballot waits for staff since now. */
export async function watchBursts(act: Act, commands: Registry, id: string): Promise<boolean> {
  const { burst, burstSeconds } = await readSettings(act);
  if (burst === 0) return false;
  const sql = rawOf(act.db);
  const recent = sql`at > ${clockOf(sql, act)} - make_interval(secs => ${burstSeconds})`;
  // A place where everybody is new has no regulars that could be outvoted.
  const [crowd] = await sql<{ choice: string; n: number }[]>`
    select v.choice_id as choice, count(*)::int as n from vote v
    join ballot b on b.workspace_id = v.workspace_id and b.id = v.ballot_id
    where v.ballot_id = ${id} and v.young and v.state = 'counted' and ${recent}
      and b.status <> 'closed' and (b.hold is null or b.hold->>'verdict' = 'void')
      and (select count(*) from (select from person p where p.merged_into is null
        and p.created_at < ${clockOf(sql, act)} - make_interval(hours => (b.rules->>'youngHours')::int) limit ${burst}) r) >= ${burst}
    group by 1 having count(*) >= ${burst} order by 2 desc limit 1`;
  if (!crowd) return false;
  const [held] = await sql`select 1 from ballot where id = ${id} and status <> 'closed' for no key update`;
  if (!held) return false;
  const aside = await sql`
    update vote set state = 'held'
    where ballot_id = ${id} and choice_id = ${crowd.choice} and young and state = 'counted' and ${recent}`;
  const why = `${aside.count} new accounts, ${burstSeconds} s`;
  const hold: Hold = {
    why,
    choice: crowd.choice,
    votes: aside.count,
    seconds: burstSeconds,
    since: act.now.toISOString(),
  };
  await sql`update ballot set status = 'held', hold = ${JSON.stringify(hold)}::text::jsonb where id = ${id}`;
  act.changed({ what: "ballot", id, from: "open", to: "held" });
  const ballot = await getBallot(act, id);
  await act.emit(ballotHeld, { ballot: id, channel: ballot.channel, why, votes: aside.count }, id);
  await tellStaff(act, commands, ballot, "post");
  return true;
}

const subjectOf = (ballot: string) => `ballot held ${ballot}`;

async function tellStaff(act: Act, commands: Registry, ballot: Ballot, how: "post" | "edit"): Promise<void> {
  const place = await staffPlace(act);
  if (!place) return;
  const spoken = spokenIn(act, act.workspace.locale);
  const shown = await sealView(act, commands, heldView(spoken, ballot));
  const message = { place, subject: subjectOf(ballot.id), view: shown, hints: { locale: spoken.locale } };
  await (how === "post" ? post(act, message) : edit(act, message));
}

/** Why it waits, and what can be done. */
export function heldView(act: Pick<Act, "say">, ballot: Ballot): View {
  const { hold } = ballot;
  if (!hold) return view(act.say("Nothing is held in this ballot."));
  const choice = ballot.choices.find((c) => c.id === hold.choice)?.label ?? "";
  const words = act.say(
    "⚠ {votes, plural, one {# vote} other {# votes}} for {choice} came from accounts that are new here, within {seconds} s. They are set aside.",
    { votes: hold.votes, choice, seconds: hold.seconds },
  );
  if (hold.verdict) return view(words, { kind: "text", text: verdictWords(act, hold.verdict) });
  const press = (what: Verdict) => ({
    command: "vote decide",
    options: { ballot: ballot.id, what },
    uses: "once" as const,
    audience: "staff" as const,
    minutes: 7 * 24 * 60,
  });
  return view(
    words,
    { kind: "fields", fields: [{ label: act.say("Ballot"), value: ballot.question }] },
    { kind: "text", tone: "soft", text: act.say("Until you decide they do not count, and everything else does.") },
    {
      kind: "buttons",
      buttons: [
        { label: act.say("Count them"), style: "primary", press: press("release") },
        { label: act.say("Void those votes"), style: "danger", press: press("void") },
        { label: act.say("Close the ballot"), style: "plain", press: press("close") },
      ],
    },
  );
}

function verdictWords(act: Pick<Act, "say">, verdict: Verdict): string {
  if (verdict === "release") return act.say("They count now.");
  return verdict === "void" ? act.say("They are void.") : act.say("The ballot was closed without them.");
}

/** What staff say about the votes that were set aside. Once. */
export async function decideHeld(act: Act, commands: Registry, id: string, verdict: Verdict): Promise<Ballot> {
  const sql = rawOf(act.db);
  const [held] = await sql`
    update ballot set hold = hold || ${JSON.stringify({ verdict })}::text::jsonb, status = 'open'
    where id = ${id} and status = 'held' returning 1`;
  if (!held) throw refuse("clash", "Nothing is held in this ballot: somebody decided, or its time is over.");
  const to = verdict === "release" ? "counted" : "void";
  await sql`update vote set state = ${to} where ballot_id = ${id} and state = 'held'`;
  act.changed({ what: "ballot", id, from: "held", to: verdict });
  const ballot =
    verdict === "close" ? await endBallot(act, commands, id, { now: true }) : await showBallot(act, commands, id);
  const now = ballot ?? (await getBallot(act, id));
  await tellStaff(act, commands, now, "edit");
  return now;
}
