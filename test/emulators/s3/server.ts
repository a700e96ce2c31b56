// A store that speaks S3 on loopback: it checks every signature and sum, keeps to the limits of Amazon's own in Amazon's own
// words, and fails as told.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { check, type Keys, type Refused } from "./signature.ts";

export type Seen = { method: string; key: string; query: URLSearchParams; body: Buffer };
export type Fault =
  /** The line is cut while the body still comes; before it is heard; after it was done and before the answer. */
  | "cut up"
  | "cut before"
  | "cut after"
  /** So many bytes of the answer, and then nothing: the line is cut. */
  | { cut: number }
  /** One byte is another one. */
  | "damage"
  | Refused
  /** 200, and in the body that it went wrong. */
  | { late: string };
type Stored = { bytes: Buffer; tag: string; at: Date };
type Upload = { key: string; at: Date; parts: Map<number, { bytes: Buffer; tag: string }> };

export type S3 = {
  url: string;
  bucket: string;
  keys: Keys;
  objects: Map<string, Stored>;
  uploads: Map<string, Upload>;
  seen: Seen[];
  /** Anybody may read: what a bucket should not be. */
  open: boolean;
  now: () => number;
  pageSize: number;
  leastPart: number;
  /** Asked about every request before it is heard. */
  fault: ((seen: Omit<Seen, "body">) => Fault | undefined) | undefined;
  close(): Promise<void>;
};

const NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
/** Amazon's least of a part that is not the last. */
const LEAST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;
const MOST_KEY = 1024;

const no = (status: number, code: string, message: string): Refused => ({ status, code, message });
const NO_KEY = no(404, "NoSuchKey", "The specified key does not exist.");
const NO_UPLOAD = no(
  404,
  "NoSuchUpload",
  "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
);
const tagOf = (bytes: Buffer) => `"${createHash("md5").update(bytes).digest("hex")}"`;
const xmlOf = (text: string) => text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
const inXml = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";

type Answer = { status?: number; headers?: Record<string, string>; bytes?: Buffer };
const xml = (text: string): Answer => ({
  headers: { "content-type": "application/xml" },
  bytes: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`),
});
const errorAnswer = ({ status, code, message, more = "" }: Refused): Answer => ({
  ...xml(
    `<Error><Code>${code}</Code><Message>${xmlOf(message)}</Message>${more}<RequestId>EMULATED</RequestId></Error>`,
  ),
  status,
});

export async function openS3(more: { bucket?: string; keys?: Keys } = {}): Promise<S3> {
  const server = createServer((request, response) => {
    serve(s3, request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const s3: S3 = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: more.bucket ?? "our-radio",
    keys: more.keys ?? { id: "EMULATEDKEYID", secret: "emulated/secret+of/a+key", region: "eu-central-1" },
    objects: new Map(),
    uploads: new Map(),
    seen: [],
    open: false,
    now: Date.now,
    pageSize: 1000,
    leastPart: LEAST_PART,
    fault: undefined,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return s3;
}

async function serve(s3: S3, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const at = new URL(url, s3.url);
  const hosted = String(headers.host).startsWith(`${s3.bucket}.`);
  const path = decodeURIComponent(at.pathname.slice(1));
  const [bucket, ...rest] = hosted ? [s3.bucket, path] : path.split("/");
  const told = { method, key: rest.join("/"), query: at.searchParams };
  const fault = s3.fault?.(told);
  if (fault === "cut before") return void request.socket.destroy();
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(piece as Buffer);
    if (fault === "cut up") return void request.socket.destroy();
  }
  const seen = { ...told, body: Buffer.concat(pieces) };
  s3.seen.push(seen);
  const answer =
    typeof fault === "object" && "code" in fault ? errorAnswer(fault) : answerTo(s3, request, bucket, seen, fault);
  if (fault === "cut after") return void request.socket.destroy();
  const { status = 200, headers: said = {}, bytes = Buffer.alloc(0) } = answer;
  const sent =
    fault === "damage" && bytes.length > 0 ? Buffer.concat([Buffer.from([bytes[0]! ^ 1]), bytes.subarray(1)]) : bytes;
  response.writeHead(status, {
    "x-amz-request-id": "EMULATED",
    date: new Date(s3.now()).toUTCString(),
    "content-length": String(sent.length),
    ...said,
  });
  if (typeof fault === "object" && "cut" in fault && method === "GET") {
    response.write(sent.subarray(0, fault.cut), () => setImmediate(() => request.socket.destroy()));
    return;
  }
  response.end(method === "HEAD" ? undefined : sent);
}

function answerTo(
  s3: S3,
  { url = "/", method = "GET", headers }: IncomingMessage,
  bucket: string | undefined,
  seen: Seen,
  fault: Fault | undefined,
): Answer {
  if (bucket !== s3.bucket) return errorAnswer(no(404, "NoSuchBucket", "The specified bucket does not exist"));
  const refused =
    s3.open && method === "GET" && !headers.authorization
      ? undefined
      : check({ method, url, headers }, s3.keys, s3.now());
  if (refused) return errorAnswer(refused);
  if (typeof fault === "object" && "late" in fault) return { ...errorAnswer(no(200, fault.late, "late")), status: 200 };
  const sum = headers["x-amz-content-sha256"];
  if (sum !== undefined && sum !== "UNSIGNED-PAYLOAD" && sum !== createHash("sha256").update(seen.body).digest("hex"))
    return errorAnswer(
      no(
        400,
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      ),
    );
  if (method === "PUT" && headers["content-length"] === undefined && !headers["x-amz-copy-source"])
    return errorAnswer(no(411, "MissingContentLength", "You must provide the Content-Length HTTP header."));
  if (Buffer.byteLength(seen.key) > MOST_KEY) return errorAnswer(no(400, "KeyTooLongError", "Your key is too long"));
  const done =
    seen.key === ""
      ? ofBucket(s3, seen)
      : seen.query.has("uploadId") || seen.query.has("uploads")
        ? ofUpload(s3, seen)
        : ofObject(s3, seen, headers);
  return "code" in done ? errorAnswer(done) : done;
}

function ofBucket(s3: S3, { method, query }: Seen): Answer | Refused {
  if (method !== "GET")
    return no(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
  const prefix = query.get("prefix") ?? "";
  if (query.has("uploads")) {
    const all = [...s3.uploads].filter(([, u]) => u.key.startsWith(prefix));
    const rows = all.map(
      ([id, u]) =>
        `<Upload><Key>${xmlOf(u.key)}</Key><UploadId>${id}</UploadId><Initiated>${u.at.toISOString()}</Initiated></Upload>`,
    );
    return xml(
      `<ListMultipartUploadsResult ${NS}>${rows.join("")}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
    );
  }
  const names = [...s3.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const from = Number(query.get("continuation-token") ?? 0);
  const page = names.slice(from, from + s3.pageSize);
  const more = from + page.length < names.length;
  const rows = page.map(
    (key) => `<Contents><Key>${xmlOf(key)}</Key><Size>${s3.objects.get(key)!.bytes.length}</Size></Contents>`,
  );
  const next = more ? `<NextContinuationToken>${from + page.length}</NextContinuationToken>` : "";
  return xml(`<ListBucketResult ${NS}>${rows.join("")}<IsTruncated>${more}</IsTruncated>${next}</ListBucketResult>`);
}

