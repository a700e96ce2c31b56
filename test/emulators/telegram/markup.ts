// Telegram's HTML as its server reads it: the same errors, and the text with its entities.
const TAGS: Readonly<Record<string, string>> = { b: "bold", i: "italic", code: "code", pre: "pre", a: "text_link" };
const SIGNS: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

export type Entity = { type: string; offset: number; length: number; url?: string };
export type Parsed = { text: string; entities: Entity[] };

/** Throws with Telegram's words. */
export function parseHtml(html: string): Parsed {
  let text = "";
  const open: { tag: string; offset: number; url?: string }[] = [];
  const entities: Entity[] = [];
  for (const [piece, close, tag, attributes, sign] of html.matchAll(/<(\/?)([a-z]+)([^>]*)>|(&[a-z]+;)|[^<&]+|[<&]/g)) {
    if (sign) {
      if (!SIGNS[sign]) throw new Error(`Bad Request: can't parse entities: Unsupported entity "${sign}"`);
      text += SIGNS[sign];
    } else if (!tag) {
      if (piece === "<") throw new Error("Bad Request: can't parse entities: Unclosed start tag");
      text += piece;
    } else if (!TAGS[tag]) throw new Error(`Bad Request: can't parse entities: Unsupported start tag "${tag}"`);
    else if (!close) {
      const url = /href="([^"]*)"/.exec(attributes ?? "")?.[1];
      open.push({ tag, offset: text.length, ...(url ? { url: url.replaceAll("&amp;", "&") } : {}) });
    } else {
      const last = open.pop();
      if (last?.tag !== tag) throw new Error("Bad Request: can't parse entities: Unmatched end tag");
      const { offset, url } = last;
      entities.push({ type: TAGS[tag]!, offset, length: text.length - offset, ...(url ? { url } : {}) });
    }
  }
  if (open.length > 0) throw new Error("Bad Request: can't parse entities: Can't find end tag");
  return { text, entities };
}
