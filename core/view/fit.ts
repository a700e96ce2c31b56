// A view cut to what a platform can show: what does not fit goes on in another part, or into words; what is left out in
// the end is named in `lost`, never dropped silently. A surface draws what comes out block by block.
import { splitText } from "./split.ts";
import { blockText, type Reader } from "./text.ts";
import type { Block, View } from "./view.ts";

/** How much fits. What is not named has no limit. Lengths are UTF-16 units. */
export type Caps = {
  /** A part's own text, and one block of text. */
  text: number;
  /** All letters of one part together. */
  total?: number;
  /** Blocks of one part. */
  blocks?: number;
  fields?: number;
  label?: number;
  value?: number;
  buttons?: number;
  buttonLabel?: number;
  choices?: number;
  inputs?: number;
  items?: number;
  rows?: number;
  columns?: number;
  /** Kinds of blocks that the platform draws itself. The others are told in words. Unset: all of them. */
  kinds?: ReadonlySet<Block["kind"]>;
};

export type Fitted = { parts: View[]; lost: string[] };

export function fit(view: View, caps: Caps, reader: Reader): Fitted {
  const lost: string[] = [];
  const [text = "", ...rest] = splitText(view.text, caps.text);
  const blocks = [
    ...rest.map((more): Block => ({ kind: "text", text: more })),
    ...view.blocks.flatMap((block) => fitBlock(block, caps, reader, lost)),
  ];
  return { parts: pack(text, blocks, caps, reader), lost };
}

/** Several smaller blocks for one that is too large. */
function fitBlock(block: Block, caps: Caps, reader: Reader, lost: string[]): Block[] {
  if (caps.kinds && !caps.kinds.has(block.kind)) {
    // Buttons and forms in words can be read, but no longer pressed.
    if (block.kind === "buttons" || block.kind === "select" || block.kind === "form")
      lost.push(`${block.kind}: as text`);
    return inWords(blockText(block, reader), caps);
  }
  switch (block.kind) {
    case "text":
      return splitText(block.text, caps.text).map((text) => ({ ...block, text }));
    case "fields": {
      const fields = block.fields.map((field) => ({
        ...field,
        label: cut(field.label, caps.label, "a label", lost),
        value: cut(field.value, caps.value, `the value of ${field.label}`, lost),
      }));
      return groups(fields, caps.fields).map((group) => ({ kind: "fields", fields: group }));
    }
    case "list":
      // A numbered list that is cut would begin at 1 again.
      return groups(block.items, caps.items).map((items, at) =>
        at > 0 && block.ordered
          ? { kind: "text", text: items.map((item, n) => `${at * caps.items! + n + 1}. ${item.text}`).join("\n") }
          : { ...block, items },
      );
    case "table":
      if (block.columns.length > (caps.columns ?? Number.POSITIVE_INFINITY))
        return inWords(blockText(block, reader), caps);
      return groups(block.rows, caps.rows).map((rows) => ({ ...block, rows }));
    case "buttons": {
      const buttons = block.buttons.map((b) => ({
        ...b,
        label: cut(b.label, caps.buttonLabel, "a button's label", lost),
      }));
      return groups(buttons, caps.buttons).map((group) => ({ kind: "buttons", buttons: group }));
    }
    case "select":
      return [{ ...block, choices: first(block.choices, caps.choices, "choices", lost) }];
    case "form":
      return [{ ...block, inputs: first(block.inputs, caps.inputs, "inputs", lost) }];
    default:
      return [block];
  }
}

const inWords = (text: string, caps: Caps): Block[] =>
  splitText(text, caps.text).map((part) => ({ kind: "text", text: part }));

/** Blocks into as few parts as hold them, in order. */
function pack(text: string, blocks: Block[], caps: Caps, reader: Reader): View[] {
  const most = { blocks: caps.blocks ?? Number.POSITIVE_INFINITY, total: caps.total ?? Number.POSITIVE_INFINITY };
  const parts: View[] = [{ text, blocks: [] }];
  let length = text.length;
  for (const block of blocks) {
    const size = caps.total === undefined ? 0 : blockText(block, reader).length;
    const part = parts.at(-1)!;
    const holds = part.blocks.length + 1 <= most.blocks && length + size <= most.total;
    if (holds || (part.text === "" && part.blocks.length === 0)) {
      part.blocks.push(block);
      length += size;
    } else {
      parts.push({ text: "", blocks: [block] });
      length = size;
    }
  }
  // Each part is a message of its own, and needs words for its notification.
  return parts.map((part) => (part.text === "" ? { ...part, text: titleOf(part.blocks, caps, reader) } : part));
}

function titleOf(blocks: Block[], caps: Caps, reader: Reader): string {
  const [line = ""] = splitText(blocks[0] ? blockText(blocks[0], reader) : "", Math.max(20, Math.min(caps.text, 100)));
  return line.split("\n")[0] ?? "";
}

function groups<T>(items: readonly T[], most = Number.POSITIVE_INFINITY): T[][] {
  if (items.length <= most) return [[...items]];
  return Array.from({ length: Math.ceil(items.length / most) }, (_, n) => items.slice(n * most, (n + 1) * most));
}

function first<T>(items: T[], most: number | undefined, what: string, lost: string[]): T[] {
  if (most === undefined || items.length <= most) return items;
  lost.push(`${items.length - most} of ${items.length} ${what}`);
  return items.slice(0, most);
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function cut(text: string, most: number | undefined, what: string, lost: string[]): string {
  if (most === undefined || text.length <= most) return text;
  lost.push(`${text.length - most + 1} letters of ${what}`);
  let kept = "";
  for (const { segment } of letters.segment(text)) {
    if (kept.length + segment.length > most - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
