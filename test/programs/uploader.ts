// Uploads without an end, until it is killed.
import { openBucket } from "../../core/assets/bucket/bucket.ts";
import type { Keys } from "../emulators/s3/signature.ts";

const { url, bucket, keys, key } = JSON.parse(process.argv[2] ?? "{}") as Record<"url" | "bucket" | "key", string> & {
  keys: Keys;
};
function* endless() {
  for (;;) yield Buffer.alloc(1024 * 1024);
}
await openBucket(
  {
    name: bucket,
    endpoint: new URL(url),
    region: keys.region,
    keyId: keys.id,
    secret: keys.secret,
    session: undefined,
    prefix: "",
    address: "path",
    direct: false,
  },
  { now: Date.now, random: Math.random },
).put(key, endless());
