// Channels for whoever watches from outside: whether each is heard, and for how long it was not.
import { type Database, inWorkspace } from "../../../db/connect.ts";
import { workspaceIds } from "../../../db/workspaces.ts";
import type { Act } from "../../act.ts";
import { listChannels } from "../channel.ts";
import { stateOf } from "../now.ts";
import { uptimeOf } from "./uptime.ts";

export type ChannelGauges = { up: Map<string, number>; deadAir: Map<string, number> };

/** By slug. Where two workspaces have the same, the one that does worse is told, and the dead air of both. */
export async function channelGauges(databases: readonly Database[], now: Date): Promise<ChannelGauges> {
  const [up, deadAir] = [new Map<string, number>(), new Map<string, number>()];
  for (const database of databases) {
    for (const id of await workspaceIds(database)) {
      await inWorkspace(database, id, async (db) => {
        const act = { db, now } as Act;
        for (const channel of (await listChannels(act)).items) {
          if (channel.wanted === "off") continue;
          const heard = stateOf(channel, now) === "on" ? 1 : 0;
          up.set(channel.slug, Math.min(heard, up.get(channel.slug) ?? 1));
        }
        for (const { slug, silentSeconds } of await uptimeOf(act, { from: new Date(0), to: now }))
          deadAir.set(slug, silentSeconds + (deadAir.get(slug) ?? 0));
      });
    }
  }
  return { up, deadAir };
}
