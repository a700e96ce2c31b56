// What a call to the emulator carries: JSON, or a form with files.
import type { IncomingMessage } from "node:http";

export type Body = Record<string, unknown>;
export type Asked = {
  method: string;
  path: string;
  body: Body;
  files: string[];
  /** Of each file, in bytes. */
  sizes: number[];
  /** The files themselves, by their names. */
  bytes: Map<string, Buffer>;
  auth: string | undefined;
};

/** A refusal in Discord's words. */
export class Problem extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function readCall(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const { method = "GET", url = "/", headers } = request;
  const asked: Asked = {
    method,
    path: url.replace(/^\/api(\/v10)?/, ""),
    body: {},
    files: [],
    sizes: [],
    bytes: new Map(),
    auth: headers.authorization,
  };
  const type = headers["content-type"] ?? "";
  if (bytes.length === 0) return asked;
  if (!type.startsWith("multipart/")) return { ...asked, body: JSON.parse(bytes.toString()) as Body };
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  for (const [name, value] of form.entries()) {
    if (name === "payload_json") asked.body = JSON.parse(String(value)) as Body;
    else if (typeof value !== "string") {
      asked.files.push(value.name);
      asked.sizes.push(value.size);
      asked.bytes.set(value.name, Buffer.from(await value.arrayBuffer()));
    }
  }
  return asked;
}
