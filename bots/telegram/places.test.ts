// Groups, topics and chats that open, move and close; what is for one person there; and the pace that all of it keeps.
import { expect, test } from "vitest";
import { command } from "../../core/command/index.ts";
import { edit, remove } from "../../core/outbox/index.ts";
import { type View, view } from "../../core/view/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import { telegramOffice } from "../../test/telegram.ts";

const echo = command({
  name: "test echo",
  says: "Say that you are here",
  role: "member",
  options: {},
  run: async ({ act }) => view(`Here, ${act.person.name}.`),
});
const secret = command({
  name: "test secret",
  says: "Only for you",
  role: "member",
  reply: "private",
  options: {},
  run: async () => view("For your eyes only."),
});
const offer = command({
  name: "test offer",
  says: "A button for a secret",
  role: "member",
  options: {},
  run: async () =>
    view("Who wants to know?", {
      kind: "buttons",
      buttons: [{ label: "Me", press: { command: "test secret", uses: "many", audience: "anyone" } }],
    }),
});
const will = command({
  name: "test will",
  says: "A long secret",
  role: "member",
  reply: "private",
  options: {},
  run: async () => view("All that is mine. ".repeat(400)),
});
const office = telegramOffice([echo, secret, offer, will]);
let groups = 700;
const group = (type: "group" | "supergroup" = "supergroup") => ({ id: -++groups, type });
const forum = () => ({ id: -++groups, type: "supergroup" as const, is_forum: true });
const HERE = /^Here, /;

const placeOf = ({ id }: { id: number }) => ({ surface: "telegram", tenant: "4242", external: String(id) });
function within<T>(work: (act: Parameters<typeof edit>[0]) => Promise<T>): Promise<T> {
  const { database, clock, sources } = office.house;
  const { workspaceId } = office.owner;
  return inWorkspace(database, workspaceId, (tx) =>
    work({ db: tx, now: clock.now, newId: sources.newId, workspace: { id: workspaceId } }),
  );
}
const change = (place: { id: number }, subject: string, shown: View) =>
  within((act) => edit(act, { place: placeOf(place), subject, view: shown }));
const subjectIn = async ({ id }: { id: number }) =>
  String((await office.sql(`select subject from outbox where place = '${id}' and kind = 'answer'`))[0]!.subject);
const boundTo = async ({ id }: { id: number }) =>
  (await office.sql(`select gone_at from place where external = '${id}'`)).map((p) => p.gone_at);

test("a group that becomes a supergroup keeps its workspace, what waits for it, and what is followed there", async () => {
  await office.start();
  const gus = office.person("Gus");
  const [old, grown] = [group("group"), group()];
  await office.bind(old);
  office.telegram.say(gus, old, "/test_echo");
  await office.answer(old, HERE);
  const subject = await subjectIn(old);
  office.telegram.upgrade(gus, old, grown);
  await expect.poll(() => boundTo(grown), { timeout: 8_000 }).toEqual([null]);
  expect(await boundTo(old)).toEqual([]);
  office.telegram.say(gus, grown, "/test_echo");
  await office.answer(grown, HERE);
  // What was said before the move cannot be changed there: it is said again, and followed from then on.
  await change(grown, subject, view("Here no more."));
  const said = await office.answer(grown, /Here no more/);
  await change(grown, subject, view("Here again."));
  await expect.poll(() => said.text, { timeout: 8_000 }).toBe("Here again.");
});

test("a group that moved without a word is found when we write to it", async () => {
  await office.start();
  const hal = office.person("Hal");
  const [old, grown] = [group("group"), group()];
  await office.bind(old);
  office.telegram.upgrade(hal, old, grown, true);
  office.telegram.say(hal, old, "/test_echo");
  office.telegram.say(hal, old, "/test_echo");
  await office.answer(grown, HERE, 1);
  expect(office.of(grown)).toHaveLength(2);
  expect(await boundTo(grown)).toEqual([null]);
  const told = await office.sql("select payload from event where name = 'place.moved'");
  expect(told.at(-1)?.payload).toMatchObject({ from: String(old.id), to: String(grown.id) });
});

