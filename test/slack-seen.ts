// What Slack's client draws of a message, as those who see it see it.
import type { Seen } from "./contract/driver.ts";
import type { Json } from "./emulators/slack/schema.ts";
import { pings, type Shown } from "./emulators/slack/world.ts";

export type Element = {
  type: string;
  action_id?: string;
  text?: { text: string } | string;
  url?: string;
  style?: Json;
  options?: { text: { text: string }; value: string }[];
  elements?: Element[];
};

/** Everything in blocks that stands for itself, in the order one sees it. */
export function elementsIn(blocks: readonly Json[]): Element[] {
  const walk = (value: unknown): Element[] => {
    if (Array.isArray(value)) return value.flatMap(walk);
    if (typeof value !== "object" || value === null) return [];
    const one = value as Element & {
      rows?: unknown;
      element?: unknown;
      label?: unknown;
      title?: unknown;
      placeholder?: unknown;
    };
    const inside = [one.label, one.placeholder, one.elements, one.element, one.rows, one.title].flatMap(walk);
    return [...(one.type ? [one] : []), ...inside];
  };
  return walk(blocks);
}

export const wordsOf = ({ text }: Element): string => (typeof text === "string" ? text : (text?.text ?? ""));

export function seenOf(shown: Shown): Seen {
  const all = elementsIn(shown.blocks);
  // Each block, and each line of a list, begins a new line; what stands in a line stands together.
  const lines = shown.blocks.flatMap((b) => linesOf(b as unknown as Element));
  const links = all.filter((e) => e.type === "link").map((e) => ({ label: wordsOf(e) || e.url!, url: e.url! }));
  const pictures = shown.blocks.filter((b) => b.type === "image");
  return {
    id: shown.ts,
    where: shown.channel,
    ...(shown.only ? { only: shown.only } : {}),
    text: (shown.blocks.length > 0 ? lines.join("\n") : unescaped(shown.text ?? "")).trim(),
    buttons: all.filter((e) => e.type === "button").map(wordsOf),
    menus: all.flatMap((e) => (e.options ? [e.options.map((o) => o.text.text)] : [])),
    links,
    media: [
      ...pictures.map((p) => ({
        kind: "picture" as const,
        words: `${String(p.alt_text)} ${wordsOf({ type: "", text: (p.title as Element | undefined)?.text ?? "" } as Element)}`,
      })),
      ...shown.files.map((f) => ({ kind: kindOf(String(f.name)), words: String(f.title ?? f.name) })),
    ],
    pings: pings([shown.blocks, { text: shown.blocks.length > 0 ? "" : shown.text }]),
    asks: all.some((e) => e.action_id?.startsWith("form:")),
    edits: shown.edits,
  };
}

const kindOf = (name: string): Seen["media"][number]["kind"] =>
  /\.png$/.test(name) ? "picture" : /\.mp3$/.test(name) ? "audio" : /\.mp4$/.test(name) ? "video" : "file";

/** Text without blocks is read with its three letters escaped, and no markup when `mrkdwn` is off. */
const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function linesOf(
  block: Element & { rows?: Element[][]; label?: Element; text?: unknown; alt_text?: string },
): string[] {
  const inline = (elements: Element[]) => elements.map((e) => wordsOf(e) || e.url || "").join("");
  switch (block.type) {
    case "rich_text":
      return (block.elements ?? []).flatMap((part) =>
        part.type === "rich_text_list" ? part.elements!.map((s) => inline(s.elements!)) : [inline(part.elements!)],
      );
    case "context":
      return [inline(block.elements ?? [])];
    case "table":
      return (block.rows ?? []).map((row) => row.map(wordsOf).join(" "));
    case "input":
      return [block.label ? wordsOf(block.label) : ""];
    default:
      return [];
  }
}
