// Drafts go to where staff are: one message a batch, and a decision changes that message.
import { rawOf } from "../../db/connect.ts";
import type { Act, Place } from "../act.ts";
import type { Registry } from "../command/index.ts";
import { sealView, turnRun } from "../inbox/index.ts";
import { factsOf, listWorks, playerOf, reviewButtons, type Work } from "../library/index.ts";
import { edit, post } from "../outbox/index.ts";
import { type View, view } from "../view/index.ts";
import { type Locale, localeOf, say } from "../words/say.ts";
import { batchView, draftChoices, holdBatch, worksTable } from "./deliver.ts";
import { staffPlace } from "./review-place.ts";

const subjectOf = (batch: string) => `review ${batch}`;
const MOST = 1000;

/** Called when a batch ends, in the transaction that ends it. */
export async function tellStaff(act: Act, commands: Registry, batch: string): Promise<void> {
  const place = await staffPlace(act);
  if (!place) return;
  const works = await listWorks(act, { batch, drafts: true }, MOST);
  if (!works.some((w) => w.status === "draft") || (await askedThere(act, batch, place))) return;
  const told = await toldAt(act, batch);
  await send(act, commands, { batch, works, places: told.length > 0 ? told : [place], again: told.length > 0 });
}

/** Whoever asked for it in that very chat sees it there: it is not told twice. */
async function askedThere(act: Act, batch: string, { surface, tenant, external }: Place): Promise<boolean> {
  const rows = await rawOf(act.db)`
    select 1 from batch b join outbox o on o.workspace_id = b.workspace_id and o.subject = b.run_id::text
    where b.id = ${batch} and o.surface = ${surface} and o.tenant = ${tenant} and o.place = ${external}
      and o.kind in ('post', 'answer') limit 1`;
  return rows.length > 0;
}

const toldAt = (act: Act, batch: string) => rawOf(act.db)<Place[]>`
  select distinct surface, tenant, place as external from outbox
  where subject = ${subjectOf(batch)} and kind = 'post' and status in ('waiting', 'sending', 'sent')`;

type Telling = { batch: string; works: Work[]; places: readonly Place[]; again: boolean; by?: string };

async function send(act: Act, commands: Registry, { batch, works, places, again, by }: Telling): Promise<void> {
  // Everybody there reads it: in the workspace's own language.
  const locale = localeOf(act.workspace.locale);
  const spoken = spokenIn(act, locale);
  for (const place of places) {
    const sealed = await sealView(act, commands, card(spoken, works.toReversed(), by));
    const message = { place: { ...place }, subject: subjectOf(batch), view: sealed, hints: { locale } };
    await (again ? edit(act, message) : post(act, message));
  }
}

/** A word to staff where they are, in the workspace's own language. Answers whether there is such a place. */
export async function tellStaffPlace(
  act: Act,
  commands: Registry,
  subject: string,
  words: (spoken: Act) => View,
): Promise<boolean> {
  const place = await staffPlace(act);
  if (!place) return false;
  const locale = localeOf(act.workspace.locale);
  const spoken = spokenIn(act, locale);
  await post(act, { place, subject, view: await sealView(act, commands, words(spoken)), hints: { locale } });
  return true;
}

/** Two who decide about one batch at once write its message one after the other. Before the decision itself. */
export async function holdCard(act: Act, { batch }: Work): Promise<void> {
  if (batch) await rawOf(act.db)`select 1 from batch where id = ${batch} for no key update`;
}

/** A draft was decided: the messages that asked say so, to staff and to whoever wanted it made. */
export async function followDecision(act: Act, commands: Registry, { batch }: Work): Promise<void> {
  if (!batch) return;
  const [places, askers] = await Promise.all([toldAt(act, batch), askersOf(act, batch)]);
  if (places.length === 0 && askers.length === 0) return;
  const works = await listWorks(act, { batch, drafts: true }, MOST);
  const by = act.person.name;
  await send(act, commands, { batch, works, places, again: true, by });
  const ended = askers.length > 0 ? await holdBatch(act, batch) : undefined;
  for (const { id, person, locale, answer } of askers) {
    const spoken = spokenIn(act, localeOf(locale));
    const shown = await batchView(spoken, batch, ended!);
    const [only] = works;
    const words = works.length === 1 && only && !waits(only) ? decisionWords(spoken, only, by) : shown.view.text;
    const outcome = { ...answer, status: "done" as const, view: view(words, ...shown.view.blocks), data: shown.data };
    await turnRun({ ...act, run: id, person: { id: person } }, commands, outcome);
  }
}

type Asker = { id: string; person: string; locale: string; answer: { command: string } };

/** Runs that show the batch as it ended: whose asked for it, and whose asked for the same work meanwhile. */
const askersOf = (act: Act, batch: string) => rawOf(act.db)<Asker[]>`
  select i.id, i.person_id as person, i.answer, coalesce(p.locale, i.envelope->'account'->>'locale', w.locale) as locale
  from batch b
  join inbox r on r.workspace_id = b.workspace_id and r.id = b.run_id
  join inbox i on i.workspace_id = r.workspace_id and i.answer->>'job' = r.answer->>'job' and i.status = 'done'
  join person p on p.workspace_id = i.workspace_id and p.id = i.person_id
  join workspace w on w.workspace_id = i.workspace_id
  where b.id = ${batch} and i.answer->'data'->>'batch' = ${batch} order by i.id`;

const spokenIn = (act: Act, locale: Locale): Act => ({ ...act, locale, say: (text, vars) => say(locale, text, vars) });

function card(act: Act, works: readonly Work[], by: string | undefined): View {
  const [only] = works;
  if (works.length === 1 && only) {
    const facts = { kind: "fields" as const, fields: factsOf(act, only) };
    return view(
      decisionWords(act, only, by),
      playerOf(only),
      facts,
      ...(waits(only) ? [reviewButtons(act, only)] : []),
    );
  }
  const drafts = works.filter(waits);
  const words =
    drafts.length > 0
      ? act.say("{count, plural, one {# draft waits} other {# drafts wait}} for a yes or a no, of {all}.", {
          count: drafts.length,
          all: works.length,
        })
      : act.say("All {all} are decided.", { all: works.length });
  return view(words, worksTable(act, works), ...draftChoices(act, drafts));
}

const waits = ({ status }: Work) => status === "draft";

function decisionWords(act: Act, { status, title }: Work, by = ""): string {
  if (status === "draft") return act.say("{title} waits for a yes or a no.", { title });
  return status === "approved"
    ? act.say("{title} was approved by {person}.", { title, person: by })
    : act.say("{title} was rejected by {person}.", { title, person: by });
}
