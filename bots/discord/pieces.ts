// What a message is put together from: parts that go into one message together or not at all.
import type {
  APIActionRowComponent,
  APIComponentInContainer,
  APIComponentInMessageActionRow,
} from "discord-api-types/v10";
import type { Block, ChartSpec, Reader } from "../../core/view/index.ts";
import { MESSAGE, ROW } from "./limits.ts";
import type { Origin } from "./origin.ts";
import { drawn, escaped, oneLine, short } from "./plain.ts";

/** What is sent with a message: drawn, or read from where it lies, just before. */
export type File = { name: string } & ({ chart: ChartSpec } | { asset: string });

export type How = {
  private?: boolean;
  /** Whether charts can be drawn; otherwise they are told in words. */
  charts?: boolean;
  /** Where addresses without a host begin. */
  baseUrl?: URL | undefined;
  /** Where it was asked, when it is answered elsewhere. */
  origin?: Origin;
  /** Made files that are here and may go along, and how large they are. */
  assets?: ReadonlyMap<string, number>;
};

/** `bytes`: of its file. */
export type Piece = {
  component: APIComponentInContainer;
  count: number;
  letters: number;
  file?: File;
  alt?: string;
  bytes?: number;
};
export type Drawing = {
  reader: Reader;
  how: How;
  lost: string[];
  names: { next: number };
  ids: Set<string>;
  /** What the view says in words: a form need not say it again. */
  told: string;
};

// The container itself is one component; a sign or a mark may stand before each text.
export const MOST = { count: MESSAGE.components - 1, letters: MESSAGE.letters, text: MESSAGE.letters - 100 };
const TONE = { good: "✅ ", warn: "⚠️ ", bad: "❌ " } as const;

const textPiece = (content: string): Piece => ({
  component: { type: 10, content },
  count: 1,
  letters: content.length,
});
export const texts = (text: string, way: (text: string) => string): Piece[] =>
  drawn(text, MOST.text, way).map(textPiece);

export const toned =
  (tone: Extract<Block, { kind: "text" }>["tone"]) =>
  (text: string): string => {
    if (tone === "soft") return escaped(text).replace(/^(?=.*\S)\s*/gm, "-# ");
    return tone && tone !== "plain" ? TONE[tone] + escaped(text) : escaped(text);
  };

type Line = { before: string; text: string };

export function fieldLine(
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
export function lines(all: readonly Line[]): Piece[] {
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

export function webAddress(raw: string, { baseUrl }: How): string | undefined {
  if (!URL.canParse(raw, baseUrl?.href)) return undefined;
  const { protocol, href } = new URL(raw, baseUrl?.href);
  return /^https?:$/.test(protocol) && href.length <= 2048 ? href : undefined;
}

export const row = (components: APIComponentInMessageActionRow[], letters: number): Piece => ({
  component: { type: 1, components } as APIActionRowComponent<APIComponentInMessageActionRow>,
  count: 1 + components.length,
  letters,
});

export function linkRow(raw: string, label: string, at: Drawing): Piece[] {
  const url = webAddress(raw, at.how);
  if (!url || url.length > ROW.url) return texts(`${label}: ${raw}`, escaped);
  const words = short(label, ROW.label);
  return [row([{ type: 2, style: 5, label: words, url }], words.length)];
}
