import { afterAll, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../../db/connect.ts";
import { type TestHouse, testHouse } from "../../../test/house.ts";
import type { Reply } from "../../inbox/index.ts";
import { exactOf, rounded } from "./amounts.ts";
import { readTable } from "./csv.ts";
import { REPORTS, reportOf, statusOf } from "./reports.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await testHouse();
});
afterAll(() => house.close());

type Item = Record<string, unknown> & { faults: { line: number; column: string | null; reason: string }[] };
const bytesOf = (text: string | Uint8Array) =>
  typeof text === "string" ? { text } : { base64: Buffer.from(text).toString("base64") };
const take = (
  text: string | Uint8Array,
  { as = "revenue", name = "report.csv", ...more }: Record<string, string> = {},
): Promise<Reply> => house.ask(`${as} import`, { file: { name, ...bytesOf(text) }, ...more });
const item = (reply: Reply) => (reply.data as { item: Item }).item;
const counts = (reply: Reply) => {
  const { added, amended, repeated, waiting, wrong } = item(reply);
  return { added, amended, repeated, waiting, wrong };
};
const none = { added: 0, amended: 0, repeated: 0, waiting: 0, wrong: 0 };

/** What the books say of a source: kinds and their sums. */
const books = (prefix: string) =>
  inWorkspace(house.database, house.owner.workspaceId, async (tx) =>
    Object.fromEntries(
      (
        await rawOf(tx)<{ code: string; currency: string; sum: string }[]>`
          select code, currency, abs(debits - credits)::text as sum from ledger_account
          where code like ${`${prefix}%`} order by code, currency`
      ).map(({ code, currency, sum }) => [`${code} ${currency}`, sum]),
    ),
  );

const HEAD = "date,amount,currency,source,kind,reference,channel,note\n";
const row = (reference: string, amount = "12.50", more = "USD,bank,payment") =>
  `2026-11-02,${amount},${more},${reference},,\n`;

test("a file is told first, then taken in, and a second time changes nothing", async () => {
  const text =
    HEAD +
    row("a1") +
    row("a2", "1000", "JPY,bank,payment") +
    row("a3", "2.5", "USD,bank,refund") +
    row("a4", "1.234", "KWD,bank,fee");
  const dry = await take(text, { mode: "dry" });
  expect(counts(dry)).toEqual({ ...none, added: 4 });
  expect(await books("income:bank")).toEqual({});
  expect(counts(await take(text))).toEqual({ ...none, added: 4 });
  const booked = {
    "income:bank:fee KWD": "1234",
    "income:bank:payment JPY": "1000",
    "income:bank:payment USD": "1250",
    "income:bank:refund USD": "250",
  };
  expect(await books("income:bank")).toEqual(booked);
  expect(counts(await take(text))).toEqual({ ...none, repeated: 4 });
  expect(counts(await take(HEAD + row("a1") + row("a5"), { name: "more.csv" }))).toEqual({
    ...none,
    added: 1,
    repeated: 1,
  });
  expect(await books("income:bank:payment")).toMatchObject({ "income:bank:payment USD": "2500" });
});

