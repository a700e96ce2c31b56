// The limits of a message that no schema tells, with the words that Discord refuses it by.
type Node = {
  type?: number;
  components?: Node[];
  accessory?: Node;
  content?: string;
  label?: string;
  custom_id?: string;
};
type Body = { flags?: number; content?: string | null; embeds?: unknown[] | null; components?: Node[] | null };

const V2 = 1 << 15;

function* nodesOf(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    yield* nodesOf(node.components ?? []);
    if (node.accessory) yield* nodesOf([node.accessory]);
  }
}

/** `files`: the names of what was sent with it. */
export function wrongInMessage(body: Body, files: readonly string[] = []): string[] {
  const all = [...nodesOf(body.components ?? [])];
  const v2 = ((body.flags ?? 0) & V2) !== 0;
  const wrong: string[] = [];
  if (!v2 && all.some((n) => (n.type ?? 0) > 8)) wrong.push("COMPONENT_TYPE_INVALID: needs the flag IS_COMPONENTS_V2");
  if (v2 && (body.content || body.embeds?.length)) wrong.push("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2");
  if (v2 && all.length === 0) wrong.push("Cannot send an empty message");
  if (all.length > 40) wrong.push(`COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED: ${all.length}`);
  const text = all.filter((n) => n.type === 10).reduce((sum, n) => sum + (n.content ?? "").length, 0);
  if (text > 4000) wrong.push(`COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED: ${text}`);
  if (all.some((n) => n.type === 10 && (n.content ?? "").trim() === "")) wrong.push("BASE_TYPE_REQUIRED: content");
  const ids = all.flatMap((n) => n.custom_id ?? []);
  if (new Set(ids).size < ids.length) wrong.push("COMPONENT_CUSTOM_ID_DUPLICATED");
  const rows = all.filter((n) => n.type === 1).map((n) => n.components ?? []);
  if (rows.some((row) => row.some((n) => n.type === 3) && row.length > 1))
    wrong.push("COMPONENT_LAYOUT_WIDTH_EXCEEDED");
  const wanted = [...JSON.stringify(body).matchAll(/attachment:\/\/([^"]+)"/g)].map((m) => m[1]!);
  for (const name of wanted) if (!files.includes(name)) wrong.push(`Unknown attachment ${name}`);
  return wrong;
}
