// A view as messages of Discord (Components V2). Pure: what has to be drawn or fetched is named in `files`.

import type {
  APIActionRowComponent,
  APIButtonComponent,
  APIComponentInContainer,
  APIComponentInMessageActionRow,
  APIContainerComponent,
} from "discord-api-types/v10";
import {
  type Block,
  type Button,
  type ChartSpec,
  chartText,
  clock,
  fit,
  progressText,
  type Reader,
  tableText,
  textOf,
  type View,
} from "../../core/view/index.ts";
import { FORM } from "./ack.ts";
import { CUSTOM_ID, FLAG, MESSAGE, ROW, SELECT } from "./limits.ts";
import { drawn, escaped, fenced, oneLine, short } from "./plain.ts";

export type File = { name: string; chart: ChartSpec };
export type Message = {
  flags: number;
  components: APIContainerComponent[];
  allowed_mentions: { parse: never[] };
  attachments: { id: string; filename: string; description: string }[];
};
export type Rendered = { messages: { body: Message; files: File[] }[]; lost: string[] };

export type How = {
  private?: boolean;
  /** Whether charts can be drawn; otherwise they are told in words. */
  charts?: boolean;
  /** Where addresses without a host begin. */
  baseUrl?: URL | undefined;
};

/** What goes into a message together or not at all. */
type Piece = { component: APIComponentInContainer; count: number; letters: number; file?: File; alt?: string };
type Drawing = { reader: Reader; how: How; lost: string[]; names: { next: number }; ids: Set<string> };

// The container itself is one component; a sign or a mark may stand before each text.
const MOST = { count: MESSAGE.components - 1, letters: MESSAGE.letters, text: MESSAGE.letters - 100 };
const TONE = { good: "✅ ", warn: "⚠️ ", bad: "❌ " } as const;
const ACCENT = { good: 0x16794c, warn: 0x9a5b00, bad: 0xb3261e } as const;
const STYLE = { primary: 1, plain: 2, danger: 4 } as const;

export function render(view: View, reader: Reader, how: How = {}): Rendered {
  const caps = { text: MOST.text, buttonLabel: ROW.label, buttons: ROW.buttons, choices: SELECT.options };
  // The first line is often said again in a block; then the block says it.
  const [block] = view.blocks;
  const said = view.text.trim() === "" || (block?.kind === "text" && block.text.trim() === view.text.trim());
  const { parts, lost } = fit(said ? { ...view, text: "" } : view, caps, reader);
  const at: Drawing = { reader, how, lost, names: { next: 1 }, ids: new Set() };
  const pieces = parts.flatMap((part, n) => [
    ...(n === 0 && said ? [] : texts(part.text, escaped)),
    ...part.blocks.flatMap((one) => draw(one, at)),
  ]);
  return { messages: pack(pieces.length > 0 ? pieces : texts("✓", escaped), toneOf(view), how), lost };
}

/** Nothing but words: for when Discord does not take what we drew. */
export function renderPlain(view: View, reader: Reader, how: How = {}): Rendered {
  const pieces = texts(textOf(view, reader), escaped);
  return { messages: pack(pieces.length > 0 ? pieces : texts("✓", escaped), undefined, how), lost: ["drawn as text"] };
}

const textPiece = (content: string): Piece => ({
  component: { type: 10, content },
  count: 1,
  letters: content.length,
});
const texts = (text: string, way: (text: string) => string): Piece[] => drawn(text, MOST.text, way).map(textPiece);

function draw(block: Block, at: Drawing): Piece[] {
  const { reader } = at;
  switch (block.kind) {
    case "text":
      return texts(block.text, toned(block.tone));
    case "fields":
      return lines(block.fields.map((f) => fieldLine(f, reader)));
    case "list":
      return lines(
        block.items.map(({ text, note }, n) => ({
          before: block.ordered ? `${n + 1}. ` : "- ",
          text: oneLine(note ? `${text} · ${note}` : text),
        })),
      );
    case "table":
      return texts(tableText(block), fenced);
    case "chart":
      return chartPieces(block, at);
    case "picture":
    case "video":
      return mediaPieces(block, at);
    case "audio":
      return linkRow(block.url, `▶ ${block.title}${lengthOf(block)}`, at);
    case "progress":
      return texts(progressText(block), escaped);
    case "buttons":
      return buttonRow(block.buttons, at);
    case "select":
      return selectRow(block, at);
    case "form":
      return formRow(block, at);
    case "link":
      return linkRow(block.url, block.label, at);
    case "file":
      return linkRow(block.url, block.name, at);
  }
}

