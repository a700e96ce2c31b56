// A view as messages of Slack (Block Kit). Pure: what has to be drawn or uploaded is named in `files`.
import type { KnownBlock, Button as SlackButton } from "@slack/types";
import {
  type Block,
  type Button,
  type ChartSpec,
  chartText,
  clock,
  fit,
  progressText,
  type Reader,
  splitText,
  tableText,
  textOf,
  type View,
} from "../../core/view/index.ts";
import { FORM } from "./form.ts";
import { BUTTON, ID, IMAGE, MESSAGE, SELECT, TABLE, TEXT } from "./limits.ts";
import { clean, escaped, inline, oneLine, short } from "./plain.ts";
import { coded, fieldLine, lines, listed, type Piece, ROOM, rich, section, softly, texts } from "./rich.ts";

export type File = {
  title: string;
  alt: string;
  source: { chart: ChartSpec } | { asset: string; url: string; as: As };
};
type As = "picture" | "audio" | "video" | "file";
export type Message = { text: string; blocks?: KnownBlock[] };
export type Rendered = { messages: Message[]; files: File[]; lost: string[] };

export type How = {
  /** Whether files can go with it: not where one person alone reads. */
  files?: boolean;
  /** Where addresses without a host begin. */
  baseUrl?: URL | undefined;
  /** A home page, which takes no table. */
  home?: boolean;
};

type Drawing = { reader: Reader; how: How; lost: string[]; files: File[]; ids: Set<string>; selects: number };

const TONE = { good: "✅ ", warn: "⚠️ ", bad: "❌ " } as const;

export function render(view: View, reader: Reader, how: How = {}): Rendered {
  const caps = { text: ROOM, buttonLabel: BUTTON.label, buttons: BUTTON.row, choices: SELECT.options };
  // The first line is often said again in a block; then the block says it.
  const [block] = view.blocks;
  const said = view.text.trim() === "" || (block?.kind === "text" && block.text.trim() === view.text.trim());
  const { parts, lost } = fit(said ? { ...view, text: "" } : view, caps, reader);
  const at: Drawing = { reader, how, lost, files: [], ids: new Set(), selects: 0 };
  const pieces = parts.flatMap((part, n) => [
    ...(n === 0 && said ? [] : texts(part.text)),
    ...part.blocks.flatMap((one) => draw(one, at)),
  ]);
  const shown = pieces.length === 0 && at.files.length === 0 ? texts("✓") : pieces;
  return { messages: pack(shown), files: at.files, lost };
}

/** Nothing but words: for when Slack does not take what we drew. */
export function renderPlain(view: View, reader: Reader): Rendered {
  const parts = splitText(clean(textOf(view, reader)), TEXT).flatMap(small);
  const messages = (parts.length > 0 ? parts : ["✓"]).map((text) => ({ text }));
  return { messages, files: [], lost: ["drawn as text"] };
}

function draw(block: Block, at: Drawing): Piece[] {
  const { reader } = at;
  switch (block.kind) {
    case "text":
      if (block.tone === "soft") return softly(block.text);
      return texts(block.text, block.tone && block.tone !== "plain" ? TONE[block.tone] : "");
    case "fields":
      return lines(block.fields.map((f) => fieldLine(f, reader)));
    case "list":
      return listed(block);
    case "table":
      return tabled(block, at);
    case "chart":
      if (!at.how.files) return texts(chartText(block.chart, reader));
      at.files.push({ title: block.chart.title || block.alt, alt: block.alt, source: { chart: block.chart } });
      return [];
    case "picture":
    case "audio":
    case "video":
    case "file":
      return media(block, at);
    case "progress":
      return texts(progressText(block));
    case "buttons":
      return buttonRow(block.buttons, at);
    case "select":
      return selectRow(block, at);
    case "form":
      return formRow(block, at);
    case "link":
      return linked(block.url, block.label, at);
  }
}

function tabled(block: Extract<Block, { kind: "table" }>, { how }: Drawing): Piece[] {
  const { columns, rows, caption } = block;
  const all = [columns.map((c) => c.label), ...rows.map((row) => columns.map((_, n) => row[n] ?? ""))].map((row) =>
    row.map((cell) => oneLine(cell) || "–"),
  );
  const letters = all.flat().reduce((sum, cell) => sum + cell.length, 0);
  const fits = all.length <= TABLE.rows && columns.length <= TABLE.columns && letters <= TABLE.letters;
  if (how.home || !fits || columns.length === 0) return coded(tableText(block));
  const native: Piece = {
    block: {
      type: "table",
      rows: all.map((row) => row.map((text) => ({ type: "raw_text" as const, text }))),
      column_settings: columns.map(({ align }) => ({ align: align ?? "left", is_wrapped: true })),
    },
    letters,
    words: all.map((row) => row.join(" · ")).join("\n"),
  };
  return [...(caption ? section(inline(short(caption, ROOM), { bold: true }), caption) : []), native];
}

const ASSET = /^\/assets\/([0-9a-f-]{36})$/i;

