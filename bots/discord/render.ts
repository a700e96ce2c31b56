// A view as messages of Discord (Components V2). Pure: what has to be drawn or fetched is named in `files`.
import type { APIContainerComponent } from "discord-api-types/v10";
import { type Block, fit, progressText, type Reader, tableText, textOf, type View } from "../../core/view/index.ts";
import { buttonRow, formRow, selectRow } from "./controls.ts";
import { FLAG, MESSAGE, ROW, SELECT } from "./limits.ts";
import { chartPieces, mediaPieces } from "./media.ts";
import {
  type Drawing,
  type File,
  fieldLine,
  type How,
  lines,
  linkRow,
  MOST,
  type Piece,
  texts,
  toned,
} from "./pieces.ts";
import { escaped, fenced, oneLine } from "./plain.ts";

export type { File, How };
export type Message = {
  flags: number;
  components: APIContainerComponent[];
  allowed_mentions: { parse: never[] };
  attachments: { id: string; filename: string; description: string }[];
};
export type Rendered = { messages: { body: Message; files: File[] }[]; lost: string[] };

const ACCENT = { good: 0x16794c, warn: 0x9a5b00, bad: 0xb3261e } as const;

export function render(view: View, reader: Reader, how: How = {}): Rendered {
  const caps = { text: MOST.text, buttonLabel: ROW.label, buttons: ROW.buttons, choices: SELECT.options };
  // The first line is often said again in a block; then the block says it.
  const [block] = view.blocks;
  const said = view.text.trim() === "" || (block?.kind === "text" && block.text.trim() === view.text.trim());
  const { parts, lost } = fit(said ? { ...view, text: "" } : view, caps, reader);
  const at: Drawing = { reader, how, lost, names: { next: 1 }, ids: new Set(), told: toldIn(view) };
  const pieces = parts.flatMap((part, n) => [
    ...(n === 0 && said ? [] : texts(part.text, escaped)),
    ...part.blocks.flatMap((one) => draw(one, at)),
  ]);
  return { messages: pack(pieces.length > 0 ? pieces : texts("✓", escaped), toneOf(view), how), lost };
}

const toldIn = ({ text, blocks }: View): string =>
  [
    text,
    ...blocks.map((b) => (b.kind === "text" ? b.text : b.kind === "list" ? b.items.map((i) => i.text).join("\n") : "")),
  ].join("\n");

/** Nothing but words: for when Discord does not take what we drew. */
export function renderPlain(view: View, reader: Reader, how: How = {}): Rendered {
  const pieces = texts(textOf(view, reader), escaped);
  return { messages: pack(pieces.length > 0 ? pieces : texts("✓", escaped), undefined, how), lost: ["drawn as text"] };
}

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
    case "audio":
    case "file":
      return mediaPieces(block, at);
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
  }
}

function toneOf({ blocks }: View): "good" | "warn" | "bad" | undefined {
  const tones = blocks.map((b) => (b.kind === "text" ? b.tone : undefined));
  return (["bad", "warn", "good"] as const).find((tone) => tones.includes(tone));
}

type Group = { pieces: Piece[]; count: number; letters: number; files: number; bytes: number };

function pack(pieces: readonly Piece[], tone: keyof typeof ACCENT | undefined, how: How): Rendered["messages"] {
  const groups: Group[] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    const next = last && grown(last, piece);
    if (last && next && holds(next)) Object.assign(last, next);
    else groups.push(grown({ pieces: [], count: 0, letters: 0, files: 0, bytes: 0 }, piece));
  }
  return groups.map((group) => messageOf(group.pieces, tone, how));
}

const grown = (group: Group, piece: Piece): Group => ({
  pieces: [...group.pieces, piece],
  count: group.count + piece.count,
  letters: group.letters + piece.letters,
  files: group.files + (piece.file ? 1 : 0),
  bytes: group.bytes + (piece.bytes ?? 0),
});

const holds = ({ count, letters, files, bytes }: Group): boolean =>
  count <= MOST.count && letters <= MOST.letters && files <= MESSAGE.files && bytes <= MESSAGE.bytes;

function messageOf(pieces: readonly Piece[], tone: keyof typeof ACCENT | undefined, how: How) {
  const attached = pieces.filter((p): p is Piece & { file: File } => p.file !== undefined);
  const container: APIContainerComponent = { type: 17, components: pieces.map((p) => p.component) };
  if (tone) container.accent_color = ACCENT[tone];
  const body: Message = {
    flags: FLAG.components | (how.private ? FLAG.private : 0),
    components: [container],
    allowed_mentions: { parse: [] },
    attachments: attached.map(({ file, alt = "" }, n) => ({ id: String(n), filename: file.name, description: alt })),
  };
  return { body, files: attached.map((p) => p.file) };
}
