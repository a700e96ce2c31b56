// The bucket of this installation, where the environment names one; and all its files, for a backup and after one.
import { type Bucket, bucketSettings, moveToBucket, openBucket } from "../../core/assets/index.ts";
import { type Env, reader } from "../settings.ts";

/** Its signatures live by the real time, whatever a test says that it is. */
export function bucketOf(env: Readonly<Env>): Bucket | undefined {
  const settings = bucketSettings(reader(env));
  return settings && openBucket(settings, { now: Date.now, random: Math.random });
}

/** Our keys, and nobody else's: `{workspace}/{id}`. */
const OURS = /^[0-9a-f-]{36}\/[0-9a-f-]{36}$/;

export const elsewhere = (bucket: Bucket) => ({
  async *list() {
    for await (const { key } of bucket.list("")) if (OURS.test(key)) yield key;
  },
  open: (key: string) => bucket.get(key),
});

/** What a restore put into the folder, into the bucket. What cannot go now goes at night; until then it is read here. */
export async function moveRestored(files: string, bucket: Bucket, sums: Record<string, string>): Promise<number> {
  let moved = 0;
  for (const [name, sum] of Object.entries(sums)) {
    const [workspaceId = "", id = ""] = name.split("/");
    if (OURS.test(name) && (await moveToBucket({ files, bucket }, workspaceId, id, Buffer.from(sum, "hex")))) moved++;
  }
  return moved;
}
