import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { everybodyIs, rowsOf } from "../../test/tally.ts";
import { command, file } from "../command/index.ts";
import { view } from "../view/index.ts";
import type { Envelope } from "./envelope.ts";
import { handle } from "./handle.ts";
import { type Lanes, startLanes } from "./lanes.ts";
import { openIntake } from "./receive.ts";
import { withoutUploads } from "./uploads.ts";

const read: string[] = [];
const attach = command({
  name: "sheet read",
  says: "Read a sheet",
  role: "member",
  options: { sheet: file("Which sheet", { endings: ["csv"] }) },
  async run({ options: { sheet } }) {
    read.push(`${sheet.name}: ${new TextDecoder().decode(sheet.bytes)}`);
    return view(`Read ${sheet.bytes.length} bytes.`);
  },
});

let house: TestHouse;
let lanes: Lanes | undefined;
beforeAll(async () => {
  house = await testHouse({ commands: [attach] });
});
afterEach(() => lanes?.stop());
afterAll(() => house.close());

const SHEET = "name,count\nsongs,3\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const envelope = (delivery: string, sheet: object): Envelope => ({
  surface: "http",
  tenant: "t1",
  place: "api",
  delivery,
  account: { id: "u1" },
  content: { kind: "command", name: "sheet read", options: { sheet } },
});
const ask = (delivery: string, sheet: object) => handle(house, house.database, house.owner, envelope(delivery, sheet));
const keptOf = async (delivery: string) => {
  const [row] = await rowsOf<{ status: string; envelope: Envelope }>(
    house.database,
    house.owner,
    `select status, envelope from inbox where delivery = '${delivery}'`,
  );
  return row!;
};
const LABEL = { sheet: { name: "a.csv", type: "text/csv", bytes: SHEET.length } };

test("what was uploaded is read, and its name and size are all that stays", async () => {
  const sheet = { name: "a.csv", type: "text/csv", base64: base64(SHEET) };
  const first = await ask("up1", sheet);
  expect(first.view.text).toBe(`Read ${SHEET.length} bytes.`);
  expect(read.splice(0)).toEqual([`a.csv: ${SHEET}`]);
  expect((await keptOf("up1")).envelope.content).toMatchObject({ options: LABEL });
  expect(JSON.stringify(await keptOf("up1"))).not.toContain(base64(SHEET));
  // A repetition is known by its hash, and so is another file under the same key.
  expect(await ask("up1", sheet)).toEqual(first);
  expect((await ask("up1", { ...sheet, base64: base64("other") })).problem?.kind).toBe("clash");
  expect(read).toEqual([]);
});

test("a message that waits keeps its upload until it has its answer", async () => {
  const home = { database: house.database, workspaceId: house.owner.workspaceId };
  const intake = openIntake(house, { findHome: async () => home });
  await intake.receive(envelope("up2", { name: "a.csv", type: "text/csv", text: SHEET }));
  expect((await keptOf("up2")).envelope.content).toMatchObject({ options: { sheet: { text: SHEET } } });
  lanes = startLanes(house, { resolveAccount: everybodyIs(house.owner) });
  await expect.poll(async () => (await keptOf("up2")).status).toBe("done");
  expect(read.splice(0)).toEqual([`a.csv: ${SHEET}`]);
  expect((await keptOf("up2")).envelope.content).toMatchObject({ options: LABEL });
  expect(JSON.stringify(await keptOf("up2"))).not.toContain("songs,3");
});

test("what is no upload stays as it is", () => {
  const plain = envelope("up3", { name: "x", size: 3 });
  expect(withoutUploads(plain)).toBe(plain);
  const press: Envelope = { ...plain, content: { kind: "press", token: "t" } };
  expect(withoutUploads(press)).toBe(press);
  const form: Envelope = {
    ...plain,
    content: { kind: "press", token: "t", input: { f: { name: "n", text: "é" }, n: 1 } },
  };
  expect(withoutUploads(form).content).toEqual({
    kind: "press",
    token: "t",
    input: { f: { name: "n", bytes: 2 }, n: 1 },
  });
});
