// Buttons: a short token of a row. It survives a restart, and whoever presses is checked again.
import { and, eq } from "drizzle-orm";
import { rawOf } from "../../db/connect.ts";
import { action, actionUse } from "../../db/schema/index.ts";
import { type Act, mayActAs, type Role } from "../act.ts";
import type { Command, Registry } from "../command/index.ts";
import { randomLetters } from "../ids.ts";
import { type Refusal, refuse } from "../problem.ts";
import { asJson } from "../text.ts";
import type { Block, Press, View } from "../view/index.ts";

/** The first letter of a token tells a surface how to acknowledge the press before any lookup. */
export const ackLetter = (command: Command | undefined): "u" | "p" | "r" | "b" =>
  !command ? "u" : command.reply !== "private" ? "r" : command.brief ? "b" : "p";

/** Who shows a view, and in which run. */
export type Shower = Pick<Act, "db" | "now" | "newId" | "run" | "stirred"> & {
  workspace: { id: string };
  person: { id: string };
};
type Sealing = { act: Shower; commands: Registry; group: string; rows: (typeof action.$inferInsert)[] };

function seal(at: Sealing, press: Press): string {
  const { act, commands } = at;
  const token = ackLetter(commands.find(press.command)) + randomLetters(14);
  const audience = press.audience ?? "asker";
  at.rows.push({
    workspaceId: act.workspace.id,
    id: act.newId(),
    token,
    command: press.command,
    options: press.options ?? {},
    confirmed: press.confirmed ?? false,
    forPerson: audience === "asker" ? act.person.id : null,
    forRole: audience === "asker" || audience === "anyone" ? null : audience,
    uses: press.uses ?? "person",
    groupId: at.group,
    runId: act.run,
    createdAt: act.now,
    expiresAt: new Date(act.now.getTime() + (press.minutes ?? 24 * 60) * 60_000),
  });
  return token;
}

/** Gives every button of a view its token, and writes their rows at once. What a press runs stays on the server. */
export async function sealView(act: Shower, commands: Registry, view: View): Promise<View> {
  if (!view.blocks.some((b) => b.kind === "buttons" || b.kind === "select" || b.kind === "form")) return view;
  const rows: Sealing["rows"] = [];
  const blocks = view.blocks.map((block): Block => {
    const at: Sealing = { act, commands, group: act.newId(), rows };
    if (block.kind === "buttons") {
      return {
        ...block,
        buttons: block.buttons.map(({ press, ...button }) => {
          // One press of a `once` button is all there is for its row of buttons; others stand alone.
          const own = press?.uses === "once" ? at : { ...at, group: act.newId() };
          return press ? { ...button, action: seal(own, press) } : button;
        }),
      };
    }
    if (block.kind === "select") {
      return {
        ...block,
        choices: block.choices.map(({ press, ...c }) => (press ? { ...c, action: seal(at, press) } : c)),
      };
    }
    if (block.kind === "form" && block.press) {
      const { press, ...form } = block;
      return { ...form, action: seal(at, press) };
    }
    return block;
  });
  if (rows.length > 0) await act.db.insert(action).values(rows);
  return { ...view, blocks };
}

export type Pressed = { command: string; options: Record<string, unknown>; confirmed: boolean; runId: string | null };

/** Takes a press: still valid, meant for this person, not used before. Answers what it runs, or the run it already made. */
export async function takePress(
  act: Act,
  token: string,
  input: Record<string, unknown> = {},
): Promise<{ pressed: Pressed } | { before: string }> {
  const [row] = await act.db.select().from(action).where(eq(action.token, token));
  if (!row) throw unknownButton();
  const use = row.uses === "many" ? null : row.uses === "once" ? row.groupId : act.person.id;
  if (row.forPerson && row.forPerson !== act.person.id) throw forOthers(act);
  if (row.forRole && !mayActAs(act.role, row.forRole as Role)) throw forOthers(act, row.forRole as Role);
  if (use) {
    const taken = await act.db
      .insert(actionUse)
      .values({ workspaceId: act.workspace.id, groupId: row.groupId, who: use, runId: act.run, usedAt: act.now })
      .onConflictDoNothing()
      .returning({ runId: actionUse.runId });
    if (taken.length === 0) return { before: await usedBy(act, row.groupId, use) };
  }
  if (row.expiresAt <= act.now) throw expired(row.command);
  return {
    pressed: {
      command: row.command,
      // A person's word is for what they were shown: nothing is put in its place with the press.
      options: row.confirmed ? row.options : { ...row.options, ...input },
      confirmed: row.confirmed,
      // A button that is never used up leaves the card it is on as it was.
      runId: row.uses === "many" ? null : row.runId,
    },
  };
}

export const unknownButton = (): Refusal => refuse("missing", "This button is not known here. Ask for a new one.");
export const expired = (command: string): Refusal =>
  refuse("rule", "This button has expired. Run /{command} again.", { command: command || "help" });
/** For one person, or for a role. */
export const forOthers = (act: Pick<Act, "say">, role?: Role): Refusal =>
  role
    ? refuse("role", "This button is for {role}.", { role: act.say(`role:${role}`) })
    : refuse("role", "This button is for somebody else.");

async function usedBy(act: Act, groupId: string, who: string): Promise<string> {
  const [use] = await act.db
    .select({ runId: actionUse.runId })
    .from(actionUse)
    .where(and(eq(actionUse.groupId, groupId), eq(actionUse.who, who)));
  return use?.runId ?? "";
}

/** Whether it was this person who asked for a run. */
export async function isOwnRun(act: Act, run: string): Promise<boolean> {
  const rows = await rawOf(act.db)`select from inbox where id = ${run} and person_id = ${act.person.id}`;
  return rows.length > 0;
}

/** A press that was refused did nothing: the button may be pressed again. */
export const releasePress = (act: Act) => rawOf(act.db)`delete from action_use where run_id = ${act.run}`;

type Shown = { view: View; status: string; person: string | null };

/**
 * A finished card keeps no dead buttons: those of a run that can be pressed no more are cut from its view. Answers whose
 * run it is and how it stands, when something was cut.
 */
export async function dropUsed(act: Act, runId: string): Promise<Omit<Shown, "view"> | undefined> {
  const raw = rawOf(act.db);
  const [row] = await raw<Shown[]>`
    select answer->'view' as view, status, person_id as person from inbox
    where id = ${runId} and answer->'view' is not null for update`;
  if (!row) return undefined;
  const used = await raw<{ token: string }[]>`
    select a.token from action a join action_use u on u.workspace_id = a.workspace_id and u.group_id = a.group_id
    where a.run_id = ${runId}
      and ((a.uses = 'once' and u.who = a.group_id) or (a.uses = 'person' and u.who = a.for_person))`;
  const dead = new Set(used.map((u) => u.token));
  let cut = false;
  const blocks = row.view.blocks.flatMap((block): Block[] => {
    if (block.kind !== "buttons") return [block];
    const buttons = block.buttons.filter((b) => !dead.has(b.action ?? ""));
    cut ||= buttons.length < block.buttons.length;
    return buttons.length === 0 ? [] : [{ ...block, buttons }];
  });
  if (!cut) return undefined;
  await raw`
    update inbox set answer = jsonb_set(answer::jsonb, '{view,blocks}', ${asJson(blocks)}::text::jsonb)::json
    where id = ${runId}`;
  return { status: row.status, person: row.person };
}