test("who throws us out is marked and told at once; who lets us in again has their chat back", async () => {
  await office.start();
  const ivy = office.person("Ivy");
  const band = group();
  await office.bind(band);
  office.telegram.member(ivy, band, "kicked");
  await expect.poll(async () => (await boundTo(band))[0], { timeout: 8_000 }).not.toBeNull();
  const told = await office.sql(`select payload from event where name = 'place.gone' and subject = '${band.id}'`);
  expect(told.map((e) => e.payload)).toEqual([
    { surface: "telegram", tenant: "4242", place: String(band.id), unsent: 0 },
  ]);
  office.telegram.member(ivy, band, "member");
  await expect.poll(() => boundTo(band), { timeout: 8_000 }).toEqual([null]);
  office.telegram.say(ivy, band, "/test_echo");
  await office.answer(band, HERE);
});

test("the owner is told of it in their own chat, in their own language", async () => {
  await office.start();
  const band = group();
  await office.bind(band);
  const jon = office.person("Jon", "de");
  office.telegram.say(jon, band, "/test_echo");
  await office.answer(band, HERE);
  await office.make("owner", jon);
  // No other chat of this bot is anybody's: it was the only one.
  await office.sql(`delete from place where surface = 'telegram' and external <> '${band.id}'`);
  office.telegram.member(jon, band, "kicked");
  const told = await office.answer(jon.chat, /nicht mehr schreiben/);
  expect(told.text).toContain(String(band.id));
  await expect.poll(() => boundTo(band)).not.toEqual([null]);
  // When the owner has thrown us out too, nobody is told in turn, and nothing goes round.
  office.telegram.member(jon, jon.chat, "kicked");
  await expect
    .poll(() => office.sql("select 1 from outbox where status in ('waiting', 'sending')"), { timeout: 8_000 })
    .toEqual([]);
  expect(office.of(jon.chat)).toHaveLength(1);
});

test("in a topic we answer there; when it is closed or gone, in the group; a chain of replies is no topic", async () => {
  await office.start();
  const jon = office.person("Jon");
  const band = forum();
  await office.bind(band);
  office.telegram.rules.topics.set(band.id, new Map([[7, true]]));
  const topic = { message_thread_id: 7, is_topic_message: true };
  office.telegram.say(jon, band, "/test_echo", topic);
  expect((await office.answer(band, HERE)).thread).toBe(7);
  office.telegram.rules.topics.get(band.id)!.set(7, false);
  office.telegram.say(jon, band, "/test_echo", topic);
  expect((await office.answer(band, HERE, 1)).thread).toBeUndefined();
  office.telegram.say(jon, band, "/test_echo", { message_thread_id: 3 });
  await office.answer(band, HERE, 2);
  expect(await boundTo(band)).toEqual([null]);
  const [row] = await office.sql(`select lost from outbox where place = '${band.id}' and lost is not null`);
  expect(row?.lost).toEqual(["its topic: it is closed or gone"]);
});

test("what is for one person is seen by them alone, and followed there", async () => {
  await office.start();
  const [kay, lou] = [office.person("Kay"), office.person("Lou")];
  const band = group();
  await office.bind(band);
  office.telegram.say(kay, band, "/test_offer");
  const card = await office.answer(band, /Who wants/);
  office.telegram.press(lou, card, "Me");
  const unseen = await office.answer(band, /your eyes only/);
  expect(unseen).toMatchObject({ only: lou.id, message_id: 0 });
  expect(office.of(lou.chat)).toEqual([]);
  const subject = String(
    (await office.sql(`select subject from outbox where place = '${band.id}' order by seq desc limit 1`))[0]!.subject,
  );
  await change(band, subject, view("Your eyes are tired."));
  await expect.poll(() => unseen.text, { timeout: 8_000 }).toBe("Your eyes are tired.");
  // A message that only we can see is answered so that only they can.
  office.telegram.say(kay, band, "/test_secret", { message_id: 0, ephemeral_message_id: 77 });
  expect(await office.answer(band, /your eyes only/)).toMatchObject({ only: kay.id });
});

test("a server that knows no such messages is never given one: it would show it to everybody", async () => {
  await office.start();
  const mo = office.person("Mo");
  const band = group();
  await office.bind(band);
  office.telegram.rules.unseen = false;
  office.telegram.say(mo, band, "/test_offer");
  office.telegram.press(mo, await office.answer(band, /Who wants/), "Me");
  await office.answer(mo.chat, /your eyes only/);
  await office.answer(band, /in our own chat/);
  office.telegram.rules.unseen = true;
  expect(
    office.telegram.calls.some((c) => c.params.chat_id === String(band.id) && c.params.ephemeral_message_parameters),
  ).toBe(false);
});