function ofUpload(s3: S3, { method, key, query, body }: Seen): Answer | Refused {
  if (method === "POST" && query.has("uploads")) {
    const id = `upload-${createHash("md5").update(`${key} ${s3.seen.length}`).digest("hex")}`;
    s3.uploads.set(id, { key, at: new Date(s3.now()), parts: new Map() });
    return xml(
      `<InitiateMultipartUploadResult ${NS}><Key>${xmlOf(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  const id = query.get("uploadId") ?? "";
  const upload = s3.uploads.get(id);
  if (!upload || upload.key !== key) return NO_UPLOAD;
  if (method === "DELETE") {
    s3.uploads.delete(id);
    return { status: 204 };
  }
  if (method === "PUT") {
    const number = Number(query.get("partNumber"));
    if (!(number >= 1 && number <= MOST_PARTS))
      return no(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
    const tag = tagOf(body);
    upload.parts.set(number, { bytes: body, tag });
    return { headers: { etag: tag } };
  }
  return complete(s3, id, upload, body.toString());
}

function complete(s3: S3, id: string, { key, parts }: Upload, said: string): Answer | Refused {
  const named = [...said.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
    number: Number(inXml(part, "PartNumber")),
    tag: inXml(part, "ETag").replaceAll("&quot;", '"'),
  }));
  if (named.length === 0) return no(400, "MalformedXML", "The XML you provided was not well-formed");
  if (named.some(({ number }, n) => n > 0 && number <= named[n - 1]!.number))
    return no(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
  if (named.some(({ number, tag }) => parts.get(number)?.tag !== tag))
    return no(400, "InvalidPart", "One or more of the specified parts could not be found.");
  const all = named.map(({ number }) => parts.get(number)!.bytes);
  if (all.slice(0, -1).some((part) => part.length < s3.leastPart))
    return no(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  const bytes = Buffer.concat(all);
  const tag = `${tagOf(bytes).slice(0, -1)}-${all.length}"`;
  s3.objects.set(key, { bytes, tag, at: new Date(s3.now()) });
  s3.uploads.delete(id);
  return xml(
    `<CompleteMultipartUploadResult ${NS}><Key>${xmlOf(key)}</Key><ETag>${xmlOf(tag)}</ETag></CompleteMultipartUploadResult>`,
  );
}

function ofObject(s3: S3, { method, key, query, body }: Seen, headers: IncomingMessage["headers"]): Answer | Refused {
  const source = headers["x-amz-copy-source"];
  if (method === "PUT" && typeof source === "string") {
    const from = s3.objects.get(decodeURIComponent(source).replace(`/${s3.bucket}/`, ""));
    if (!from) return NO_KEY;
    s3.objects.set(key, { ...from, at: new Date(s3.now()) });
    return xml(`<CopyObjectResult ${NS}><ETag>${xmlOf(from.tag)}</ETag></CopyObjectResult>`);
  }
  if (method === "PUT") {
    s3.objects.set(key, { bytes: body, tag: tagOf(body), at: new Date(s3.now()) });
    return { headers: { etag: tagOf(body) } };
  }
  if (method === "DELETE") {
    s3.objects.delete(key);
    return { status: 204 };
  }
  const found = s3.objects.get(key);
  if (!found) return NO_KEY;
  const { bytes, tag } = found;
  if (headers["if-match"] !== undefined && headers["if-match"] !== tag)
    return no(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  const said = {
    etag: tag,
    "accept-ranges": "bytes",
    "content-type": query.get("response-content-type") ?? "application/octet-stream",
    ...(query.has("response-content-disposition")
      ? { "content-disposition": query.get("response-content-disposition") ?? "" }
      : {}),
  };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (from === undefined) return { headers: said, bytes };
  if (Number(from) >= bytes.length) return no(416, "InvalidRange", "The requested range is not satisfiable");
  const end = Math.min(to ? Number(to) : bytes.length - 1, bytes.length - 1);
  return {
    status: 206,
    headers: { ...said, "content-range": `bytes ${from}-${end}/${bytes.length}` },
    bytes: bytes.subarray(Number(from), end + 1),
  };
}
