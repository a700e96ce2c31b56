// How models that look take pictures: in parts of a message, as Base64.

export type Part = {
  type: string;
  text?: string;
  image_url?: { url: string };
  source?: { type: string; media_type: string; data: string };
};

/** A model that looks: it says how many pictures it saw, and passes them all. Undefined: one is no picture. */
export function seenIn(urls: string[]): string | undefined {
  const real = urls.every((url) => {
    const [, type, data = ""] = /^data:image\/(png|jpeg|webp|gif);base64,([A-Za-z0-9+/]+=*)$/.exec(url) ?? [];
    const head = Buffer.from(data, "base64").subarray(0, 4).toString("hex");
    return (type === "png" && head === "89504e47") || (type === "jpeg" && head.startsWith("ffd8ff")) || type === "webp";
  });
  return real && urls.length > 0 ? '{"verdict":"pass","reasons":[]}' : undefined;
}

/** Words are answered with words, pictures with what was seen. */
export const answerTo = (content: string | Part[]): string | undefined =>
  typeof content === "string"
    ? `Written: ${content.slice(0, 20)}`
    : seenIn(content.flatMap((p) => (p.type === "image_url" ? [p.image_url?.url ?? ""] : [])));
