// What Slack took and did not tell us, and what it was still working on when we gave up: known again, and not sent twice.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { saveAsset } from "../../core/assets/index.ts";
import { Half, type Outgoing, post } from "../../core/outbox/index.ts";
import { type Block, growing, type View, view } from "../../core/view/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { TEAM, TOKENS } from "../../test/emulators/slack/world.ts";
import { type SlackOffice, slackOffice } from "../../test/slack.ts";
import { inAct } from "../../test/streams.ts";
import type { Kit } from "../surface.ts";
import { openApi, type Settings } from "./api.ts";
import { fresh, type Ids, read, written } from "./ids.ts";
import { makeSender } from "./send.ts";

let office: SlackOffice;
let slack: SlackOffice["slack"];
beforeAll(async () => {
  office = await slackOffice("socket");
  slack = office.slack;
});
afterEach(() => {
  slack.rules.fault = () => undefined;
  expect(office.platform.wrong().splice(0)).toEqual([]);
});
afterAll(() => office.close());

const RADIO = "C0RADIO";
type Writer = Parameters<typeof post>[0];
const write = <T>(work: (act: Writer) => Promise<T>) => {
  const { house } = office;
  const workspace = { id: house.owner.workspaceId };
  return inWorkspace(house.database, workspace.id, (tx) =>
    work({ db: tx, now: house.clock.now, newId: house.sources.newId, workspace }),
  );
};
const say = (subject: string, shown: View, hints: Record<string, unknown> = {}) =>
  write((act) =>
    post(act, { place: { surface: "slack", tenant: TEAM.id, external: RADIO }, subject, view: shown, hints }),
  );
const statusOf = async (subject: string) =>
  (await office.sql<{ status: string }>(`select status from outbox where subject = '${subject}'`))[0]?.status;
const isSent = (subject: string) => expect.poll(() => statusOf(subject), { timeout: 20_000 }).toBe("sent");

const file = (id: string, name: string): Block => ({
  kind: "file",
  url: `/assets/${id}`,
  name,
  type: "text/csv",
  bytes: 3,
});
async function files(): Promise<View> {
  const { house } = office;
  const { id } = await inAct(house, (act) =>
    saveAsset(act, { kind: "song", type: "text/csv", name: "a.csv", bytes: Buffer.from("a,b") }),
  );
  return view("Two files.", file(id, "here.csv"), file("018f0000-0000-7000-8000-000000000001", "gone.csv"));
}
const shared = () => slack.messages.filter((m) => m.channel === RADIO && m.files.length > 0).length;

test("files that are there are not shared again because telling where others are has to wait", async () => {
  const before = shared();
  let slow = 1;
  slack.rules.fault = ({ method, params }) =>
    method === "chat.postMessage" && String(params.text).includes("gone.csv") && slow-- > 0
      ? { kind: "slow down", after: 1 }
      : undefined;
  await say("told later", await files());
  await isSent("told later");
  expect(shared() - before).toBe(1);
  expect(office.said(RADIO).filter((m) => m.text.includes("gone.csv"))).toHaveLength(1);
});

test("files that were shared without our being told are not shared again, nor uploaded anew when they were not", async () => {
  for (const late of [true, false]) {
    const [before, uploaded] = [shared(), slack.world.uploads.size];
    let lost = 1;
    slack.rules.fault = ({ method }) =>
      method === "files.completeUploadExternal" && lost-- > 0 ? { kind: "drop", late } : undefined;
    await say(`told never ${late}`, await files());
    await isSent(`told never ${late}`);
    expect(shared() - before).toBe(1);
    expect(slack.world.uploads.size - uploaded).toBe(1);
  }
});

test("a text that began to grow without our being told is found, and is the one that goes on", async () => {
  await slack.say("tell me a story");
  const thread = slack.messages.find((m) => m.text === "tell me a story")!.ts;
  const there = () => slack.messages.filter((m) => m.thread === thread && m.user === "U0BOT");
  let lost = 1;
  slack.rules.fault = ({ method }) =>
    method === "chat.startStream" && lost-- > 0 ? { kind: "drop", late: true } : undefined;
  await say("a story", growing("Once *upon* a time"), { thread, user: "U0ANNA" });
  await isSent("a story");
  expect(there().map((m) => [office.words(m), m.streaming])).toEqual([["Once *upon* a time", false]]);
});

/** A message of several parts, by hand: `signal` gives it up. */
function long(external: string | null, attempts: number): Outgoing {
  const text = Array.from({ length: 3_000 }, (_, n) => `w${n}`).join(" ");
  const about = { id: "m1", workspaceId: "w", tenant: TEAM.id, place: RADIO, subject: "s", hints: {}, target: null };
  return { ...about, kind: "post", view: view(text), attempts, external };
}

test("a call that Slack does not answer is given up with the rest, and what had arrived is known", async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Kit["log"];
  const api = await openApi({ token: TOKENS.bot, apiUrl: slack.api.replace(/\/$/, "") } as Settings, log);
  const sender = makeSender({ api, kit: { log, sources: office.house.sources } as unknown as Kit, more: {} });
  let asked = 0;
  slack.rules.fault = ({ method }) =>
    method === "chat.postMessage" && ++asked === 2 ? { kind: "stall", milliseconds: 8_000 } : undefined;
  const control = new AbortController();
  const sending = sender.send(long(null, 0), control.signal).catch((error: unknown) => error);
  await expect.poll(() => asked).toBe(2);
  const began = performance.now();
  control.abort(new Error("enough"));
  const error = await sending;
  expect(performance.now() - began).toBeLessThan(4_000);
  expect(error).toBeInstanceOf(Half);
  const { external } = error as Half;
  expect(read(external)).toMatchObject({ channel: RADIO, done: 1 });
  const { external: whole } = await sender.send(long(external, 0), new AbortController().signal);
  expect(read(whole!).ts).toHaveLength(read(external).ts.length + 1);
});

test("what is known of a message is read as it was written", () => {
  const some: Partial<Ids>[] = [
    {},
    { ts: ["1.2"] },
    { ts: ["1.2", "3.4"], files: ["F1"], links: ["5.6"], done: 2 },
    { files: ["F1", "F2"], unshared: true, slow: 1 },
    { told: 2, done: 1 },
    { slow: 2 },
  ];
  for (const one of some) expect(read(written({ ...fresh("C1"), ...one }))).toEqual({ ...fresh("C1"), ...one });
  expect(read("C1:1.2|~5.0a1b2c3d")).toEqual({ ...fresh("C1"), ts: ["1.2"] });
  expect(read("C1:1.2,3.4|F1,F2")).toEqual({ ...fresh("C1"), ts: ["1.2", "3.4"], files: ["F1", "F2"] });
  expect(read("response+2=1")).toEqual({ ...fresh("response"), told: 2, done: 1 });
});
