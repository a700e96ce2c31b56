// Block Kit as Slack's client draws it.
import type { Json } from "../emulators/slack/schema.ts";
import { discordParts, mrkdwnParts, mrkdwnSpans } from "./markup.ts";
import type { Key, Part, Span } from "./screen.ts";

type Say = { nameOf: (id: string) => string; fileUrl: (id: string) => string };
type Words = { type?: string; text: string };
const wordsOf = (value: unknown): string => (value as Words | undefined)?.text ?? "";

export function slackParts({ text, blocks, files }: { text: string; blocks: Json[]; files: Json[] }, say: Say): Part[] {
  return [
    // With blocks, the text is only what a notification says.
    ...(blocks.length > 0 ? blocks.flatMap((b) => blockParts(b, say)) : mrkdwnParts(text, say.nameOf)),
    ...files.map((f): Part => {
      const mime = String(f.mimetype);
      const kind = mime.startsWith("image/")
        ? "picture"
        : mime.startsWith("video/")
          ? "video"
          : mime.startsWith("audio/")
            ? "audio"
            : "file";
      return { kind, url: say.fileUrl(String(f.id)), words: String(f.alt_txt ?? f.title ?? f.name) };
    }),
  ];
}

const textParts = (value: unknown, { nameOf }: Say): Part[] => {
  const { type, text } = value as Words;
  return type === "mrkdwn"
    ? mrkdwnParts(text, nameOf)
    : text.split("\n").map((t) => ({ kind: "text", spans: [{ text: t }] }));
};
const textSpans = (value: unknown, { nameOf }: Say): Span[] => {
  const { type, text } = value as Words;
  return type === "mrkdwn" ? mrkdwnSpans(text, nameOf) : [{ text }];
};

function blockParts(b: Json, say: Say): Part[] {
  switch (b.type) {
    case "header":
      return [{ kind: "text", spans: [{ text: wordsOf(b.text) }], look: "head" }];
    case "section":
      return [
        ...(b.text ? textParts(b.text, say) : []),
        ...(b.fields
          ? [{ kind: "fields" as const, fields: (b.fields as unknown[]).map((f) => textSpans(f, say)) }]
          : []),
        ...(b.accessory ? elementParts([b.accessory as Json], say) : []),
      ];
    case "context":
      return (b.elements as Json[]).flatMap((e): Part[] =>
        e.type === "image"
          ? [pictureOf(e, say)]
          : textParts(e, say).map((p) => (p.kind === "text" ? { ...p, look: "soft" } : p)),
      );
    case "divider":
      return [{ kind: "rule" }];
    case "image":
      return [...(b.title ? textParts(b.title, say) : []), pictureOf(b, say)];
    case "actions":
      return elementParts(b.elements as Json[], say);
    case "markdown":
      return discordParts(String(b.text));
    case "table":
    case "data_table":
      return [
        {
          kind: "table",
          rows: (b.rows as Json[][]).map((row) =>
            row.map((c) =>
              c.type === "rich_text"
                ? richText(c, say)
                    .map((s) => s.text)
                    .join("")
                : wordsOf(c) || String(c.value ?? ""),
            ),
          ),
        },
      ];
    case "rich_text":
      return (b.elements as Json[]).flatMap((e) => richParts(e, say));
    case "video":
      return [{ kind: "video", url: String(b.video_url), words: wordsOf(b.title) }];
    case "alert":
      return textParts(b.text, say);
    case "container":
      return [{ kind: "frame", parts: (b.child_blocks as Json[]).flatMap((c) => blockParts(c, say)) }];
    case "card":
      return [
        {
          kind: "frame",
          parts: [
            ...(b.hero_image ? [pictureOf(b.hero_image as Json, say)] : []),
            ...["title", "subtitle", "body"].flatMap((n) => (b[n] ? textParts(b[n], say) : [])),
            ...(b.actions ? elementParts(b.actions as Json[], say) : []),
          ],
        },
      ];
    default:
      return [{ kind: "text", spans: [{ text: `[${String(b.type)}]` }], look: "soft" }];
  }
}

