// Where a ballot's card is shown, and how it follows the tally: one message a place, edited in place. Edits of one card
// replace each other in the outbox while they wait, so a platform's pace is never a backlog and the last edit is the last.
import { afterCommit, rawOf } from "../../db/connect.ts";
import type { Act, Place } from "../act.ts";
import type { Registry } from "../command/index.ts";
import { sealView, turnRun } from "../inbox/index.ts";
import { edit, post } from "../outbox/index.ts";
import { asJson } from "../text.ts";
import { type Ballot, ballotData, getBallot } from "./ballot.ts";
import { ballotView } from "./card.ts";
import { spokenIn } from "./spoken.ts";

/** Says on which channel the clerk hears that a tally has moved. */
export const BALLOT_CHANNEL = "impresario_ballot";

/** Seals the buttons once; every card and every edit carries the same tokens. */
export async function sealButtons(act: Act, commands: Registry, ballot: Ballot): Promise<Ballot> {
  const sealed = await sealView(act, commands, ballotView(act, ballot));
  const tokens = sealed.blocks.flatMap((b) =>
    b.kind === "buttons"
      ? b.buttons.map((one) => one.action)
      : b.kind === "select"
        ? b.choices.map((one) => one.action)
        : [],
  );
  const buttons = Object.fromEntries(ballot.choices.map((c, at) => [c.id, tokens[at] ?? ""]));
  await rawOf(act.db)`update ballot set buttons = ${asJson(buttons)}::text::jsonb where id = ${ballot.id}`;
  return { ...ballot, buttons };
}

const subjectOf = (ballot: string) => `ballot ${ballot}`;

/** A card of its own in each of these places. */
export async function postCards(act: Act, ballot: Ballot, places: readonly Place[]): Promise<void> {
  if (places.length === 0) return;
  const spoken = spokenIn(act, act.workspace.locale);
  const shown = ballotView(spoken, ballot);
  const subject = subjectOf(ballot.id);
  for (const { surface, tenant, external } of places)
    await post(act, { place: { surface, tenant, external }, subject, view: shown, hints: { locale: spoken.locale } });
  const cards = places.map(({ surface, tenant, external }) => ({ surface, tenant, external, subject }));
  await rawOf(act.db)`update ballot set places = ${asJson(cards)}::text::jsonb where id = ${ballot.id}`;
}

/** Everywhere the ballot is shown, it is shown as it is now. */
export async function showBallot(act: Act, commands: Registry, id: string): Promise<Ballot> {
  const ballot = await getBallot(act, id);
  await rawOf(act.db)`update ballot set shown = ${ballot.changes} where id = ${id} and shown < ${ballot.changes}`;
  const spoken = spokenIn(act, act.workspace.locale);
  for (const { subject, ...place } of ballot.places)
    await edit(act, { place, subject, view: ballotView(spoken, ballot), hints: { locale: spoken.locale } });
  if (ballot.run && ballot.openedBy) {
    const outcome = {
      command: "vote start",
      status: "done" as const,
      view: ballotView(spokenIn(act, ballot.locale), ballot),
      data: { item: ballotData(ballot) },
    };
    await turnRun({ ...act, run: ballot.run, person: { id: ballot.openedBy } }, commands, outcome);
  }
  return ballot;
}

/** Tells the clerk after the commit. It may be lost: the clerk also looks by itself. */
export function tallyMoved(act: Pick<Act, "db"> & { workspace: { id: string } }, ballot: string): void {
  const told = JSON.stringify([act.workspace.id, ballot]);
  afterCommit(act.db, `ballot ${told}`, ({ client }) => client`select pg_notify(${BALLOT_CHANNEL}, ${told})`);
}