test("each broken row is named with its line, column and reason; the rest goes in when that is asked", async () => {
  const rows = [
    ["b1", "9.99"],
    ["b2", "9.999"],
    ["b3", "1e30"],
    ["b4", `1${"0".repeat(30)}`],
    ["b5", "-5"],
    ["b6", "=1+1"],
    ["b7", "0"],
    ["b8", ""],
  ].map(([reference, amount]) => row(reference!, amount));
  const text =
    HEAD +
    rows.join("") +
    row("b9", "1", "XYZ,bank2,payment") +
    row("b10", "1", "USD,bank2,gift") +
    "2026-02-30,1,USD,bank2,payment,b11,,\n" +
    "2026-11-02,1,USD,bank2,payment,b12,no-such-channel,\n" +
    "2026-11-02,1,USD,!!!,payment,b13,,\n" +
    "2026-11-02,1,USD,bank2,payment,b14,,,,,too,many\n" +
    "2026-11-02,1,USD,bank,payment,a1,,\n" +
    row("b15", "1", "USD,bank2,payment") +
    row("b15", "2", "USD,bank2,payment");
  const strict = await take(text);
  expect(strict.status).toBe("refused");
  expect(strict.problem).toMatchObject({ kind: "options" });
  expect(strict.problem?.detail).toContain("15 rows are wrong, and nothing was taken in");
  expect(strict.problem?.errors?.[0]).toMatchObject({
    option: "file",
    detail: "Line 3, amount: USD has 2 decimals; this has more.",
  });
  expect(await books("income:bank2")).toEqual({});
  const valid = await take(text, { mode: "valid" });
  expect(item(valid).faults.map(({ line, column }) => `${line} ${column}`)).toEqual(
    "3 amount,4 amount,5 amount,6 amount,7 amount,8 amount,9 amount,10 currency,11 kind,12 date,13 channel,14 source,15 null,16 reference,18 reference".split(
      ",",
    ),
  );
  const why = new Map(item(valid).faults.map(({ line, reason }) => [line, reason]));
  expect(why.get(4)).toContain("1e30 is no amount");
  expect(why.get(5)).toContain("At most");
  expect(why.get(6)).toBe("Write the amount without a minus.");
  expect(why.get(7)).toContain("=1+1 is no amount");
  expect(why.get(12)).toContain("2026-02-30 is no date");
  expect(why.get(16)).toContain("a1 is in the books with 12.50 USD");
  expect(why.get(18)).toContain("line 17 too");
  expect(counts(valid)).toEqual({ ...none, added: 2, wrong: 15 });
});

test.each([
  ["a mark at the beginning", `\ufeff${HEAD}${row("c1")}`],
  ["semicolons and decimal commas", `${HEAD}${row("c2")}`.replaceAll(",", ";").replace("12.50", "12,50")],
  ["tabs, and lines that end as on an old Mac", `${HEAD}${row("c3")}`.replaceAll(",", "\t").replaceAll("\n", "\r")],
  [
    "quotes with all sorts in them",
    `${HEAD}"2026-11-02","12.50","USD","bank3","payment","c4","","say ""hello"", two\nlines"\n`,
  ],
  ["Excel's own first line", `sep=;\r\n${(HEAD + row("c5")).replaceAll(",", ";")}`],
  ["Excel's Unicode text", Buffer.from(`\ufeff${(HEAD + row("c6")).replaceAll(",", "\t")}`, "utf16le")],
  [
    "columns in capitals and another order",
    `Reference,KIND,Source,Currency,Amount,Date\nc7,payment,bank3,usd,12.50,2026-11-02T10:00:00Z\n`,
  ],
])("a file with %s is read", async (_, text) => {
  expect(counts(await take(text))).toEqual({ ...none, added: 1 });
});

test.each([
  ["a workbook", Buffer.from("PK\u0003\u0004 and so on"), "workbook"],
  ["another encoding", Buffer.from(`${HEAD}2026-11-02,1,USD,caf\u00e9,payment,d1,,\n`, "latin1"), "not text in UTF-8"],
  ["zeros", `${HEAD}\u0000`, ""],
  ["other columns", "a,b,c\n1,2,3\n", "date, amount, currency, source, kind, reference"],
  ["a column twice", "date,date,amount,currency,source,kind,reference\n", "date is there twice"],
  ["an open quote", `${HEAD}2026-11-02,"1,USD\n`, "Line 2 opens a quote"],
  ["nothing but lines", "\n\n\n", "no rows"],
])("%s is refused with what it is", async (_, text, why) => {
  const reply = await take(text);
  expect(reply.status).toBe("refused");
  expect(reply.problem?.detail).toContain(why);
});

test("what is too large is not looked into", async () => {
  const reply = await take(new Uint8Array(11 * 1024 * 1024).fill(44));
  expect(reply.problem?.errors?.[0]?.detail).toContain("too large");
  const many = HEAD + Array.from({ length: 50_001 }, (_, n) => row(`m${n}`)).join("");
  expect((await take(many)).problem?.detail).toContain("50001 rows");
});