const toned =
  (tone: Extract<Block, { kind: "text" }>["tone"]) =>
  (text: string): string => {
    if (tone === "soft") return escaped(text).replace(/^(?=.*\S)\s*/gm, "-# ");
    return tone && tone !== "plain" ? TONE[tone] + escaped(text) : escaped(text);
  };

const lengthOf = ({ seconds }: { seconds?: number }) => (seconds === undefined ? "" : ` (${clock(seconds)})`);

type Line = { before: string; text: string };

function fieldLine(
  { label, value, change, target }: Extract<Block, { kind: "fields" }>["fields"][number],
  reader: Reader,
): Line {
  const name = oneLine(label);
  const sign = change ? (change.good === null ? " · " : change.good ? " · ▲ " : " · ▼ ") : "";
  const goal = target ? ` · ${reader.say("target {target}", { target })}` : "";
  const rest = oneLine(`${value}${change ? sign + change.text : ""}${goal}`);
  // A name that is longer than a line of text is not made bold.
  return name === "" || name.length > 500
    ? { before: "", text: `${name} ${rest}` }
    : { before: `**${escaped(name)}:** `, text: rest };
}

/** Lines under each other, as many in one text as fit. */
function lines(all: readonly Line[]): Piece[] {
  const pieces: string[] = [];
  for (const { before, text } of all) {
    const parts = text === "" ? [before.trimEnd()] : drawn(text, MOST.text - before.length, escaped);
    for (const [n, part] of parts.entries()) {
      const line = n === 0 ? before + part : part;
      const last = pieces.at(-1);
      if (line.trim() === "") continue;
      if (last !== undefined && last.length + 1 + line.length <= MOST.text)
        pieces[pieces.length - 1] = `${last}\n${line}`;
      else pieces.push(line);
    }
  }
  return pieces.map(textPiece);
}

function chartPieces({ chart, alt }: Extract<Block, { kind: "chart" }>, { reader, how, names }: Drawing): Piece[] {
  if (!how.charts) return texts(chartText(chart, reader), escaped);
  const name = `chart-${names.next++}.png`;
  const words = short(`${alt}. ${chartText(chart, reader)}`, MESSAGE.description);
  return [gallery(`attachment://${name}`, words, { name, chart })];
}

const gallery = (url: string, description: string, file?: File): Piece => ({
  component: { type: 12, items: [{ media: { url }, description }] },
  count: 1,
  letters: 0,
  ...(file ? { file, alt: description } : {}),
});

function mediaPieces(block: Extract<Block, { kind: "picture" | "video" }>, at: Drawing): Piece[] {
  const url = webAddress(block.url, at.how);
  const title = block.kind === "video" ? `${block.title}${lengthOf(block)}` : block.alt;
  if (!url) return linkRow(block.url, title, at);
  const words = block.kind === "video" ? texts(title, escaped) : [];
  return [...words, gallery(url, short(block.alt || title, MESSAGE.description))];
}

function webAddress(raw: string, { baseUrl }: How): string | undefined {
  if (!URL.canParse(raw, baseUrl?.href)) return undefined;
  const { protocol, href } = new URL(raw, baseUrl?.href);
  return /^https?:$/.test(protocol) && href.length <= 2048 ? href : undefined;
}

const row = (components: APIComponentInMessageActionRow[], letters: number): Piece => ({
  component: { type: 1, components } as APIActionRowComponent<APIComponentInMessageActionRow>,
  count: 1 + components.length,
  letters,
});

function linkRow(raw: string, label: string, at: Drawing): Piece[] {
  const url = webAddress(raw, at.how);
  if (!url || url.length > ROW.url) return texts(`${label}: ${raw}`, escaped);
  const words = short(label, ROW.label);
  return [row([{ type: 2, style: 5, label: words, url }], words.length)];
}

