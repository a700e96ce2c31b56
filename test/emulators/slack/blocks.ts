// Blocks, as Slack judges them: their shape, their sizes, what may stand in a message, a modal or a home page.
import type { KnownBlock } from "@slack/types";
import {
  accessory,
  actionElement,
  cardButton,
  contextAction,
  contextElement,
  ID,
  inputElement,
  marked,
  picture,
  plain,
  text,
  url,
} from "./elements.ts";
import {
  anything,
  both,
  flag,
  isObject,
  type Json,
  kinds,
  lengthOf,
  list,
  number,
  object,
  oneOf,
  type Problems,
  problem,
  type Rule,
  string,
  whole,
} from "./schema.ts";

const block = (name: KnownBlock["type"], needs: Record<string, Rule>, may: Record<string, Rule> = {}): Rule =>
  object({ type: oneOf(name), ...needs }, { block_id: string({ max: ID }), ...may });

const orOneOf =
  (...names: string[]): Rule =>
  (value, at, problems) => {
    if (isObject(value) && names.every((name) => value[name] === undefined))
      problem(problems, `missing required field: ${names.join(" or ")}`, at);
  };

const style = { style: object({}, { bold: flag, italic: flag, strike: flag, underline: flag, code: flag }) };
const piece = kinds(() => ({
  text: object({ type: oneOf("text"), text: string({ min: 1 }) }, style),
  link: object({ type: oneOf("link"), url: string({ min: 1 }) }, { text: string(), unsafe: flag, ...style }),
  emoji: object({ type: oneOf("emoji"), name: string() }, { unicode: string(), url: string(), ...style }),
  user: object({ type: oneOf("user"), user_id: string() }, style),
  usergroup: object({ type: oneOf("usergroup"), usergroup_id: string() }, style),
  channel: object({ type: oneOf("channel"), channel_id: string() }, style),
  team: object({ type: oneOf("team"), team_id: string() }, style),
  broadcast: object({ type: oneOf("broadcast"), range: oneOf("here", "channel", "everyone") }, style),
  color: object({ type: oneOf("color"), value: string() }, style),
  date: object({ type: oneOf("date"), timestamp: number, format: string() }, { url: string(), fallback: string() }),
}));
const border = { border: whole(0, 1) };
const section = object({ type: oneOf("rich_text_section"), elements: list(piece) });
const richText = block("rich_text", {
  elements: list(
    kinds(() => ({
      rich_text_section: section,
      rich_text_list: object(
        { type: oneOf("rich_text_list"), elements: list(section), style: oneOf("bullet", "ordered") },
        { indent: whole(0, 8), offset: whole(0, 1e9), ...border },
      ),
      rich_text_quote: object({ type: oneOf("rich_text_quote"), elements: list(piece) }, border),
      rich_text_preformatted: object(
        { type: oneOf("rich_text_preformatted"), elements: list(piece) },
        { language: string(), ...border },
      ),
    })),
    { min: 1 },
  ),
});

const cell = kinds(() => ({
  raw_text: object({ type: oneOf("raw_text"), text: string({ min: 1 }) }),
  raw_number: object({ type: oneOf("raw_number"), value: number }, { text: string() }),
  rich_text: richText,
}));
/** "Maximum 100 rows. Each row object is an array with a max of 20 table cells." */
const rows = list(list(cell, { min: 1, max: 20 }), { min: 1, max: 100 });
const column = object({}, { align: oneOf("left", "center", "right"), is_wrapped: flag });

const card = both(
  block(
    "card",
    {},
    {
      hero_image: picture({}),
      icon: picture({}),
      title: marked(150),
      subtitle: marked(150),
      body: marked(200),
      actions: list(cardButton),
      slack_icon: anything,
      subtext: anything,
    },
  ),
  orOneOf("hero_image", "title", "actions", "body"),
);
const task = block(
  "task_card",
  { task_id: string(), title: string(), status: oneOf("pending", "in_progress", "complete", "error") },
  { details: richText, output: richText, sources: list(anything) },
);