test("somebody who blocks us in the middle of what is only for them closes their own chat, and not the group", async () => {
  await office.start();
  const oda = office.person("Oda");
  const band = group();
  await office.bind(band);
  let parts = 0;
  office.telegram.rules.fault = ({ method, params }) => {
    if (method === "sendMessage" && Number(params.chat_id) === oda.id && ++parts === 2)
      office.telegram.rules.blocked.add(oda.id);
    return undefined;
  };
  office.telegram.say(oda, band, "/test_will");
  const statusOf = async (kind: string) =>
    (await office.sql(`select status from outbox where place = '${band.id}' and kind = '${kind}'`))[0]?.status;
  await expect.poll(() => statusOf("answer"), { timeout: 8_000 }).toBe("failed");
  expect(office.of(oda.chat)).toHaveLength(1);
  // What is changed there later has nobody to show it to either.
  await change(band, await subjectIn(band), view("Never mind."));
  await expect.poll(() => statusOf("edit"), { timeout: 8_000 }).toBe("failed");
  expect(await boundTo(band)).toEqual([null]);
  expect(await office.sql(`select 1 from event where name = 'place.gone' and subject = '${band.id}'`)).toEqual([]);
});

test("what was said before a group moved cannot be taken back, and costs the group nothing", async () => {
  await office.start();
  const pam = office.person("Pam");
  const [old, grown] = [group("group"), group()];
  await office.bind(old);
  office.telegram.say(pam, old, "/test_echo");
  await office.answer(old, HERE);
  const subject = await subjectIn(old);
  office.telegram.upgrade(pam, old, grown);
  await expect.poll(() => boundTo(grown), { timeout: 8_000 }).toEqual([null]);
  await within((act) => remove(act, { place: placeOf(grown), subject }));
  const status = () => office.sql(`select status from outbox where place = '${grown.id}' and kind = 'delete'`);
  await expect.poll(async () => (await status())[0]?.status, { timeout: 8_000 }).toBe("sent");
  expect(await boundTo(grown)).toEqual([null]);
});

test("the link that opens a chat carries a code; what is passed on, and what bots say, is not heard", async () => {
  await office.start();
  const ned = office.person("Ned");
  const issued = await office.house.ask("connect", {}, { as: office.owner });
  const { code } = (issued.data?.item ?? {}) as { code: string };
  const other = { type: "user", date: 1, sender_user: { id: 5, is_bot: false, first_name: "X" } };
  office.telegram.say(ned, ned.chat, "/whoami", { forward_origin: other });
  office.telegram.say({ ...ned, is_bot: true }, ned.chat, "/whoami");
  office.telegram.say(ned, ned.chat, "/whoami", { via_bot: { id: 6, is_bot: true, first_name: "B" } });
  office.telegram.say(ned, ned.chat, `/start connect_${code}`);
  await office.answer(ned.chat, /Almost/);
  expect(office.of(ned.chat)).toHaveLength(1);
});

test("a person reads their own language, in answers and in questions", async () => {
  await office.start();
  const uwe = office.person("Uwe", "de");
  await office.bind(uwe.chat);
  office.telegram.say(uwe, uwe.chat, "/whoami");
  await office.answer(uwe.chat, /Du bist Uwe/);
});

test("however much is asked at once, Telegram never has to slow us down, and nothing is lost", async () => {
  await office.start();
  const flooded = office.telegram.state.flooded;
  const crowd = Array.from({ length: 8 }, (_, n) => office.person(`P${n}`));
  for (const one of crowd) await office.bind(one.chat);
  for (const one of crowd) for (let n = 0; n < 3; n++) office.telegram.say(one, one.chat, "/test_echo");
  for (const one of crowd) await office.answer(one.chat, HERE, 2);
  for (const one of crowd) expect(office.of(one.chat)).toHaveLength(3);
  // What left a second apart arrives closer on a busy machine. Without a pace it would be 16 and their repetitions.
  expect(office.telegram.state.flooded - flooded).toBeLessThanOrEqual(6);
});

test("two processes with one token share what comes: each message has one answer", async () => {
  await office.start();
  await office.start();
  const pia = office.person("Pia");
  await office.bind(pia.chat);
  for (let n = 0; n < 4; n++) office.telegram.say(pia, pia.chat, "/test_echo");
  await office.answer(pia.chat, HERE, 3);
  expect(office.of(pia.chat)).toHaveLength(4);
});
