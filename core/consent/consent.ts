// Consents: who agreed to which words, when and where. Each decision is a row; the newest one counts.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import type { Answer } from "../command/index.ts";
import { allIdsOf } from "../people/index.ts";
import { refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { localeOf, say } from "../words/say.ts";
import { PURPOSES, type Purpose } from "./purposes.ts";

/** Whoever uses what was agreed to listens to this, and stops when it was taken back. */
export const consentChanged = eventKind<{ person: string; purpose: Purpose; version: number; agreed: boolean }>(
  "consent.changed",
);

export type Decision = {
  purpose: Purpose;
  version: number;
  agreed: boolean;
  at: string;
  surface: string;
  words: string;
};

/** The decision that counts for each purpose, whichever of the accounts of a person it was made with. */
export async function decisionsOf({ db }: Pick<Act, "db">, personId: string): Promise<Decision[]> {
  return rawOf(db)<Decision[]>`
    select distinct on (purpose) purpose, version, agreed, at, surface, words from consent
    where person_id = any(${await allIdsOf(db, personId)}::uuid[]) and ended_at is null
    order by purpose, at desc, id desc`;
}

/** Whether somebody agreed to the words of now: for work that nobody is there to be asked about. */
export async function hasConsent(act: Pick<Act, "db">, personId: string, purpose: Purpose): Promise<boolean> {
  const found = (await decisionsOf(act, personId)).find((d) => d.purpose === purpose);
  return found?.agreed === true && found.version === PURPOSES[purpose].version;
}

/**
 * Asks the person of this run, once: `const asked = await needsConsent(act, "content"); if (asked) return asked;`.
 * Nothing: they agreed. Who said no is not asked again, and refused in words that say how to change one's mind.
 */
export async function needsConsent(act: Act, purpose: Purpose): Promise<Answer | undefined> {
  const found = (await decisionsOf(act, act.person.id)).find((d) => d.purpose === purpose);
  if (found?.version !== PURPOSES[purpose].version) return question(act, purpose);
  if (found.agreed) return undefined;
  throw refuse("rule", "This needs your consent, and you said no. /consent give purpose:{purpose} changes that.", {
    purpose,
  });
}

/** The words, and two buttons. Agreeing names the version that was read: newer words are asked about again. */
export function question(act: Act, purpose: Purpose): Answer {
  const { version, says } = PURPOSES[purpose];
  const press = { uses: "once", audience: "asker", minutes: 60, confirmed: true } as const;
  return {
    view: view(
      act.say("Do you agree?"),
      { kind: "text", text: act.say(says) },
      {
        kind: "buttons",
        buttons: [
          {
            label: act.say("I agree"),
            style: "primary",
            press: { ...press, command: "consent give", options: { purpose, version } },
          },
          {
            label: act.say("I do not agree"),
            style: "plain",
            press: { ...press, command: "consent withdraw", options: { purpose } },
          },
        ],
      },
      { kind: "text", tone: "soft", text: act.say("You may take it back at any time with /consent withdraw.") },
    ),
    data: { item: { id: purpose, purpose, version, status: "asked", text: act.say(says) } },
  };
}

/** Notes a decision. The same one again changes nothing: what counts is when it was made first. */
export async function decide(act: Act, purpose: Purpose, agreed: boolean): Promise<void> {
  const sql = rawOf(act.db);
  const { version, says } = PURPOSES[purpose];
  // Two decisions of one person at once take turns here.
  await sql`select from person where id = ${act.person.id} for update`;
  const before = (await decisionsOf(act, act.person.id)).find((d) => d.purpose === purpose);
  if (before?.agreed === agreed && before.version === version) return;
  const at = act.now.toISOString();
  const locale = localeOf(act.locale);
  const id = act.newId();
  const { surface, tenant, external } = act.place;
  await sql`
    update consent set ended_at = ${at}
    where person_id = any(${await allIdsOf(act.db, act.person.id)}::uuid[]) and purpose = ${purpose} and ended_at is null`;
  await sql`
    insert into consent (workspace_id, id, person_id, purpose, version, locale, words, agreed, at, surface, place, run_id)
    values (${act.workspace.id}, ${id}, ${act.person.id}, ${purpose}, ${version}, ${locale}, ${say(locale, says)},
      ${agreed}, ${at}, ${surface}, ${`${tenant}/${external}`}, ${act.run})`;
  act.changed({ what: `consent.${purpose}`, id, from: before?.agreed ?? null, to: { agreed, version } });
  await act.emit(consentChanged, { person: act.person.id, purpose, version, agreed }, act.person.id);
}