function media(block: Extract<Block, { kind: As }>, at: Drawing): Piece[] {
  const length = "seconds" in block && block.seconds !== undefined ? ` (${clock(block.seconds)})` : "";
  const name = block.kind === "picture" ? block.alt : block.kind === "file" ? block.name : block.title;
  const title = `${name}${length}`;
  const alt = block.kind === "file" ? name : block.alt || name;
  const asset = ("asset" in block ? block.asset : undefined) ?? ASSET.exec(block.url)?.[1];
  if (asset && at.how.files) {
    at.files.push({ title, alt, source: { asset, url: block.url, as: block.kind } });
    return [];
  }
  const sign = block.kind === "audio" || block.kind === "video" ? "▶ " : "";
  const url = block.kind === "picture" && !asset ? webAddress(block.url, at.how) : undefined;
  if (!url || url.length > IMAGE.url) return linked(block.url, `${sign}${title}`, at);
  const shown = short(title, IMAGE.title);
  const picture: KnownBlock = {
    type: "image",
    image_url: url,
    alt_text: short(alt, IMAGE.alt),
    title: { type: "plain_text", text: shown, emoji: false },
  };
  return [{ block: picture, letters: shown.length, words: shown }];
}

function webAddress(raw: string, { baseUrl }: How): string | undefined {
  if (!URL.canParse(raw, baseUrl?.href)) return undefined;
  const { protocol, href } = new URL(raw, baseUrl?.href);
  return /^https?:$/.test(protocol) ? href : undefined;
}

function linked(raw: string, label: string, { how }: Drawing): Piece[] {
  const url = webAddress(raw, how);
  if (!url || url.length > BUTTON.url) return texts(`${label}: ${raw}`);
  const text = short(label, ROOM);
  return [
    rich([{ type: "rich_text_section", elements: [{ type: "link", url, text }] }], text.length, `${text}: ${url}`),
  ];
}

const plainText = (text: string) => ({ type: "plain_text" as const, text, emoji: false });

function buttonRow(buttons: readonly Button[], at: Drawing): Piece[] {
  const elements: SlackButton[] = [];
  for (const { label, style = "plain", action } of buttons) {
    if (!action || action.length > ID || at.ids.has(action)) {
      at.lost.push(`a button without an action of its own: ${short(label, 40)}`);
      continue;
    }
    at.ids.add(action);
    const text = plainText(short(label, BUTTON.label));
    elements.push({ type: "button", action_id: action, text, ...(style === "plain" ? {} : { style }) });
  }
  if (elements.length === 0) return [];
  const letters = elements.reduce((sum, { text }) => sum + text.text.length, 0);
  return [{ block: { type: "actions", elements }, letters, words: "" }];
}

/** The value of each choice is a token of its own. */
function selectRow({ label, choices }: Extract<Block, { kind: "select" }>, at: Drawing): Piece[] {
  const seen = new Set<string>();
  const options = choices.flatMap((c) => {
    const value = c.action;
    if (!value || value.length > SELECT.value || seen.has(value)) {
      at.lost.push(`a choice without an action of its own: ${short(c.label, 40)}`);
      return [];
    }
    seen.add(value);
    return [{ text: plainText(short(c.label, SELECT.label)), value }];
  });
  if (options.length === 0) return [];
  const placeholder = plainText(short(label, SELECT.placeholder));
  const letters = options.reduce((sum, o) => sum + o.text.text.length, placeholder.text.length);
  const action_id = `select:${++at.selects}`;
  return [
    {
      block: { type: "actions", elements: [{ type: "static_select", action_id, placeholder, options }] },
      letters,
      words: placeholder.text,
    },
  ];
}

/** A form opens from a button: which command, which inputs and what was given stand in it, so that it needs no lookup. */
function formRow(block: Extract<Block, { kind: "form" }>, at: Drawing): Piece[] {
  const { title, submit, command, action, inputs } = block;
  const errors = inputs.flatMap((i) => (i.error ? [{ label: `⚠ ${i.label}`, value: i.error }] : []));
  if (!action || at.ids.has(action)) {
    at.lost.push(`a form without an action: ${short(title, 40)}`);
    return [];
  }
  at.ids.add(action);
  const whole = `${FORM}${action}:${command}:${inputs.map((i) => i.name).join(",")}`;
  const action_id = whole.length <= ID ? whole : `${FORM}${action}:${command}`.slice(0, ID);
  const given = JSON.stringify(Object.fromEntries(inputs.flatMap((i) => (i.value ? [[i.name, i.value]] : []))));
  const text = plainText(short(title === submit || title === "" ? submit : `${submit}: ${title}`, BUTTON.label));
  const value = given.length > 2 && given.length <= BUTTON.value ? { value: clean(given) } : {};
  const button: SlackButton = { type: "button", style: "primary", action_id, text, ...value };
  return [
    ...lines(errors.map((e) => fieldLine(e, at.reader))),
    { block: { type: "actions", elements: [button] }, letters: text.text.length, words: "" },
  ];
}

function pack(pieces: readonly Piece[]): Message[] {
  const groups: Piece[][] = [];
  let letters = 0;
  let tables = 0;
  for (const piece of pieces) {
    const group = groups.at(-1);
    letters += piece.letters;
    tables += piece.block.type === "table" ? 1 : 0;
    const holds = letters <= MESSAGE.letters && tables <= MESSAGE.tables && (group?.length ?? 0) < MESSAGE.blocks;
    if (group && holds) group.push(piece);
    else {
      groups.push([piece]);
      letters = piece.letters;
      tables = piece.block.type === "table" ? 1 : 0;
    }
  }
  return groups.map((group) => {
    const words = group.map((p) => p.words).join("\n");
    const [text = "✓"] = small(words.trim().slice(0, TEXT));
    return { text, blocks: group.map((p) => p.block) };
  });
}

/** Escaped, and cut where Slack would refuse it in an edit. */
function small(text: string): string[] {
  const words = escaped(text);
  if (text.trim() === "") return [];
  if (Buffer.byteLength(words) <= MESSAGE.text) return [words];
  return splitText(text, Math.max(20, Math.floor(text.length / 2))).flatMap(small);
}
