// When a channel is not well, staff are told in one message, which says so when it is well again. One that comes soon after
// another goes on in the same message: who looks at a phone at night shall not find fifty.
import { rawOf } from "../../../db/connect.ts";
import { type Act, jobKind, type Place } from "../../act.ts";
import { edit, post } from "../../outbox/index.ts";
import { type View, view } from "../../view/index.ts";
import { localeOf, say } from "../../words/say.ts";
import { channelTrouble, channelWell } from "../events.ts";
import { clockWords } from "../words.ts";

/** A reaction to both of its events: whatever order they come in, the message shows how it is. */
export const tellOfTrouble = jobKind<{ trouble: string }>("channel trouble");

/** Well for less than this, it is the same trouble still. */
const AGAIN_MS = 10 * 60_000;
const NOTE = 300;

type Kind = "failed" | "silent" | "unplayed";
type About = { channel: string; slug: string; at: Date };

/** What begins while it is not well already belongs to that. */
export async function beginTrouble(
  act: Act,
  { channel, slug, at, kind, why }: About & { kind: Kind; why: string },
): Promise<void> {
  const since = new Date(at.getTime() - AGAIN_MS).toISOString();
  const reason = why.slice(0, NOTE);
  const [row] = await rawOf(act.db)<{ id: string }[]>`
    with again as (
      update channel_trouble set to_at = null, times = times + 1, kind = ${kind}, why = ${reason}
      where id = (select id from channel_trouble where channel_id = ${channel} and to_at > ${since} order by to_at desc limit 1)
        and not exists (select from channel_trouble where channel_id = ${channel} and to_at is null)
      returning id),
    made as (
      insert into channel_trouble (workspace_id, id, channel_id, from_at, kind, why)
      select ${act.workspace.id}, ${act.newId()}, ${channel}, ${at.toISOString()}, ${kind}, ${reason}
      where not exists (select from again) on conflict do nothing returning id)
    select id from again union all select id from made`;
  if (row) await act.emit(channelTrouble, { channel, slug, trouble: row.id }, channel);
}

export async function endTrouble(act: Act, { channel, slug, at }: About): Promise<void> {
  const [row] = await rawOf(act.db)<{ id: string }[]>`
    update channel_trouble set to_at = greatest(from_at, ${at.toISOString()})
    where channel_id = ${channel} and to_at is null returning id`;
  if (row) await act.emit(channelWell, { channel, slug, trouble: row.id }, channel);
}

type Trouble = {
  name: string;
  from: string;
  to: string | null;
  kind: Kind;
  why: string;
  times: number;
  place: string | null;
  silent: number;
};

/** Says it in the chat of staff, or changes what was said there. False: there is no such chat. */
export async function showTrouble(
  act: Act,
  id: string,
  staff: (act: Act) => Promise<Place | undefined>,
): Promise<boolean> {
  const sql = rawOf(act.db);
  // Held: who comes second finds the message of the first.
  const [row] = await sql<Trouble[]>`
    select c.name, t.from_at as from, t.to_at as to, t.kind, t.why, t.times, t.place::text as place,
      (select coalesce(sum(extract(epoch from least(s.to_at, coalesce(t.to_at, s.to_at)) - greatest(s.from_at, t.from_at))), 0)::float8
        from silence s where s.workspace_id = t.workspace_id and s.channel_id = t.channel_id
          and s.to_at > t.from_at and s.from_at < coalesce(t.to_at, s.to_at)) as silent
    from channel_trouble t join channel c on c.workspace_id = t.workspace_id and c.id = t.channel_id
    where t.id = ${id} for update of t`;
  if (!row) return false;
  const told = row.place === null ? undefined : (JSON.parse(row.place) as Place);
  const place = told ?? (await staff(act));
  if (!place) return false;
  const locale = localeOf(act.workspace.locale);
  const spoken: Act = { ...act, locale, say: (text, vars) => say(locale, text, vars) };
  const message = { place, subject: `trouble ${id}`, view: troubleView(spoken, row), hints: { locale } };
  if (told) await edit(act, message);
  else {
    await post(act, message);
    const { surface, tenant, external } = place;
    await sql`
      update channel_trouble set place = ${JSON.stringify({ surface, tenant, external })}::text::jsonb where id = ${id}`;
  }
  return true;
}

function troubleView(act: Act, { name, from, to, kind, why, times, silent }: Trouble): View {
  const what: Record<Kind, string> = {
    failed: act.say("Its engine stopped."),
    silent: act.say("Nothing was heard of it."),
    unplayed: act.say("Nobody played it."),
  };
  const [began, over] = [new Date(from), to === null ? undefined : new Date(to)];
  const text = over
    ? act.say("{channel} is well again.", { channel: name })
    : act.say("{channel} is unwell. It is being started again by itself.", { channel: name });
  return view(
    text,
    { kind: "text", text: what[kind], tone: over ? "soft" : "warn" },
    {
      kind: "fields",
      fields: [
        ...(why === "" ? [] : [{ label: act.say("Reason"), value: why }]),
        {
          label: act.say("When"),
          value: over ? `${clockWords(act, began)} – ${clockWords(act, over)}` : clockWords(act, began),
        },
        ...(times > 1 ? [{ label: act.say("Times"), value: `${times}` }] : []),
        ...(over
          ? [{ label: act.say("Silence"), value: act.say("{seconds} s", { seconds: Math.round(silent) }) }]
          : []),
      ],
    },
  );
}
