// What a platform was told of our commands, and when: what is as it was told is not told again.
import { rawOf } from "../../db/connect.ts";
import { type Act, jobKind } from "../act.ts";

/**
 * One difference between what we want and what is there. `left out`: we know that it cannot be there; `refused`: they
 * said so.
 */
export type Step = {
  kind: "add" | "change" | "remove" | "left out" | "refused";
  /** A command's; anything else says what it is: "scope: chat:write". */
  name: string;
  why?: string;
};
/** What stands there as it was, and waits for a person. */
export const isLeft = ({ kind }: Step): boolean => kind === "left out" || kind === "refused";
export const called = ({ name }: Step): string => (name.includes(":") ? name : `/${name}`);

/** `print` stands for all that the platform would be told, and for whom it is: the same one is the same telling. */
export const registerCommands = jobKind<{ surface: string; print: string }>("register commands");

export type Told = { print: string; at: string; left: Step[] };

const keyOf = (surface: string) => `registered:${surface}`;

export async function whatWasTold({ db }: Pick<Act, "db">, surface: string): Promise<Told | undefined> {
  const [row] = await rawOf(db)<{ value: string }[]>`
    select value::text as value from setting where key = ${keyOf(surface)}`;
  return row && (JSON.parse(row.value) as Told);
}

export async function keepTold(act: Act, surface: string, print: string, steps: readonly Step[]): Promise<void> {
  const at = act.now.toISOString();
  const told: Told = { print, at, left: steps.filter(isLeft) };
  await rawOf(act.db)`
    insert into setting (workspace_id, key, value, updated_at)
    values (${act.workspace.id}, ${keyOf(surface)}, ${JSON.stringify(told)}::text::jsonb, ${at})
    on conflict (workspace_id, key) do update set value = excluded.value, updated_at = excluded.updated_at`;
}
