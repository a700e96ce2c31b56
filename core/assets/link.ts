// Links that let whoever has one fetch one file, until a moment: for a customer, a partner, another machine. What they
// say is sealed; nothing is stored, so a link ends with its time, with its file, or when the work is turned down.
import { timingSafeEqual } from "node:crypto";
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Keys, signed } from "../keys.ts";
import type { Asset } from "./store.ts";

const ID = 16;
const TIME = 4;
const SEAL = 16;

export type Linked = { workspaceId: string; asset: string; until: Date };

const bytesOf = (id: string) => Buffer.from(id.replaceAll("-", ""), "hex");
const idOf = (bytes: Buffer) => bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
/** The audit seals rows of its own, which never look like this. */
const saidBy = (said: Buffer) => ({ sealed: "link to a file", said: said.toString("base64url") });

export function linkToken(act: Pick<Act, "sign">, { workspaceId, asset, until }: Linked): string {
  const time = Buffer.alloc(TIME);
  time.writeUInt32BE(Math.floor(until.getTime() / 1000));
  const said = Buffer.concat([bytesOf(workspaceId), bytesOf(asset), time]);
  return Buffer.concat([said, act.sign(saidBy(said)).subarray(0, SEAL)]).toString("base64url");
}

/** Undefined: nobody here made it, or its time is over. */
export function readLink(keys: Pick<Keys, "audit">, token: string, now: Date): Linked | undefined {
  const bytes = Buffer.from(token, "base64url");
  const length = 2 * ID + TIME;
  if (bytes.length !== length + SEAL || bytes.toString("base64url") !== token) return undefined;
  const said = bytes.subarray(0, length);
  const seal = signed(keys.audit, saidBy(said)).subarray(0, SEAL);
  if (!timingSafeEqual(bytes.subarray(length), seal)) return undefined;
  const until = new Date(said.readUInt32BE(2 * ID) * 1000);
  if (until <= now) return undefined;
  return { workspaceId: idOf(said.subarray(0, ID)), asset: idOf(said.subarray(ID, 2 * ID)), until };
}

type Row = Omit<Asset, "workspaceId" | "createdAt" | "bytes"> & { bytes: string; createdAt: string };

/** The file of a link. One that is a person's own is never reached so, nor one of a work that was turned down. */
export async function openLinked(
  { db, now }: { db: Act["db"]; now: Date },
  { workspaceId, asset }: Linked,
): Promise<Asset | undefined> {
  const [row] = await rawOf(db)<Row[]>`
    select id, kind, type, name, bytes, sha256, created_at as "createdAt" from asset
    where id = ${asset} and for_person is null and (expires_at is null or expires_at > ${now.toISOString()})
      and not exists (select from work w where w.id = coalesce(asset.part_of, asset.id) and w.status = 'rejected')`;
  if (!row) return undefined;
  return {
    ...row,
    workspaceId,
    bytes: Number(row.bytes),
    createdAt: new Date(row.createdAt),
  };
}
