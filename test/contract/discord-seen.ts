// A message of Discord's emulator as its client shows it: components in their order, Markdown applied.
import type { Shown } from "../emulators/discord/server.ts";
import { type Seen, unmarked } from "./driver.ts";

export type Node = {
  type: number;
  content?: string;
  label?: string;
  url?: string;
  custom_id?: string;
  components?: Node[];
  component?: Node;
  accessory?: Node;
  options?: { label: string; value: string }[];
  items?: { media: { url: string }; description?: string | null }[];
};

export function* nodesOf(body: Record<string, unknown>): Generator<Node> {
  const walk = function* (nodes: readonly Node[]): Generator<Node> {
    for (const node of nodes) {
      yield node;
      yield* walk([...(node.components ?? []), ...(node.accessory ? [node.accessory] : [])]);
    }
  };
  yield* walk((body.components ?? []) as Node[]);
}

/** Nothing while it only says that the bot is thinking. */
export function seenOf({ id, channel, body, files, private: alone, user, edits }: Shown): Seen[] {
  const nodes = [...nodesOf(body)];
  const words = [...(body.content ? [String(body.content)] : []), ...nodes.flatMap((n) => n.content ?? [])];
  if (words.length === 0 && nodes.length === 0) return [];
  const read = words.map(readMarkdown);
  const buttons = nodes.filter((n) => n.type === 2);
  const { parse = ["users", "roles", "everyone"] } = (body.allowed_mentions ?? {}) as { parse?: string[] };
  const called = read.flatMap((r) => r.mentions);
  const galleries = nodes.flatMap((n) => n.items ?? []);
  return [
    {
      id,
      where: channel,
      ...(alone || channel.startsWith("1000") ? { only: user ?? channel.slice(4) } : {}),
      text: read.map((r) => r.text).join("\n"),
      buttons: buttons.flatMap((b) => (b.custom_id ? [unmarked(b.label ?? "")] : [])),
      menus: nodes.flatMap((n) => (n.options ? [n.options.map((o) => unmarked(o.label))] : [])),
      links: [
        ...buttons.flatMap((b) => (b.url ? [{ label: unmarked(b.label ?? ""), url: b.url }] : [])),
        ...read.flatMap((r) => r.links.map((url) => ({ label: url, url }))),
      ],
      media: galleries.map((g) => ({
        kind: /\.(mp4|webm|mov)(\?|$)/.test(g.media.url) ? ("video" as const) : ("picture" as const),
        words: g.description ?? "",
      })),
      pings: parse.length === 0 ? [] : called,
      asks: buttons.some((b) => b.custom_id?.startsWith("form:")) && files.length === 0,
      edits,
    },
  ];
}

/** Discord's Markdown as its client reads it, as far as a message could use it. */
export function readMarkdown(source: string): { text: string; mentions: string[]; links: string[] } {
  const kept: string[] = [];
  // Signs of the private use area stand for what is finished.
  const keep = (text: string) => String.fromCharCode(0xe000 + kept.push(text) - 1);
  const links: string[] = [];
  const mentions: string[] = [];
  let rest = source
    .replace(/```(?:[a-z]*\n)?([\s\S]*?)\n?```/g, (_, code: string) => keep(code))
    .replace(/\\([^A-Za-z0-9\s])/g, (_, sign: string) => keep(sign))
    .replace(/<(https?:\/\/[^\s<>]+)>/g, (_, url: string) => {
      links.push(url);
      return keep(url);
    })
    .replace(/<(@[!&]?|#|a?:\w+:)\d+>|@(everyone|here)\b/g, (whole) => {
      mentions.push(whole);
      return keep(`{called: ${whole.replace(/[<>@]/g, "")}}`);
    });
  for (const [pattern, to] of MARKUP) rest = rest.replace(pattern, to);
  const text = rest.replace(/[\ue000-\uf8ff]/g, (sign) => kept[sign.charCodeAt(0) - 0xe000] ?? sign);
  return { text: unmarked(text), mentions, links };
}

const MARKUP: readonly [RegExp, string][] = [
  [/\[([^\]\n]+)\]\([^)\s]+\)/g, "$1"],
  [/`([^`]+)`/g, "$1"],
  [/(\*\*\*|\*\*|__|~~|\|\|)(?=\S)([\s\S]*?\S)\1/g, "$2"],
  [/(?<!\w)([*_])(?=\S)([^*_]*?\S)\1(?!\w)/g, "$2"],
  [/^(#{1,3}|-#|>>>|>|[-*+]|\d+\.) +/gm, ""],
];
