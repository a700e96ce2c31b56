// Files of money, handed over in any chat: revenue, costs, rates, and the reports of others.
import type { Act } from "../../act.ts";
import {
  amountOf,
  choice,
  clip,
  command,
  file,
  type Money,
  moneyWords,
  text,
  type UploadedFile,
  Wrong,
} from "../../command/index.ts";
import { refuse } from "../../problem.ts";
import { listChannels } from "../../streams/index.ts";
import { type Block, type View, view } from "../../view/index.ts";
import { productIds } from "../products/store.ts";
import { type Imported, importFile, listImports, MODES } from "./imports.ts";
import { type Fault, Flaw, type Ground } from "./lines.ts";
import { listMaps, readColumns, saveMap } from "./maps.ts";
import { type Family, sourceIn } from "./own.ts";
import { REPORTS } from "./reports.ts";

/** A card holds so many; the data holds more, and the file itself all. */
const SHOWN = 15;
const TOLD = 500;

const ENDINGS = ["csv", "tsv", "txt"] as const;
const options = {
  file: file("The file: CSV in UTF-8 with a header", { endings: ENDINGS }),
  mode: choice("All or nothing, the good rows only, or only say what would be", MODES, { default: "strict" }),
};

async function groundOf(act: Act): Promise<Ground> {
  const channels = new Map<string, string>();
  for (let after: string | undefined; ; ) {
    const { items, next } = await listChannels(act, { after });
    for (const { id, slug, name } of items) for (const word of [name, slug, id]) channels.set(word.toLowerCase(), id);
    if (next === undefined) break;
    after = next;
  }
  const { zone, currency } = act.workspace;
  return { zone, currency, locale: act.locale, channels, products: await productIds(act) };
}

async function run(
  act: Act,
  asked: { file: UploadedFile; mode: (typeof MODES)[number]; source?: string | undefined },
  family: Family,
) {
  const source = asked.source === undefined ? undefined : optionSource(asked.source);
  let item: Imported;
  try {
    item = await importFile(act, await groundOf(act), { ...asked, family, source });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const errors = [{ option: "file", text: error.message, vars: error.vars }];
    throw refuse("options", error.message, error.vars, { errors });
  }
  if (asked.mode === "strict" && item.faults.length > 0) throw broken(act, item);
  return { view: shown(act, item), data: { item: dataOf(act, item) } };
}

function optionSource(said: string): string {
  try {
    return sourceIn(said);
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
    const errors = [{ option: "source", text: error.message, vars: error.vars }];
    throw refuse("options", error.message, error.vars, { errors });
  }
}

const why = (act: Pick<Act, "say">, { text, vars }: Fault): string => act.say(text, vars);

function broken(act: Act, { faults }: Imported) {
  const errors = faults.slice(0, TOLD).map((fault) => ({
    option: "file",
    text: "Line {line}, {column}: {why}",
    vars: { line: fault.line, column: fault.column ?? "–", why: why(act, fault) },
  }));
  return refuse(
    "options",
    "{count, plural, one {# row is wrong} other {# rows are wrong}}, and nothing was taken in. Mend them, or take the others with mode:valid.",
    { count: faults.length },
    { errors },
  );
}

const moneyData = (money: Money) => ({ amount: amountOf(money), minor: String(money.minor), currency: money.currency });

function dataOf(act: Act, { sums, faults, ...item }: Imported) {
  return {
    ...item,
    sums: sums.map(({ kind, money }) => ({ kind, ...moneyData(money) })),
    wrong: faults.length,
    faults: faults
      .slice(0, TOLD)
      .map((fault) => ({ line: fault.line, column: fault.column ?? null, reason: why(act, fault) })),
  };
}