function buttonRow(buttons: readonly Button[], at: Drawing): Piece[] {
  const shown: APIButtonComponent[] = [];
  for (const { label, style = "plain", action } of buttons) {
    if (!action || action.length > CUSTOM_ID || at.ids.has(action)) {
      at.lost.push(`a button without an action of its own: ${short(label, 40)}`);
      continue;
    }
    at.ids.add(action);
    shown.push({ type: 2, style: STYLE[style], label: short(label, ROW.label), custom_id: action });
  }
  return shown.length === 0 ? [] : [row(shown, lettersOf(shown))];
}

const lettersOf = (buttons: readonly APIButtonComponent[]) =>
  buttons.reduce((sum, button) => sum + ("label" in button ? (button.label?.length ?? 0) : 0), 0);

/** Each choice is a token of its own; the choice says how it is acknowledged, as the first letter of the menu does. */
function selectRow({ label, choices }: Extract<Block, { kind: "select" }>, at: Drawing): Piece[] {
  const seen = new Set<string>();
  const options = choices.flatMap((c) => {
    const value = c.action;
    if (!value || value.length > SELECT.value || seen.has(value)) {
      at.lost.push(`a choice without an action of its own: ${short(c.label, 40)}`);
      return [];
    }
    seen.add(value);
    return [{ label: short(c.label, SELECT.label), value }];
  });
  if (options.length === 0) return [];
  const placeholder = short(label, SELECT.placeholder);
  const letters = options.reduce((sum, o) => sum + o.label.length, placeholder.length);
  return [row([{ type: 3, custom_id: `select:${at.names.next++}`, placeholder, options }], letters)];
}

/** A form opens from a button: which command and which inputs stands in the button, so that it opens without a lookup. */
function formRow({ title, submit, command, action, inputs }: Extract<Block, { kind: "form" }>, at: Drawing): Piece[] {
  const errors = inputs.filter((i) => i.error).map((i) => ({ before: "", text: `⚠ ${i.label}: ${i.error}` }));
  if (!action || at.ids.has(action)) {
    at.lost.push(`a form without an action: ${short(title, 40)}`);
    return [];
  }
  at.ids.add(action);
  const whole = `${FORM}${action}:${command}:${inputs.map((i) => i.name).join(",")}`;
  const custom_id = whole.length <= CUSTOM_ID ? whole : `${FORM}${action}:${command}`.slice(0, CUSTOM_ID);
  const label = short(title === submit || title === "" ? submit : `${submit}: ${title}`, ROW.label);
  return [...lines(errors), row([{ type: 2, style: 1, label, custom_id }], label.length)];
}

function toneOf({ blocks }: View): "good" | "warn" | "bad" | undefined {
  const tones = blocks.map((b) => (b.kind === "text" ? b.tone : undefined));
  return (["bad", "warn", "good"] as const).find((tone) => tones.includes(tone));
}

function pack(pieces: readonly Piece[], tone: keyof typeof ACCENT | undefined, how: How): Rendered["messages"] {
  const groups: Piece[][] = [];
  let count = 0;
  let letters = 0;
  let files = 0;
  for (const piece of pieces) {
    const group = groups.at(-1);
    count += piece.count;
    letters += piece.letters;
    files += piece.file ? 1 : 0;
    if (group && count <= MOST.count && letters <= MOST.letters && files <= MESSAGE.files) group.push(piece);
    else {
      groups.push([piece]);
      count = piece.count;
      letters = piece.letters;
      files = piece.file ? 1 : 0;
    }
  }
  return groups.map((group) => {
    const attached = group.filter((p): p is Piece & { file: File } => p.file !== undefined);
    const container: APIContainerComponent = { type: 17, components: group.map((p) => p.component) };
    if (tone) container.accent_color = ACCENT[tone];
    return {
      body: {
        flags: FLAG.components | (how.private ? FLAG.private : 0),
        components: [container],
        allowed_mentions: { parse: [] },
        attachments: attached.map(({ file, alt = "" }, n) => ({
          id: String(n),
          filename: file.name,
          description: alt,
        })),
      },
      files: attached.map((p) => p.file),
    };
  });
}