const pictureOf = (b: Json, say: Say): Part => {
  const file = b.slack_file as { id?: string; url?: string } | undefined;
  return {
    kind: "picture",
    url: file?.id ? say.fileUrl(file.id) : String(b.image_url ?? file?.url ?? ""),
    words: String(b.alt_text),
  };
};

/** Buttons stand in one row; each menu is a part of its own. */
function elementParts(elements: Json[], say: Say): Part[] {
  const keys = elements
    .filter((e) => e.type === "button")
    .map(
      (e): Key => ({
        label: wordsOf(e.text),
        look: e.url ? "link" : e.style === "primary" ? "primary" : e.style === "danger" ? "danger" : "plain",
        ...(e.url ? { url: String(e.url) } : {}),
        id: String(e.action_id),
      }),
    );
  const menus = elements
    .filter((e) => /select$|^overflow$|^radio|^checkboxes/.test(String(e.type)))
    .map((e): Part => {
      const options = [
        ...((e.options ?? []) as Json[]),
        ...((e.option_groups ?? []) as { options: Json[] }[]).flatMap((g) => g.options),
      ];
      return {
        kind: "menu",
        id: String(e.action_id),
        label: wordsOf(e.placeholder) || "Choose",
        choices: options.map((o) => ({ value: String(o.value), label: wordsOf(o.text) })),
        asks: /external/.test(String(e.type)),
      };
    });
  const pictures = elements.filter((e) => e.type === "image").map((e) => pictureOf(e, say));
  return [...(keys.length > 0 ? [{ kind: "buttons" as const, rows: [keys] }] : []), ...menus, ...pictures];
}

function richText(e: Json, { nameOf }: Say): Span[] {
  return (e.elements as Json[]).flatMap((one): Span[] => {
    const style = (one.style ?? {}) as Omit<Span, "text">;
    if (one.type === "text") return [{ ...style, text: String(one.text) }];
    if (one.type === "link") return [{ ...style, text: String(one.text ?? one.url), href: String(one.url) }];
    if (one.type === "emoji")
      return [
        {
          text: one.unicode
            ? String.fromCodePoint(
                ...String(one.unicode)
                  .split("-")
                  .map((c) => Number.parseInt(c, 16)),
              )
            : `:${String(one.name)}:`,
        },
      ];
    if (one.type === "user") return [{ text: `@${nameOf(String(one.user_id))}`, call: true }];
    if (one.type === "broadcast") return [{ text: `@${String(one.range)}`, call: true }];
    if (one.type === "date") return [{ text: String(one.fallback ?? "") }];
    return Array.isArray(one.elements) ? richText(one, { nameOf, fileUrl: String }) : [];
  });
}

function richParts(e: Json, say: Say): Part[] {
  if (e.type === "rich_text_preformatted")
    return [
      {
        kind: "pre",
        text: richText(e, say)
          .map((s) => s.text)
          .join(""),
      },
    ];
  if (e.type === "rich_text_list")
    return (e.elements as Json[]).map((item, n) => {
      const mark = e.style === "ordered" ? [{ text: `${n + 1}. ` }] : [];
      return {
        kind: "text",
        spans: [...mark, ...richText(item, say)],
        ...(mark.length > 0 ? {} : { look: "item" as const }),
      };
    });
  const lines: Span[][] = [[]];
  for (const span of richText(e, say))
    for (const [n, piece] of span.text.split("\n").entries()) {
      if (n > 0) lines.push([]);
      if (piece !== "") lines.at(-1)!.push({ ...span, text: piece });
    }
  return lines
    .filter((l) => l.length > 0)
    .map((spans) => ({ kind: "text", spans, ...(e.type === "rich_text_quote" ? { look: "quote" as const } : {}) }));
}