function shown(act: Act, item: Imported): View {
  const { file: name, added, amended, repeated, waiting, sums, faults, report, written } = item;
  const words = { file: clip(name), added, amended, repeated, waiting };
  const told = written
    ? act.say(
        "{file} is in the books: {added} new, {amended} changed, {repeated} there before, {waiting} waiting.",
        words,
      )
    : act.say(
        "{file} would bring {added} new, {amended} changed, {repeated} there before, {waiting} waiting. Nothing was written.",
        words,
      );
  const blocks: Block[] = [];
  if (report) blocks.push({ kind: "text", tone: "soft", text: act.say("Read as a report of {report}.", { report }) });
  if (sums.length > 0)
    blocks.push({
      kind: "table",
      columns: [{ label: act.say("Kind") }, { label: act.say("Amount"), align: "right" }],
      rows: sums.map(({ kind, money }) => [kind, moneyWords(money, act.locale)]),
    });
  if (faults.length > 0) {
    blocks.push({
      kind: "text",
      tone: "warn",
      text: act.say(
        "{count, plural, one {# row is wrong and was left out.} other {# rows are wrong and were left out.}}",
        {
          count: faults.length,
        },
      ),
    });
    const items = faults.slice(0, SHOWN).map((fault) => ({
      text: act.say("Line {line}, {column}: {why}", {
        line: fault.line,
        column: fault.column ?? "–",
        why: why(act, fault),
      }),
    }));
    blocks.push({ kind: "list", items });
  }
  return view(told, ...blocks);
}

const revenueImport = command({
  name: "revenue import",
  says: "Take revenue in from a file: our columns, or a report of a network or store",
  role: "owner",
  reply: "private",
  options: { ...options, source: text("Whose money it is, where the file has no such column", { max: 40 }).optional() },
  examples: ["revenue import mode:dry", "revenue import source:bank"],
  run: ({ act, options: asked }) => run(act, asked, "revenue"),
});

const costImport = command({
  name: "cost import",
  says: "Take costs in from a file",
  role: "owner",
  reply: "private",
  options: { ...options, source: text("Kept as a note of where the file is from", { max: 40 }).optional() },
  run: ({ act, options: asked }) => run(act, asked, "cost"),
});

const rateImport = command({
  name: "rate import",
  says: "Take exchange rates in from a file",
  role: "owner",
  reply: "private",
  options: { ...options, source: text("Kept as a note of where the file is from", { max: 40 }).optional() },
  run: ({ act, options: asked }) => run(act, asked, "rate"),
});

const importList = command({
  name: "import list",
  says: "Files that were taken in, and which reports are known",
  role: "owner",
  reply: "private",
  reads: true,
  async run({ act }) {
    const [items, maps] = [await listImports(act), await listMaps(act)];
    const known = [...REPORTS.map(({ title }) => title), ...maps.map(({ name }) => name)].join(", ");
    const told = act.say(
      "{count, plural, =0 {No file was taken in yet.} one {# file.} other {# files.}} Reports that are known by their header: {known}.",
      {
        count: items.length,
        known,
      },
    );
    const list = items.slice(0, SHOWN).map(({ id, name, at, added, amended, wrong }) => ({
      id,
      text: clip(name),
      note: act.say("{day}: {added} new, {amended} changed, {wrong} wrong", {
        day: at.slice(0, 10),
        added,
        amended,
        wrong,
      }),
    }));
    return {
      view: view(told, ...(list.length > 0 ? [{ kind: "list" as const, items: list }] : [])),
      data: { items, maps },
    };
  },
});

const importMap = command({
  name: "import map",
  says: "Say which columns of a report mean what: files with them are known from then on",
  role: "owner",
  reply: "private",
  options: {
    name: text("What you call this report", { max: 60 }),
    source: text("Whose money it is, such as bandcamp", { max: 40 }),
    columns: text("Such as date=Sale Date, amount=Earnings, reference=Order ID, currency=EUR", { max: 500 }),
  },
  examples: [
    'import map name:Bandcamp source:bandcamp columns:"date=Date, amount=Net amount, reference=Transaction ID"',
  ],
  async run({ act, options: { name, source, columns } }) {
    const saved = await saveMap(act, { name, source: optionSource(source), columns: readColumns(columns) });
    const list = Object.entries(saved.columns).map(([word, column]) => `${word} = ${column}`);
    return {
      view: view(
        act.say("Files with these columns are read as {name}: {columns}.", { name, columns: list.join(", ") }),
      ),
      data: { item: saved },
    };
  },
});

export const importCommands = [revenueImport, costImport, rateImport, importList, importMap];