const CJ = "Commission ID,Event Date,Advertiser Name,Action Status,SID,Commission,Currency\n";
test("a commission is booked when it is approved, by the difference when it is amended, and taken back when reversed", async () => {
  const say = (status: string, amount: string) =>
    take(`${CJ}901,11/02/2026,Shoes Inc,${status},summer,"$${amount}",USD\n`);
  expect(counts(await say("New", "1,200.00"))).toEqual({ ...none, waiting: 1 });
  expect(await books("income:cj")).toEqual({});
  expect(counts(await say("Locked", "1,200.00"))).toEqual({ ...none, added: 1 });
  expect(counts(await say("Locked", "1,150.00"))).toEqual({ ...none, amended: 1 });
  expect(await books("income:cj")).toEqual({ "income:cj:payment USD": "120000", "income:cj:refund USD": "5000" });
  expect(counts(await say("Closed", "1,150.00"))).toEqual({ ...none, amended: 1 });
  expect(counts(await say("Closed", "1,150.00"))).toEqual({ ...none, repeated: 1 });
  expect(counts(await say("Corrected", "1,150.00"))).toEqual({ ...none, amended: 1 });
  expect(await books("income:cj")).toEqual({ "income:cj:payment USD": "120000", "income:cj:refund USD": "120000" });
  const odd = await take(`${CJ}902,11/02/2026,Shoes Inc,Banana,summer,5,USD\n`, { mode: "valid" });
  expect(item(odd).faults[0]?.reason).toBe("Banana is no status that we know of CJ.");
});

// One row of each as the service writes it, and what it comes to.
test.each([
  [
    "amazon",
    'Fee-Earnings reports from 11-01-2026 to 11-30-2026\n"Category","Name","ASIN","Seller","Tracking ID","Date Shipped","Price","Items Shipped","Returns","Revenue","Ad Fees","Device Type Group"\n"Books","A book","B00X","Amazon","radio-20","2026-11-03 00:00:00","10.00","1","0","10.00","0.45","DESKTOP"\n',
    { "income:amazon:payment USD": "45" },
  ],
  [
    "clickbank",
    "Date,Receipt,Txn Type,Item,TID,Amount\n2026-11-03,RX1,SALE,7,vid9,23.10\n2026-11-04,RX1,RFND,7,vid9,-23.10\n2026-11-04,RX2,TEST_SALE,7,,99\n",
    { "income:clickbank:payment USD": "2310", "income:clickbank:refund USD": "2310" },
  ],
  [
    "shareasale",
    "Trans ID|User ID|Merchant ID|Trans Date|Trans Amount|Commission|Comment|Voided|Aff Comment\n55|1|2|11/03/2026 10:00:00 AM|100|8.05|Sale|0|vid1\n56|1|2|11/03/2026 10:00:00 AM|100|8.05|Sale|1|vid1\n",
    { "income:shareasale:payment USD": "805" },
  ],
  [
    "impact",
    "Action Id,Campaign,Action Date,State,Payout,Currency,SubId1\n1.2.3,Shop,2026-11-03T10:00:00Z,APPROVED,4.20,EUR,x\n1.2.4,Shop,2026-11-03T10:00:00Z,PENDING,9,EUR,x\n",
    { "income:impact:payment EUR": "420" },
  ],
  [
    "partnerstack",
    "reward_key,partner_key,company,amount,currency,reward_status,created_at\nrw_1,pk,Acme,30.00,USD,paid,2026-11-03\n",
    { "income:partnerstack:payment USD": "3000" },
  ],
  [
    "twitch",
    "Date,Average Viewers,Ad Revenue,Sub Revenue,Bits Revenue\n11/03/2026,12,1.10,2.20,0.30\n",
    { "income:twitch:payment USD": "360" },
  ],
  [
    "youtube",
    "Date,Content,Views,Estimated revenue (USD)\n2026-11-03,vidA,10,1.004\n2026-11-03,vidB,10,0.996\nTotal,,20,2.000\n",
    { "income:youtube:payment USD": "200" },
  ],
  [
    "stores",
    "Reporting Date,Sale Month,Store,Artist,Title,Quantity,Earnings (USD)\n2026-11-03,2026-09,Spotify,A,T,1,0.003333\n2026-11-03,2026-09,Spotify,A,U,1,0.003333\n2026-11-03,2026-09,Spotify,A,V,1,0.003334\n",
    { "income:stores:payment USD": "1" },
  ],
])("a report of %s is known by its header", async (source, text, booked) => {
  expect((await take(text as string)).status).toBe("done");
  expect(await books(`income:${source as string}`)).toEqual(booked);
  expect(item(await take(text as string))).toMatchObject({ added: 0, amended: 0 });
});

