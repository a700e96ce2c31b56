// The commands of an application, as they are registered.
import { Problem } from "./body.ts";
import { snowflake } from "./interactions.ts";
import type { Asked } from "./server.ts";
import type { Judge } from "./spec.ts";

type Command = Record<string, unknown>;

/** What a test says of the application, and of the servers that its bot is in. */
export type Facts = {
  app: Command;
  /** `scope`: whether it was added with applications.commands. */
  guilds: { id: string; name: string; scope: boolean }[];
  starts: number;
};
export const openFacts = (): Facts => ({ app: {}, guilds: [{ id: "500", name: "Test", scope: true }], starts: 999 });

export function applications(
  { commands, facts }: { commands: Map<string, Command>; facts: Facts },
  judge: Judge,
  now: () => Date,
  asked: Asked,
): { status: number; body?: unknown } {
  const [third = "", id] = asked.path.split("?")[0]!.split("/").slice(3);
  if (third === "") return { status: 200, body: { id: "900", name: "Impresario", verify_key: "", ...facts.app } };
  if (third === "guilds") {
    if (!facts.guilds.find((g) => g.id === id)?.scope) throw new Problem(403, 50001, "Missing Access");
    return { status: 200, body: [] };
  }
  if (asked.method === "GET") return { status: 200, body: [...commands.values()] };
  if (asked.method === "DELETE") return dropped(commands, id ?? "");
  const { type = 1, name } = asked.body;
  const bad = judge("ApplicationCommandCreateRequest", asked.body);
  if (bad.length > 0) throw new Problem(400, 50035, `Invalid Form Body: ${bad.join("; ")}`);
  const same = [...commands.values()].find((c) => c.name === name && (c.type ?? 1) === type);
  if (!same && [...commands.values()].filter((c) => (c.type ?? 1) === type).length >= (type === 1 ? 100 : 15))
    throw new Problem(400, 30032, "Maximum number of application commands reached");
  const permissions = asked.body.default_member_permissions;
  const made = {
    ...asked.body,
    id: same ? String(same.id) : snowflake(now()),
    application_id: "900",
    version: "1",
    default_member_permissions: permissions === null || permissions === undefined ? null : String(permissions),
  };
  commands.set(made.id, made);
  return { status: same ? 200 : 201, body: made };
}

export function dropped(from: Map<string, unknown>, id: string): { status: number } {
  from.delete(id);
  return { status: 204 };
}
