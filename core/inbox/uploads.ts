// Uploads come within a message, up to 16 MB each. They are needed until its run has its answer, and not kept with it:
// a command that wants a file for longer makes it an asset. What stays says which file it was. Secrets go the same way.
import { isSecretOption } from "../command/index.ts";
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

const SEALED = "…";
const isSecret = (name: string, value: unknown) => isSecretOption(name) && value !== SEALED && value !== undefined;

const labelled = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (isSecret(key, value)) return [key, SEALED];
      return [key, isUpload(value) ? labelOf(value) : value];
    }),
  );

/** The same envelope when it brought no file and no secret. */
export function withoutUploads(envelope: Envelope): Envelope {
  const { content } = envelope;
  const values = content.kind === "command" ? content.options : (content.input ?? {});
  if (!Object.entries(values).some(([name, value]) => isUpload(value) || isSecret(name, value))) return envelope;
  const rest = labelled(values);
  return {
    ...envelope,
    content: content.kind === "command" ? { ...content, options: rest } : { ...content, input: rest },
  };
}