test("a report that nobody knows is known once its columns were named", async () => {
  const text = "Sale Date;Net;Order;Track\n2026-11-03;12,50 €;BC-1;City\n";
  expect((await take(text)).problem?.detail).toContain("/import map");
  const columns = "date=Sale Date, amount=Net, reference=Order, currency=EUR, product=Track";
  expect((await house.ask("import map", { name: "Bandcamp", source: "bandcamp", columns })).status).toBe("done");
  expect(counts(await take(text))).toEqual({ ...none, added: 1 });
  expect(await books("income:bandcamp")).toEqual({ "income:bandcamp:payment EUR": "1250" });
  const bad = await house.ask("import map", { name: "x", source: "x", columns: "date=A" });
  expect(bad.problem?.detail).toContain("amount, reference");
  const list = await house.ask("import list");
  expect(list.data).toMatchObject({ maps: [{ name: "Bandcamp" }] });
});

test("costs and rates come in the same way", async () => {
  const costs =
    "date,amount,currency,kind,reference,campaign\n2026-11-02,20,USD,ads,ad-1,summer\n2026-11-02,5,USD,rent,ad-2,\n";
  expect(counts(await take(costs, { as: "cost", mode: "valid" }))).toEqual({ ...none, added: 1, wrong: 1 });
  expect(await books("cost:ads")).toEqual({ "cost:ads USD": "2000" });
  const rates = "date,base,quote,rate\n2026-11-02,EUR,USD,1.0842\n2026-11-02,EUR,EUR,1\n2026-11-02,JPY,USD,0\n";
  expect(counts(await take(rates, { as: "rate", mode: "valid" }))).toEqual({ ...none, added: 1, wrong: 2 });
  expect(counts(await take("date,base,quote,rate\n2026-11-02,EUR,USD,1.08420\n", { as: "rate" }))).toEqual({
    ...none,
    repeated: 1,
  });
  expect((await take("date,base,quote,rate\n2026-11-02,EUR,USD,1.09\n", { as: "rate" })).status).toBe("refused");
});

test("amounts stay exact, and are rounded once", () => {
  expect(exactOf("1,234,567.891", { loose: true })).toEqual({ digits: 1_234_567_891n, places: 3 });
  expect(exactOf("1.234,5", { comma: true })).toEqual({ digits: 12_345n, places: 1 });
  expect(exactOf("($12.00)", { loose: true })).toEqual({ digits: -1200n, places: 2 });
  for (const wrong of ["", "1.2.3", "1,2", "--1", "1e5", "NaN", "٣", "0x10", "1".repeat(41)])
    expect(exactOf(wrong)).toBeUndefined();
  expect(rounded({ digits: -5n, places: 3 }, 2)).toBe(-1n);
  expect(rounded({ digits: 4n, places: 3 }, 2)).toBe(0n);
});

test("each report is told from the others, and every word of a status is one of five", () => {
  for (const report of REPORTS) expect(reportOf(report.has.map((group) => group[0]!))?.name).toBe(report.name);
  expect(statusOf("On Hold")).toBe("pending");
  expect(statusOf("")).toBe("approved");
  expect(statusOf("???")).toBeUndefined();
  const table = readTable({ name: "a", type: "", bytes: Buffer.from('a,b\n="007",x\n') }, () => true);
  expect(table.rows[0]?.cells[0]).toBe("007");
});
