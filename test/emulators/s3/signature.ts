// Signature Version 4 as Amazon's documents describe it, worked out here once more: nothing is shared with our client.
import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export type Keys = { id: string; secret: string; region: string };
export type Signed = { method: string; url: string; headers: IncomingHttpHeaders };
export type Refused = { status: number; code: string; message: string; more?: string };

const ALGORITHM = "AWS4-HMAC-SHA256";
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const refused = (status: number, code: string, message: string, more?: string): Refused => ({
  status,
  code,
  message,
  ...(more ? { more } : {}),
});

/** Fifteen minutes either way. */
const SKEW = 15 * 60_000;
const WEEK = 604_800;

type Claim = { credential: string; signedHeaders: string; signature: string; date: string; payload: string };

function claimOf({ url, headers }: Signed): (Claim & { expires?: number; query: boolean }) | Refused {
  const query = new URL(url, "http://x").searchParams;
  if (query.has("X-Amz-Signature")) {
    const expires = Number(query.get("X-Amz-Expires"));
    if (!(expires >= 1 && expires <= WEEK))
      return refused(400, "AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds)");
    return {
      credential: query.get("X-Amz-Credential") ?? "",
      signedHeaders: query.get("X-Amz-SignedHeaders") ?? "",
      signature: query.get("X-Amz-Signature") ?? "",
      date: query.get("X-Amz-Date") ?? "",
      payload: "UNSIGNED-PAYLOAD",
      expires,
      query: true,
    };
  }
  const said = headers.authorization;
  if (!said) return refused(403, "AccessDenied", "Access Denied");
  const [, credential, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(said) ?? [];
  if (!credential || !signedHeaders || !signature)
    return refused(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.");
  const payload = headers["x-amz-content-sha256"];
  if (typeof payload !== "string")
    return refused(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  return { credential, signedHeaders, signature, date: String(headers["x-amz-date"] ?? ""), payload, query: false };
}

const timeOf = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

/** Undefined: it is signed as it should be, and in time. */
export function check(signed: Signed, keys: Keys, now: number): Refused | undefined {
  const claim = claimOf(signed);
  if ("status" in claim) return claim;
  const [id, day = "", region, service, end] = claim.credential.split("/");
  if (id !== keys.id)
    return refused(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
  if (region !== keys.region || service !== "s3" || end !== "aws4_request")
    return refused(
      400,
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${keys.region}'`,
      `<Region>${keys.region}</Region>`,
    );
  const time = timeOf(claim.date);
  if (claim.expires !== undefined && now > time + claim.expires * 1000)
    return refused(403, "AccessDenied", "Request has expired");
  if (claim.expires === undefined && !(Math.abs(now - time) <= SKEW))
    return refused(
      403,
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
  const names = claim.signedHeaders.split(";");
  const needed = ["host", ...Object.keys(signed.headers).filter((h) => h.startsWith("x-amz-"))];
  if (needed.some((name) => !names.includes(name)))
    return refused(403, "AccessDenied", "There were headers present in the request which were not signed");
  const text = [ALGORITHM, claim.date, [day, region, service, end].join("/"), sha256(canonical(signed, claim))].join(
    "\n",
  );
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(
    (so, part) => hmac(so, part),
    `AWS4${keys.secret}`,
  );
  if (createHmac("sha256", key).update(text).digest("hex") !== claim.signature)
    return refused(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  return undefined;
}

function canonical({ method, url, headers }: Signed, { signedHeaders, payload }: Claim): string {
  const [path = "/", search = ""] = url.split("?");
  const query = search
    .split("&")
    .filter((part) => part !== "" && !part.startsWith("X-Amz-Signature="))
    .map((part) => {
      const [name = "", value = ""] = part.split("=");
      const plain = (text: string) => encoded(decodeURIComponent(text.replaceAll("+", " ")));
      return `${plain(name)}=${plain(value)}`;
    })
    .sort();
  const lines = signedHeaders.split(";").map(
    (name) =>
      `${name}:${String(headers[name] ?? "")
        .trim()
        .replace(/ +/g, " ")}`,
  );
  const uri = path
    .split("/")
    .map((part) => encoded(decodeURIComponent(part)))
    .join("/");
  return [method, uri, query.join("&"), ...lines, "", signedHeaders, payload].join("\n");
}
