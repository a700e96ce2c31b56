import { expect, test } from "vitest";
import { rawOf } from "../../db/connect.ts";
import { place, postOffice } from "../../test/post.ts";
import { view } from "../view/index.ts";
import { announceRun, post, remove } from "./index.ts";

const office = postOffice();
const { rows, write, outboxWith, say, change, settled, texts } = office;

test("what is posted is sent at once, in the order of each place, and its id is kept", async () => {
  const outbox = outboxWith({ sweep: 60_000 });
  await expect.poll(() => outbox.leads("test")).toBe(true);
  for (let n = 0; n < 10; n++) await say(n % 2 ? "a" : "b", `m${n}`);
  await settled();
  expect(texts("b")).toEqual(["m0", "m2", "m4", "m6", "m8"]);
  expect(texts("a")).toEqual(["m1", "m3", "m5", "m7", "m9"]);
  for (const row of await rows()) expect(row).toMatchObject({ status: "sent", attempts: 1, external: /^m\d+$/ });
});

test("a rolled back message never leaves", async () => {
  outboxWith();
  const undone = write(async (act) => {
    await post(act, { place: place("a"), subject: "no", view: view("no") });
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await say("a", "yes");
  await settled();
  expect(texts()).toEqual(["yes"]);
});

test("edits name the message they change, and only the newest waiting one leaves", async () => {
  await say("a", "run1", "0%");
  for (let n = 1; n <= 50; n++) await change("a", "run1", `${n * 2}%`);
  await say("a", "next");
  outboxWith();
  await settled();
  expect(texts("a")).toEqual(["0%", "100%", "next"]);
  const [first, last] = office.platform.taken;
  expect(first?.target).toBeNull();
  expect(last).toMatchObject({ kind: "edit", target: (await rows("kind = 'post'"))[0]?.external });
  expect((await rows("status = 'replaced'")).length).toBe(49);
});

test("edits of two subjects do not replace each other", async () => {
  await say("a", "one");
  await say("a", "two");
  await change("a", "one", "one!");
  await change("a", "two", "two!");
  outboxWith();
  await settled();
  expect(texts("a")).toEqual(["one", "two", "one!", "two!"]);
});

test("an edit of what was never sent fails, says why, and stops nobody", async () => {
  office.platform.fault = ({ text }) => (text === "bad" ? { kind: "refused" } : undefined);
  await say("a", "bad");
  await change("a", "bad", "better");
  await say("a", "next");
  outboxWith();
  await settled();
  expect((await rows()).map((r) => r.status)).toEqual(["failed", "failed", "sent"]);
  expect((await rows("kind = 'edit'"))[0]?.error).toContain("never sent");
});

test("a message is taken back", async () => {
  await say("a", "oops");
  await write((act) => remove(act, { place: place("a"), subject: "oops" }));
  outboxWith();
  await settled();
  expect(office.platform.taken.map((c) => c.kind)).toEqual(["post", "delete"]);
  expect(office.platform.taken[1]?.target).toBe("m1");
});

test("a global 429 stops every place", async () => {
  let first = true;
  office.platform.fault = () => {
    if (!first) return undefined;
    first = false;
    return { kind: "slow down", after: 400, everywhere: true };
  };
  await say("a", "m0");
  const outbox = outboxWith();
  await expect.poll(() => office.platform.asked.length).toBe(1);
  await say("b", "m1");
  await say("c", "m2");
  expect(outbox.leads("test")).toBe(true);
  await settled();
  for (const call of office.platform.asked.slice(1))
    expect(call.at - office.platform.asked[0]!.at).toBeGreaterThanOrEqual(400);
});

test("what was lost in fitting is kept with the message", async () => {
  const send = async () => ({ external: "x", lost: ["3 buttons"] });
  await say("a", "big");
  outboxWith({}, { ...office.platform.sender, send });
  await settled();
  expect((await rows())[0]?.lost).toEqual(["3 buttons"]);
});

test("a run that changes is followed wherever it is shown, and nowhere else", async () => {
  const { run } = await office.house.ask("whoami");
  await write(async (act) => {
    for (const where of ["a", "b"]) await post(act, { place: place(where), subject: run, view: view("before") });
    await post(act, { place: place("c"), subject: "other", view: view("other") });
    await post(act, { place: place("d"), subject: run, view: view("before") });
    await remove(act, { place: place("d"), subject: run });
    await rawOf(act.db)`update inbox set answer = '{"view":{"text":"after","blocks":[]}}'::json where id = ${run}`;
    await announceRun({ ...act, run: null }, { id: run, person: null }, "done");
    await announceRun({ ...act, run: null }, { id: office.house.sources.newId(), person: null }, "done");
  });
  outboxWith();
  await settled();
  expect([texts("a"), texts("b"), texts("c")]).toEqual([["before", "after"], ["before", "after"], ["other"]]);
  expect(office.platform.taken.filter((c) => c.place === "d").map((c) => c.kind)).toEqual(["post", "delete"]);
});

test("a view whose buttons have no tokens yet does not get out", async () => {
  const bare = view("x", { kind: "buttons", buttons: [{ label: "Go", press: { command: "whoami" } }] });
  const posted = write((act) => post(act, { place: place("a"), subject: "x", view: bare }));
  await expect(posted).rejects.toThrow("sealed");
});
