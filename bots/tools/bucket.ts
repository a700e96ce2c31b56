// What the doctor looks at in a bucket: that it takes a file, gives it back, and gives it to nobody else.
import { randomBytes, randomUUID } from "node:crypto";
import { BucketError, keyOf } from "../../core/assets/index.ts";
import { bucketOf } from "../parts/files.ts";
import type { Looked } from "../settings.ts";
import type { Finding } from "../surface.ts";
import { inOneLine } from "./tool.ts";
import { clock } from "./ways.ts";

const MENDS: Record<string, string> = {
  InvalidAccessKeyId: "Correct S3_ACCESS_KEY_ID.",
  SignatureDoesNotMatch: "Correct S3_SECRET_ACCESS_KEY. It belongs to S3_ACCESS_KEY_ID.",
  NoSuchBucket: "Make the bucket, or correct S3_BUCKET and S3_ENDPOINT.",
  AccessDenied: "The key needs s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket.",
  ExpiredToken: "Set a fresh S3_SESSION_TOKEN with its key.",
  RequestTimeTooSkewed: "Let the system set the clock (NTP).",
  Unreachable: "Look at S3_ENDPOINT, at the network and at a proxy or firewall.",
};
const PATIENCE_MS = 8_000;
const LOCAL = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\])|^[^.]+$/;

/** Nothing: files are kept on disk, and that was looked at with the disk. */
export async function bucketed({ env }: Looked): Promise<Finding[]> {
  const bucket = bucketOf(env);
  if (!bucket) return [];
  const { name, endpoint } = bucket.settings;
  const findings: Finding[] = [];
  if (endpoint.protocol === "http:" && !LOCAL.test(endpoint.hostname))
    findings.push({
      ok: false,
      what: "S3_ENDPOINT is not https: files would go over the network for all to read.",
      mend: "Set it to the https address.",
    });
  findings.push(...(await clock("the bucket", endpoint.href, () => new Date())));
  const key = keyOf("doctor", randomUUID());
  try {
    const bytes = randomBytes(64);
    await bucket.put(key, [bytes]);
    const back = await bucket.get(key);
    const got = back && Buffer.concat(await Array.fromAsync(back.body));
    const listed = await Array.fromAsync(bucket.list(key));
    if (!got?.equals(bytes) || listed.length !== 1)
      findings.push({
        ok: false,
        what: `The bucket ${name} does not give back what it took.`,
        mend: "Use another store.",
      });
    else findings.push({ ok: true, what: `The bucket ${name} at ${endpoint.host} takes files and gives them back.` });
    findings.push(...(await open(await bucket.link(key, { seconds: 60, type: "text/plain", disposition: "inline" }))));
    await bucket.remove(key);
  } catch (error) {
    findings.push(failed(name, error));
  }
  return findings;
}

function failed(name: string, error: unknown): Finding {
  const { code = "", region } = error instanceof BucketError ? error : {};
  const mend = region ? `Set S3_REGION=${region}.` : MENDS[code];
  return { ok: false, what: `The bucket ${name} cannot be used: ${inOneLine(error)}.`, ...(mend ? { mend } : {}) };
}

/** With a signature it opens; without one it must not. */
async function open(link: string): Promise<Finding[]> {
  const ask = async (url: string) => {
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.body?.cancel();
    return answer.ok;
  };
  const findings: Finding[] = [];
  if (!(await ask(link)))
    findings.push({
      ok: false,
      what: "A signed link to a file in the bucket does not open.",
      mend: "Leave S3_LINKS unset: files then go through us.",
    });
  const [bare = link] = link.split("?");
  if (await ask(bare))
    findings.push({
      ok: false,
      what: "Anybody can read the files in the bucket, drafts too.",
      mend: "Make it private: block public access, and remove a policy that allows s3:GetObject to everyone.",
    });
  return findings;
}
