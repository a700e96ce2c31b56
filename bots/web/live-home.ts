// Which channel of which workspace a live page is about. The same as what is heard there: the first that has the slug.
import { type Database, findIn, inWorkspace, rawOf } from "../../db/connect.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import { soon } from "./identify.ts";
import type { Web } from "./web.ts";

export type Home = { database: Database; workspaceId: string; channel: string };
export type Homes = { find(name: string): Promise<Home | undefined> };

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const KNOWN_MS = 30_000;
const UNKNOWN_MS = 2_000;
const MOST = 1_000;

export function openHomes(web: Web): Homes {
  const homes = new Map<string, { home: Home | undefined; until: number }>();
  const look = async (name: string, database: Database): Promise<Home | undefined> => {
    for (const workspaceId of await workspaceIds(database)) {
      const [row] = await inWorkspace(
        database,
        workspaceId,
        (tx) => rawOf(tx)<{ id: string }[]>`select id from channel where slug = ${name}`,
      );
      if (row) return { database, workspaceId, channel: row.id };
    }
    return undefined;
  };
  return {
    async find(name) {
      if (!SLUG.test(name) || name.length > 60) return undefined;
      const now = web.elapsed();
      const known = homes.get(name);
      if (known && known.until > now) return known.home;
      const home = await soon(findIn(web.house.databases, (database) => look(name, database)));
      homes.delete(name);
      homes.set(name, { home, until: now + (home ? KNOWN_MS : UNKNOWN_MS) });
      if (homes.size > MOST) homes.delete(homes.keys().next().value!);
      return home;
    },
  };
}
