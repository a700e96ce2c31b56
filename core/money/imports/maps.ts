// Which columns of somebody's report mean what, as an owner said once. A file with those columns is known from then on.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { isCurrency } from "../../command/index.ts";
import { refuse } from "../../problem.ts";
import { asJson } from "../../text.ts";
import { nameOf } from "./csv.ts";
import type { Report } from "./reports.ts";

const MEANINGS = [
  "date",
  "amount",
  "reference",
  "currency",
  "status",
  "product",
  "channel",
  "partner",
  "customer",
  "subid",
];
const NEEDED = ["date", "amount", "reference"];

export type Mapping = { id: string; name: string; source: string; columns: Record<string, string> };

export const listMaps = (act: Pick<Act, "db">): Promise<Mapping[]> =>
  rawOf(act.db)<Mapping[]>`select id, name, source, columns from import_map order by name`;

export async function savedReports(act: Pick<Act, "db">): Promise<Report[]> {
  return (await listMaps(act)).map(({ name, source, columns }) => {
    const { date, amount, reference, currency, status, ...about } = columns as Record<string, string>;
    // A currency itself, in place of a column.
    const fixed = currency !== undefined && isCurrency(currency);
    const columnsOf = Object.values(columns).filter((column) => !isCurrency(column));
    return {
      name,
      title: name,
      source,
      has: columnsOf.map((column) => [column]),
      date: [date ?? ""],
      amounts: [[amount ?? ""]],
      reference: [[reference ?? ""]],
      ...(currency === undefined ? {} : { currency: [fixed ? currency : nameOf(currency)] }),
      ...(status === undefined ? {} : { status: [status] }),
      about: Object.fromEntries(Object.entries(about).map(([word, column]) => [word, [column]])),
    };
  });
}

/** "date=Sale Date, amount=Earnings, reference=Order ID, currency=EUR" */
export function readColumns(said: string): Record<string, string> {
  const columns: Record<string, string> = {};
  for (const part of said.split(/[,;\n]/)) {
    const [, word = "", column = ""] = /^\s*(\w+)\s*[=:]\s*(.+?)\s*$/.exec(part) ?? [];
    if (part.trim() === "") continue;
    const meaning = word.toLowerCase();
    if (!MEANINGS.includes(meaning))
      throw refuse("options", "{part} says nothing that can be kept. Write such as {example}; the words are {words}.", {
        part: part.trim().slice(0, 60),
        example: "date=Sale Date, amount=Earnings, reference=Order ID",
        words: MEANINGS.join(", "),
      });
    columns[meaning] =
      meaning === "currency" && isCurrency(column.toUpperCase()) ? column.toUpperCase() : nameOf(column);
  }
  const missing = NEEDED.filter((word) => !columns[word]);
  if (missing.length > 0)
    throw refuse("options", "Say too which column is: {missing}.", { missing: missing.join(", ") });
  return columns;
}

/** The same name again is the mapping anew. */
export async function saveMap(act: Act, { name, source, columns }: Omit<Mapping, "id">): Promise<Mapping> {
  const [row] = await rawOf(act.db)<{ id: string }[]>`
    insert into import_map (workspace_id, id, name, source, columns, made_by, made_at)
    values (${act.workspace.id}, ${act.newId()}, ${name}, ${source}, ${asJson(columns)}::text::jsonb, ${act.person.id},
      ${act.now.toISOString()})
    on conflict (workspace_id, name) do update
      set source = excluded.source, columns = excluded.columns, made_by = excluded.made_by, made_at = excluded.made_at
    returning id`;
  act.changed({ what: "import map", id: row!.id, to: { name, source, columns } });
  return { id: row!.id, name, source, columns };
}
