// The address at which a provider may tell us that something is done. What it says is only a hint: anybody may have
// sent it, so the provider is asked again before anything changes.
import { createHmac, timingSafeEqual } from "node:crypto";
import { findIn, inWorkspace, rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import type { House } from "../house.ts";
import { hurryJob } from "../jobs/index.ts";

const SEAL = 12;
const bytesOf = (id: string) => Buffer.from(id.replaceAll("-", ""), "hex");
const idOf = (bytes: Buffer) => bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
const sealOf = (key: Buffer, ids: Buffer) => createHmac("sha256", key).update(ids).digest().subarray(0, SEAL);

/** Which workspace and which attempt, sealed: nobody can make one up. */
export function callbackToken(key: Buffer, workspaceId: string, attempt: string): string {
  const ids = Buffer.concat([bytesOf(workspaceId), bytesOf(attempt)]);
  return Buffer.concat([ids, sealOf(key, ids)]).toString("base64url");
}

export function openCallback(key: Buffer, token: string): { workspaceId: string; attempt: string } | undefined {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== 32 + SEAL || bytes.toString("base64url") !== token) return undefined;
  const ids = bytes.subarray(0, 32);
  if (!timingSafeEqual(bytes.subarray(32), sealOf(key, ids))) return undefined;
  return { workspaceId: idOf(ids.subarray(0, 16)), attempt: idOf(ids.subarray(16)) };
}

/** Wakes the job of an attempt that goes on, so that it asks the provider now. False: there is no such attempt. */
export async function heardBack(house: House, token: string): Promise<boolean> {
  const found = openCallback(house.keys.callback, token);
  if (!found) return false;
  const { workspaceId, attempt } = found;
  const woken = await findIn(house.databases, (database) =>
    inWorkspace(database, workspaceId, async (tx) => {
      const [row] = await rawOf(tx)<{ job: string; open: boolean }[]>`
        select i.job_id as job, a.status in ('unknown', 'accepted', 'fetching') as open
        from attempt a join item i on i.workspace_id = a.workspace_id and i.id = a.item_id where a.id = ${attempt}`;
      const { sources, queue } = house;
      const resend: Act["resend"] = (job) => queue.send(database, tx, { ...job, workspaceId });
      if (row?.open) await hurryJob({ db: tx, now: sources.now(), newId: sources.newId, resend }, row.job);
      return row && true;
    }),
  );
  return woken === true;
}
