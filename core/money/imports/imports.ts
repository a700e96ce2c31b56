// A file of money, from its bytes to what came of it: read, judged, and booked or only told.
import { createHash } from "node:crypto";
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import type { Money, UploadedFile } from "../../command/index.ts";
import { refuse } from "../../problem.ts";
import { readTable, type Table } from "./csv.ts";
import { readReport } from "./foreign.ts";
import { type Judged, judge, keepLines, knownOf, oneAtATime } from "./keep.ts";
import type { Fault, Ground } from "./lines.ts";
import { savedReports } from "./maps.ts";
import { type Family, isOwn, missingColumns, readOwn, readRates } from "./own.ts";
import { keepRates } from "./rates.ts";
import { type Report, reportOf } from "./reports.ts";

export const MODES = ["strict", "valid", "dry"] as const;
export type Mode = (typeof MODES)[number];

export type Imported = {
  id: string;
  file: string;
  family: Family;
  report: string | null;
  /** Nothing was written: it was asked what would be, or a line is wrong and all or nothing was asked. */
  written: boolean;
  rows: number;
  added: number;
  repeated: number;
  amended: number;
  waiting: number;
  /** What the books gain by it, by currency and kind. */
  sums: { kind: string; money: Money }[];
  faults: Fault[];
};

type Asked = { file: UploadedFile; family: Family; mode: Mode; source?: string | undefined };

export async function importFile(act: Act, ground: Ground, asked: Asked): Promise<Imported> {
  const { file, family, mode, source } = asked;
  const saved = family === "revenue" ? await savedReports(act) : [];
  const given = source === undefined ? [] : ["source"];
  const known = (names: readonly string[]) =>
    isOwn(family, names, given) || (family === "revenue" && reportOf(names, saved) !== undefined);
  const table = readTable(file, known);
  const report = isOwn(family, table.names, given) || family !== "revenue" ? undefined : reportOf(table.names, saved);
  if (!report && !isOwn(family, table.names, given)) throw unknown(family, table, given);
  await oneAtATime(act);
  const done =
    family === "rate" ? await rates(act, table, ground, asked) : await money(act, table, ground, { ...asked, report });
  const item: Imported = {
    id: act.newId(),
    file: file.name,
    family,
    report: report?.title ?? null,
    rows: table.rows.length,
    ...done.told,
    written: mode !== "dry" && (mode === "valid" || done.told.faults.length === 0),
  };
  if (!item.written) return item;
  await note(act, item, file);
  await done.write(item.id);
  act.changed({
    what: "import",
    id: item.id,
    to: { file: item.file, family, added: item.added, amended: item.amended },
  });
  return item;
}

type Told = Pick<Imported, "added" | "repeated" | "amended" | "waiting" | "sums" | "faults">;
type Done = { told: Told; write(id: string): Promise<void> };

async function money(
  act: Act,
  table: Table,
  ground: Ground,
  { family, source, report }: Asked & { report: Report | undefined },
): Promise<Done> {
  const read = report
    ? readReport(report, table, ground)
    : readOwn(family as "revenue" | "cost", table, ground, source);
  const { judged, faults } = judge(read.lines, await knownOf(act, read.lines));
  const count = (verdict: Judged["verdict"]) => judged.filter((one) => one.verdict === verdict).length;
  const told = {
    added: count("new"),
    repeated: count("same"),
    amended: count("amended"),
    waiting: count("waiting"),
    sums: sumsOf(judged),
    faults: [...read.faults, ...faults].toSorted((a, b) => a.line - b.line),
  };
  return { told, write: (id) => keepLines(act, id, judged) };
}

function sumsOf(judged: readonly Judged[]): Imported["sums"] {
  const sums = new Map<string, { kind: string; money: Money }>();
  for (const { orders } of judged)
    for (const order of orders) {
      const leg = "legs" in order ? order.legs?.find(({ amount }) => amount > 0n) : undefined;
      if (!leg) continue;
      const key = `${order.kind} ${leg.currency}`;
      const sum = sums.get(key) ?? { kind: order.kind, money: { minor: 0n, currency: leg.currency } };
      sum.money = { ...sum.money, minor: sum.money.minor + leg.amount };
      sums.set(key, sum);
    }
  return [...sums.values()];
}

async function rates(act: Act, table: Table, ground: Ground, { mode, source = "import" }: Asked): Promise<Done> {
  const { lines, faults } = readRates(table, ground);
  const { fresh, repeated, clashes } = await keepRates(act, lines, {
    source,
    look: mode === "dry" || (mode === "strict" && faults.length > 0),
  });
  const told = { added: fresh, repeated, amended: 0, waiting: 0, sums: [], faults: [...faults, ...clashes] };
  return { told: { ...told, faults: told.faults.toSorted((a, b) => a.line - b.line) }, write: async () => {} };
}

function unknown(family: Family, { names, titles }: Table, given: readonly string[]) {
  const missing = missingColumns(family, names, given);
  const columns = titles
    .filter((title) => title !== "")
    .slice(0, 20)
    .join(", ");
  return refuse(
    "options",
    "These columns are not there: {missing}. The file has: {columns}. Name them so, or say which mean what with /import map.",
    { missing: missing.join(", "), columns: columns.slice(0, 300) },
  );
}

const note = (act: Act, item: Imported, file: UploadedFile) =>
  rawOf(act.db)`
    insert into import_file (workspace_id, id, name, sha256, family, report, rows, added, repeated, amended, waiting, wrong,
      person_id, run_id, at)
    values (${act.workspace.id}, ${item.id}, ${item.file}, ${createHash("sha256").update(file.bytes).digest()},
      ${item.family}, ${item.report}, ${item.rows}, ${item.added}, ${item.repeated}, ${item.amended}, ${item.waiting},
      ${item.faults.length}, ${act.person.id}, ${act.run}, ${act.now.toISOString()})`;

export type ImportRow = { id: string; name: string; family: string; report: string | null; at: string } & Record<
  "rows" | "added" | "repeated" | "amended" | "waiting" | "wrong",
  number
>;

/** The latest first. */
export const listImports = (act: Pick<Act, "db">): Promise<ImportRow[]> =>
  rawOf(act.db)<ImportRow[]>`
    select id, name, family, report, rows, added, repeated, amended, waiting, wrong,
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
    from import_file order by at desc, id desc limit 100`;
