// Which bucket, where, and with which key: read from the environment, and refused by its name when it cannot be.

export type BucketSettings = {
  name: string;
  endpoint: URL;
  region: string;
  keyId: string;
  secret: string;
  /** Of keys that end by themselves. */
  session: string | undefined;
  /** Before every name in it, so that one bucket serves several: "radio/". */
  prefix: string;
  /** `path`: https://host/bucket/name. `host`: https://bucket.host/name. */
  address: "path" | "host";
  /** Links for outsiders lead to the bucket itself, with a signature that ends; else everything goes through us. */
  direct: boolean;
};

/** Reads a variable of the environment; what cannot be parsed is told at the start, by its name. */
type Read = <T>(name: string, parse: (value: string) => T, right: string) => T | undefined;

const OTHERS = [
  "S3_ENDPOINT",
  "S3_REGION",
  "S3_ACCESS_KEY_ID",
  "S3_SECRET_ACCESS_KEY",
  "S3_SESSION_TOKEN",
  "S3_PREFIX",
  "S3_ADDRESS",
  "S3_LINKS",
];

class Wrong extends Error {}

const fits =
  (test: RegExp) =>
  (value: string): string => {
    if (!test.test(value)) throw new Wrong();
    return value;
  };

function oneOf<const T extends string>(...values: T[]): (value: string) => T {
  return (value) => {
    const found = values.find((v) => v === value.toLowerCase());
    if (found === undefined) throw new Wrong();
    return found;
  };
}

function endpointOf(value: string): URL {
  const url = new URL(value);
  const plain = url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if ((url.protocol !== "https:" && url.protocol !== "http:") || !plain) throw new Wrong();
  return url;
}

/** Undefined: files are kept on disk. */
export function bucketSettings({ read, problems }: { read: Read; problems: string[] }): BucketSettings | undefined {
  // The rules of Amazon for names of buckets; others are no stricter.
  const name = read(
    "S3_BUCKET",
    fits(/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    "the name of a bucket: 3 to 63 small letters, digits, dots and dashes",
  );
  const region =
    read("S3_REGION", fits(/^[a-zA-Z0-9-]{1,40}$/), "a region such as eu-central-1, or auto") ?? "us-east-1";
  const given = {
    endpoint: read(
      "S3_ENDPOINT",
      endpointOf,
      "an address such as https://s3.eu-central-1.amazonaws.com, without a path",
    ),
    keyId: read("S3_ACCESS_KEY_ID", fits(/^[\w.+=/-]{3,128}$/), "the id of an access key"),
    secret: read("S3_SECRET_ACCESS_KEY", fits(/^[\x21-\x7e]{8,256}$/), "the secret of that key, without spaces"),
    session: read("S3_SESSION_TOKEN", fits(/^[\x21-\x7e]{8,4096}$/), "the token of a session, without spaces"),
    prefix: read(
      "S3_PREFIX",
      fits(/^[\w.-]+(\/[\w.-]+)*\/?$/),
      "a folder such as radio, of letters, digits and dashes",
    ),
    address: read("S3_ADDRESS", oneOf("path", "host"), "path or host"),
    links: read("S3_LINKS", oneOf("proxy", "direct"), "proxy or direct"),
  };
  if (name === undefined) {
    const stray = read("S3_BUCKET", () => true, "") ? undefined : OTHERS.find((one) => read(one, () => true, ""));
    if (stray && problems.length === 0)
      problems.push(`S3_BUCKET must be set: ${stray} is, and without a bucket files are kept on disk.`);
    return undefined;
  }
  const before = problems.length;
  for (const [variable, value] of [
    ["S3_ACCESS_KEY_ID", given.keyId],
    ["S3_SECRET_ACCESS_KEY", given.secret],
  ] as const)
    if (value === undefined && !problems.some((p) => p.startsWith(variable)))
      problems.push(`${variable} must be set: S3_BUCKET names a bucket, and it opens with a key.`);
  if (problems.length > before || !given.keyId || !given.secret) return undefined;
  const endpoint = given.endpoint ?? new URL(`https://s3.${region}.amazonaws.com`);
  return {
    name,
    region,
    endpoint,
    keyId: given.keyId,
    secret: given.secret,
    session: given.session,
    prefix: given.prefix === undefined ? "" : `${given.prefix.replace(/\/$/, "")}/`,
    // A name with dots has no certificate of its own as a host.
    address: given.address ?? (endpoint.host.endsWith(".amazonaws.com") && !name.includes(".") ? "host" : "path"),
    direct: given.links === "direct",
  };
}