/** Every kind of block there is; the compiler sees to it that none is missing. */
const BLOCKS = {
  actions: block("actions", { elements: list(actionElement, { min: 1, max: 25 }) }),
  alert: block("alert", { text: text() }, { level: oneOf("default", "info", "warning", "error", "success") }),
  card,
  carousel: block("carousel", { elements: list(card, { min: 1, max: 10 }) }),
  container: block(
    "container",
    { child_blocks: list((value, at, problems) => anyBlock(value, at, problems), { min: 1, max: 10 }) },
    {
      title: plain(150),
      rich_text_title: richText,
      subtitle: text(150),
      width: oneOf("narrow", "standard", "wide", "full"),
      icon: picture({}),
      is_collapsible: flag,
      default_collapsed: flag,
      has_header_divider: flag,
    },
  ),
  context: block("context", { elements: list(contextElement, { min: 1, max: 10 }) }),
  context_actions: block("context_actions", { elements: list(contextAction, { min: 1, max: 5 }) }),
  data_table: block(
    "data_table",
    { rows: list(list(cell, { min: 1, max: 20 }), { min: 1 }), caption: string() },
    { page_size: whole(1, 100), row_header_column_index: whole(0, 20) },
  ),
  divider: block("divider", {}),
  file: block("file", { source: oneOf("remote"), external_id: string() }),
  header: block("header", { text: plain(150) }, { level: whole(1, 6) }),
  image: picture({ block_id: string({ max: ID }), title: plain(2000) }),
  input: block(
    "input",
    { label: plain(2000), element: inputElement },
    { hint: plain(2000), optional: flag, dispatch_action: flag },
  ),
  markdown: block("markdown", { text: string({ min: 1, max: 12_000 }) }),
  rich_text: richText,
  section: both(
    block("section", {}, { text: text(3000), fields: list(text(2000), { min: 1, max: 10 }), accessory, expand: flag }),
    orOneOf("text", "fields"),
  ),
  table: block("table", { rows }, { column_settings: list(column, { max: 20 }) }),
  task_card: task,
  plan: block("plan", { title: string() }, { tasks: list(anything) }),
  video: block(
    "video",
    { video_url: url(), thumbnail_url: url(), alt_text: string({ min: 1, max: 2000 }), title: plain(199) },
    {
      title_url: url(),
      author_name: string({ max: 50 }),
      provider_name: string(),
      provider_icon_url: url(),
      description: plain(),
    },
  ),
} satisfies Record<KnownBlock["type"], Rule>;
const anyBlock = kinds(() => BLOCKS);

const NOT_IN_VIEWS = new Set(["file", "markdown", "plan", "task_card", "card", "carousel", "context_actions"]);

export type Where = "message" | "modal" | "home";

/** What is wrong with these blocks, in Slack's words; nothing: they are taken. */
export function wrongInBlocks(blocks: unknown, where: Where, at = "/blocks"): Problems {
  const problems: Problems = [];
  list(anyBlock, { max: where === "message" ? 50 : 100 })(blocks, at, problems);
  if (!Array.isArray(blocks) || problems.length > 0) return problems;
  const ids = new Set<string>();
  for (const [n, one] of (blocks as Json[]).entries()) {
    const here = `${at}/${n}`;
    if (where !== "message" && NOT_IN_VIEWS.has(String(one.type)))
      problem(problems, `unsupported type: ${String(one.type)}`, here);
    const id = one.block_id as string | undefined;
    if (id && ids.has(id)) problem(problems, `\`block_id\` "${id}" already exists`, `${here}/block_id`);
    if (id) ids.add(id);
    const actions = new Set<string>();
    for (const element of elementsOf(one)) {
      const name = element.action_id as string | undefined;
      if (name && actions.has(name)) problem(problems, `\`action_id\` "${name}" already exists`, here);
      if (name) actions.add(name);
    }
  }
  // "Only one table block per message"; the API says so with its own word, which is told by the caller.
  return problems;
}

/** What can be pressed, chosen or filled in, in one block. */
export function elementsOf(one: Json): Json[] {
  const inside = [
    ...(Array.isArray(one.elements) ? (one.elements as Json[]) : []),
    ...(isObject(one.accessory) ? [one.accessory] : []),
    ...(isObject(one.element) ? [one.element] : []),
    ...(Array.isArray(one.actions) ? (one.actions as Json[]) : []),
    ...(Array.isArray(one.child_blocks) ? (one.child_blocks as Json[]).flatMap(elementsOf) : []),
  ];
  return inside.flatMap((e) => (e.type === "card" ? elementsOf(e) : typeof e.type === "string" ? [e] : []));
}

/** Characters of all texts together: Slack refuses about 13,200 of them, which no page says. */
export const BLOCKS_TOTAL = 13_200;
export function lettersIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + lettersIn(one), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inside]) =>
      sum + (name === "text" && typeof inside === "string" ? lengthOf(inside) : lettersIn(inside)),
    0,
  );
}
