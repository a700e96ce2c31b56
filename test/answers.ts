// What tests of commands ask of every answer, and people who may less than the owner.
import type { Role } from "../core/act.ts";
import type { Caller, Reply } from "../core/inbox/index.ts";
import type { Block } from "../core/view/index.ts";
import { inWorkspace, type Raw, rawOf } from "../db/connect.ts";
import { person } from "../db/schema/index.ts";
import type { TestHouse } from "./house.ts";

export type Data = Record<string, unknown>;
export const item = <T = Data>(reply: Reply) => reply.data!.item as T;
export const items = <T = Data>(reply: Reply) => reply.data!.items as T[];
/** The first block of a kind. */
export const block = <K extends Block["kind"]>(reply: Reply, kind: K) =>
  reply.view.blocks.find((b): b is Extract<Block, { kind: K }> => b.kind === kind);

/** Another person of the house's workspace. */
export async function addPerson(house: TestHouse, name: string, role: Role): Promise<Caller> {
  const { workspaceId } = house.owner;
  const personId = house.sources.newId();
  await inWorkspace(house.database, workspaceId, (tx) =>
    tx.insert(person).values({ workspaceId, id: personId, name, role, createdAt: house.clock.now }),
  );
  return { workspaceId, personId };
}

/** Looks at a workspace's rows past every command. */
export const see = <T>(house: TestHouse, read: (sql: Raw) => Promise<T>, workspaceId = house.owner.workspaceId) =>
  inWorkspace(house.database, workspaceId, (tx) => read(rawOf(tx)));
