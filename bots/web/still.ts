// Whether a caller whose connection stays open may still be here, as the same person and in the same role.

import type { Role } from "../../core/act.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import type { Web, Who } from "./web.ts";

/** A database that is away says nothing about it: the next beat asks again. */
export async function stillThere(web: Web, who: Who, role: Role): Promise<boolean> {
  const now = web.house.sources.now().toISOString();
  try {
    const rows = await inWorkspace(
      who.database,
      who.workspaceId,
      (tx) => rawOf(tx)`
        select from person p
        where p.id = ${who.personId} and p.erased_at is null and p.role = ${role}
          and (${who.tokenId}::uuid is null
            or exists (select from token t where t.id = ${who.tokenId} and t.person_id = p.id and t.revoked_at is null))
          and (${who.sessionId}::uuid is null
            or exists (select from session s
              where s.id = ${who.sessionId} and s.person_id = p.id and s.ended_at is null and s.expires_at > ${now}))`,
    );
    return rows.length > 0;
  } catch (err) {
    web.house.log.debug({ err }, "a stream's caller could not be checked");
    return true;
  }
}
