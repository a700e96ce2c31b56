// Uploads come within a message, up to 16 MB each. They are needed until its run has its answer, and not kept with it:
// a command that wants a file for longer makes it an asset. What stays says which file it was.
import type { Envelope } from "./envelope.ts";

type Values = Record<string, unknown>;
type Upload = { name: string; type?: unknown; text?: unknown; base64?: unknown };

const isUpload = (value: unknown): value is Upload => {
  const { name, text, base64 } = (value ?? {}) as Upload;
  return typeof value === "object" && typeof name === "string" && [text, base64].some((b) => typeof b === "string");
};

function bytesOf({ text, base64 }: Upload): number {
  return typeof base64 === "string" ? Buffer.byteLength(base64, "base64") : Buffer.byteLength(String(text));
}

const labelOf = (upload: Upload): Values => {
  const { text, base64, ...label } = upload;
  return { ...label, bytes: bytesOf({ ...label, text, base64 }) };
};

const labelled = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, isUpload(value) ? labelOf(value) : value]));

/** The same envelope when it brought no file. */
export function withoutUploads(envelope: Envelope): Envelope {
  const { content } = envelope;
  const values = content.kind === "command" ? content.options : (content.input ?? {});
  if (!Object.values(values).some(isUpload)) return envelope;
  const rest = labelled(values);
  return {
    ...envelope,
    content: content.kind === "command" ? { ...content, options: rest } : { ...content, input: rest },
  };
}
