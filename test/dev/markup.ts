// How each platform's markup looks when it is applied: Discord's Markdown, Slack's mrkdwn, Telegram's entities.
import type { Entity } from "../emulators/telegram/markup.ts";
import type { Part, Span } from "./screen.ts";

type Style = Omit<Span, "text">;
/** A pattern whose first group is styled so; or a function that says what stands there. */
type Mark = { pattern: RegExp; to: (match: RegExpExecArray) => { text: string; style: Style; plain?: boolean } };

function spans(source: string, marks: readonly Mark[], style: Style = {}): Span[] {
  const found = marks
    .map((mark) => ({ mark, match: mark.pattern.exec(source) }))
    .filter((f): f is { mark: Mark; match: RegExpExecArray } => f.match !== null)
    .sort((a, b) => a.match.index - b.match.index)[0];
  if (!found) return source === "" ? [] : [{ text: source, ...style }];
  const { match, mark } = found;
  const { text, style: more, plain } = mark.to(match);
  const both = { ...style, ...more };
  return [
    ...(match.index > 0 ? [{ text: source.slice(0, match.index), ...style }] : []),
    ...(plain ? [{ text, ...both }] : spans(text, marks, both)),
    ...spans(source.slice(match.index + match[0].length), marks, style),
  ];
}

const DISCORD: readonly Mark[] = [
  { pattern: /\\([^A-Za-z0-9\s])/, to: (m) => ({ text: m[1]!, style: {}, plain: true }) },
  { pattern: /`([^`]+)`/, to: (m) => ({ text: m[1]!, style: { code: true }, plain: true }) },
  { pattern: /<(https?:\/\/[^\s<>]+)>/, to: (m) => ({ text: m[1]!, style: { href: m[1]! }, plain: true }) },
  { pattern: /\[([^\]\n]+)\]\((https?:[^)\s]+)\)/, to: (m) => ({ text: m[1]!, style: { href: m[2]! } }) },
  {
    pattern: /<(?:@[!&]?|#)\d+>|@(?:everyone|here)\b/,
    to: (m) => ({ text: m[0], style: { call: true }, plain: true }),
  },
  { pattern: /\*\*(?=\S)([\s\S]*?\S)\*\*/, to: (m) => ({ text: m[1]!, style: { bold: true } }) },
  { pattern: /__(?=\S)([\s\S]*?\S)__/, to: (m) => ({ text: m[1]!, style: { bold: true } }) },
  { pattern: /~~(?=\S)([\s\S]*?\S)~~/, to: (m) => ({ text: m[1]!, style: { strike: true } }) },
  { pattern: /(?<!\w)[*_](?=\S)([^*_]*?\S)[*_](?!\w)/, to: (m) => ({ text: m[1]!, style: { italic: true } }) },
];

const unescaped = (text: string) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function slackMarks(nameOf: (id: string) => string): readonly Mark[] {
  return [
    { pattern: /`([^`\n]+)`/, to: (m) => ({ text: m[1]!, style: { code: true }, plain: true }) },
    {
      pattern: /<(https?:[^|>]+|mailto:[^|>]+)(?:\|([^>]*))?>/,
      to: (m) => ({ text: m[2] || m[1]!, style: { href: m[1]! }, plain: true }),
    },
    { pattern: /<@(\w+)(?:\|[^>]*)?>/, to: (m) => ({ text: `@${nameOf(m[1]!)}`, style: { call: true }, plain: true }) },
    {
      pattern: /<[!#]([^|>]+)(?:\|([^>]*))?>/,
      to: (m) => ({ text: `@${m[2] || m[1]!}`, style: { call: true }, plain: true }),
    },
    { pattern: /(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])/, to: (m) => ({ text: m[1]!, style: { bold: true } }) },
    { pattern: /(?<![\w_])_(?=\S)([^_\n]*?\S)_(?![\w_])/, to: (m) => ({ text: m[1]!, style: { italic: true } }) },
    { pattern: /(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])/, to: (m) => ({ text: m[1]!, style: { strike: true } }) },
  ];
}

/** Fenced code apart, then line by line: what a line begins with says how it looks. */
function parts(source: string, line: (text: string) => Part): Part[] {
  return source.split(/(```[\s\S]*?```)/).flatMap((piece): Part[] => {
    const fenced = /^```(?:[a-z]*\n)?([\s\S]*?)\n?```$/.exec(piece);
    if (fenced) return [{ kind: "pre", text: fenced[1]! }];
    return piece.trim() === ""
      ? []
      : piece
          .replace(/^\n|\n$/g, "")
          .split("\n")
          .map(line);
  });
}

export const discordParts = (source: string): Part[] =>
  parts(source, (line) => {
    const [, soft] = /^-# (.*)$/.exec(line) ?? [];
    const [, head] = /^#{1,3} (.*)$/.exec(line) ?? [];
    const [, quote] = /^>>? (.*)$/.exec(line) ?? [];
    const [, item] = /^[-*] (.*)$/.exec(line) ?? [];
    const text = soft ?? head ?? quote ?? item ?? line;
    const look =
      soft !== undefined
        ? "soft"
        : head !== undefined
          ? "head"
          : quote !== undefined
            ? "quote"
            : item !== undefined
              ? "item"
              : undefined;
    return { kind: "text", spans: spans(text, DISCORD), ...(look ? { look } : {}) };
  });

export const mrkdwnSpans = (source: string, nameOf: (id: string) => string): Span[] =>
  spans(source, slackMarks(nameOf)).map((s) => ({ ...s, text: unescaped(s.text) }));

export const mrkdwnParts = (source: string, nameOf: (id: string) => string): Part[] =>
  parts(source, (line) => {
    const [, quote] = /^&gt; ?(.*)$/.exec(line) ?? [];
    return {
      kind: "text",
      spans: mrkdwnSpans(quote ?? line, nameOf),
      ...(quote === undefined ? {} : { look: "quote" as const }),
    };
  }).map((p) => (p.kind === "pre" ? { ...p, text: unescaped(p.text) } : p));

const STYLES: Record<string, Style> = {
  bold: { bold: true },
  italic: { italic: true },
  code: { code: true },
  strikethrough: { strike: true },
};

export function telegramParts(text: string, entities: readonly Entity[]): Part[] {
  const edges = new Set([0, text.length]);
  for (const { offset, length } of entities) edges.add(offset).add(offset + length);
  for (const { index } of text.matchAll(/\n/g)) edges.add(index).add(index + 1);
  const cuts = [...edges].sort((a, b) => a - b);
  const lines: Span[][] = [[]];
  const made: Part[] = [];
  const flush = () => {
    for (const line of lines.splice(0)) made.push({ kind: "text", spans: line });
    lines.push([]);
  };
  for (const [n, from] of cuts.slice(0, -1).entries()) {
    const piece = text.slice(from, cuts[n + 1]);
    const over = entities.filter((e) => e.offset <= from && from < e.offset + e.length);
    const pre = over.find((e) => e.type === "pre");
    if (pre) {
      if (from !== pre.offset) continue;
      if (lines.at(-1)!.length === 0) lines.pop();
      flush();
      lines.pop();
      made.push({ kind: "pre", text: text.slice(pre.offset, pre.offset + pre.length) });
      lines.push([]);
    } else if (piece === "\n") lines.push([]);
    else {
      const style = Object.assign({}, ...over.map((e) => (e.url ? { href: e.url } : (STYLES[e.type] ?? {}))));
      lines.at(-1)!.push({ text: piece, ...style });
    }
  }
  if (lines.at(-1)!.length === 0) lines.pop();
  flush();
  return made;
}
