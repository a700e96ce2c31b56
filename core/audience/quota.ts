// What our keys have asked of platforms today, in the database: a restart and a second process know of it too.
import type { Database } from "../../db/connect.ts";
import type { Quota } from "./sources/watcher.ts";

export const quotaIn = ({ client }: Pick<Database, "client">): Quota => ({
  async spend(account, day, units, most) {
    if (units > most) return false;
    const rows = await client`
      insert into watch_quota as q (account, day, units) values (${account}, ${day}, ${units})
      on conflict (account) do update set day = excluded.day, rests = false,
        units = excluded.units + case when q.day = excluded.day then q.units else 0 end
      where q.day <> excluded.day or (not q.rests and q.units + excluded.units <= ${most}) returning 1`;
    return rows.length > 0;
  },
  async rest(account, day) {
    await client`update watch_quota set rests = true where account = ${account} and day = ${day}`;
  },
});
