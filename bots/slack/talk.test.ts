// How people talk with the bot in Slack: mentions, threads, direct messages, shortcuts, dialogues and the home page, over
// the socket of the real library.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { BOT, type Shown } from "../../test/emulators/slack/world.ts";
import { idOf, type SlackOffice, slackOffice } from "../../test/slack.ts";

const note = command({
  name: "take note",
  says: "Keep a note",
  role: "member",
  options: { note: text("What to keep", { max: 100 }) },
  run: ({ options }) => view(`Kept ${options.note}.`),
});
const secret = command({
  name: "take secret",
  says: "Say it to the asker alone",
  role: "member",
  reply: "private",
  run: () => view("Psst."),
});
const staff = command({ name: "take care", says: "For staff", role: "staff", run: () => view("Careful.") });

let office: SlackOffice;
let slack: SlackOffice["slack"];
beforeAll(async () => {
  office = await slackOffice("socket", [note, secret, staff]);
  slack = office.slack;
});
afterEach(() => {
  slack.rules.fault = () => undefined;
  slack.rules.speed.on = true;
  expect(office.platform.wrong().splice(0)).toEqual([]);
});
afterAll(() => office.close());

const RADIO = "C0RADIO";
const ANNA = "U0ANNA";
/** The next message of the bot that says so, to whoever sees it. */
async function next(words: RegExp, before: number): Promise<Shown> {
  const found = () => slack.messages.slice(before).find((m) => m.user === BOT.user && words.test(office.words(m)));
  await expect.poll(() => found() !== undefined, { timeout: 8_000 }).toBe(true);
  return found()!;
}
const confirmOf = ({ view: { blocks } }: Awaited<ReturnType<SlackOffice["house"]["ask"]>>): string =>
  blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []))[0]!.action!;
const since = () => slack.messages.length;

test("a mention is answered in its thread, and so is what is said in that thread", async () => {
  const before = since();
  await slack.mention("take note note:hello");
  const asked = slack.messages[before]!;
  expect((await next(/Kept hello/, before)).thread).toBe(asked.ts);
  await slack.say("!take note again", { thread: asked.ts });
  expect((await next(/Kept again/, before)).thread).toBe(asked.ts);
});

test("a mention in the middle of a sentence, and one that is also a command, are each heard once", async () => {
  const before = since();
  await slack.say(`please <@${BOT.user}> take note note:middle`);
  await next(/Kept middle/, before);
  await slack.say(`!take note both <@${BOT.user}>`);
  await next(/Kept both/, before);
  await slack.mention("take note end");
  await next(/Kept end/, before);
  expect(office.said(RADIO).filter((m) => /Kept (middle|both)/.test(office.words(m)))).toHaveLength(2);
});

test("what other people and other bots say is left alone", async () => {
  const before = since();
  await slack.say("take note of this, please");
  await slack.say("!unknown thing");
  await slack.say("!take note loop", {}, { bot_id: "B0OTHER", subtype: "bot_message" });
  await slack.mention("take note loop2 ", {});
  await next(/Kept loop2/, before);
  expect(slack.messages.slice(before).filter((m) => m.user === BOT.user)).toHaveLength(1);
});

test("people who are mentioned, addresses and signs come as they were meant", async () => {
  const before = since();
  await slack.mention("take note note:see &lt;b&gt; <https://a.example/?x=1&amp;y=2|here>");
  await next(/Kept see <b> https:\/\/a\.example\/\?x=1&y=2\./, before);
});

test("a direct message needs no mention, and its answer stays there", async () => {
  const before = since();
  await slack.dm("take note note:direct");
  const answer = await next(/Kept direct/, before);
  expect(answer).toMatchObject({ channel: "D0ANNA" });
  expect(answer.thread).toBeUndefined();
  await slack.dm("take secret");
  expect((await next(/Psst/, before)).only).toBeUndefined();
});

test("a private command is answered to the asker alone, in the thread where it was asked", async () => {
  const before = since();
  await slack.mention("take secret");
  const answer = await next(/Psst/, before);
  expect(answer).toMatchObject({ only: ANNA, channel: RADIO, thread: slack.messages[before]!.ts });
});

test("a short command of its own is its first word", async () => {
  const before = since();
  await slack.slash("/take note note:short");
  await next(/Kept short/, before);
  await slack.slash("/take");
  await next(/take note/, before);
});

test("what a command needs is asked for in a dialogue, with what was given already", async () => {
  const before = since();
  await slack.slash("/impresario take note");
  await expect.poll(() => slack.modal()?.view.callback_id).toBe("run");
  await slack.submit({ note: "from a dialogue" });
  expect(await next(/Kept from a dialogue/, before)).toMatchObject({ channel: RADIO });
  expect(slack.modal()).toBeUndefined();
});

test("a dialogue that Slack does not open in time leaves the command its answer", async () => {
  const before = since();
  slack.rules.fault = ({ method }) =>
    method === "views.open" ? { kind: "error", word: "expired_trigger_id" } : undefined;
  await slack.slash("/impresario take note");
  const card = await next(/needs note/, before);
  slack.rules.fault = () => undefined;
  await slack.press(card, idOf(card, "Keep a note") || idOf(card, "…") || idOf(card, "Run"));
  await expect.poll(() => slack.modal()).toBeDefined();
  await slack.submit({ note: "later" });
  await next(/Kept later/, before);
});

test("a shortcut leads to every command that the person may run", async () => {
  const before = since();
  await slack.shortcut("run");
  const offered = await slack.type(slack.modal()!, "command", "take");
  expect(offered.map((o) => o.value).slice(0, 2)).toEqual(["take note", "take secret"]);
  expect(offered.map((o) => o.value)).not.toContain("take care");
  await slack.submit({ command: "take note" });
  expect(slack.modal()?.view.callback_id).toBe("run");
  await slack.submit({ note: "by shortcut" });
  expect(await next(/Kept by shortcut/, before)).toMatchObject({ channel: "D0ANNA" });
});

test("a message's shortcut takes its words along and answers in its thread", async () => {
  await slack.say("Ideas &lt;3 for the evening");
  const message = slack.messages.at(-1)!;
  const before = since();
  await slack.shortcut("run-with", { message });
  await slack.type(slack.modal()!, "command", "note");
  await slack.submit({ command: "take note" });
  await slack.submit();
  expect(await next(/Kept Ideas <3 for the evening/, before)).toMatchObject({ channel: RADIO, thread: message.ts });
});

test("a command without options runs from the list of commands itself", async () => {
  const before = since();
  await slack.shortcut("run");
  await slack.type(slack.modal()!, "command", "secret");
  await slack.submit({ command: "take secret" });
  await next(/Psst/, before);
});

test("a user group's role counts, and no longer when somebody leaves it", async () => {
  const mapping = { external: "S0STAFF", role: "staff", surface: "slack", tenant: "T0TEAM" };
  const mapped = await office.house.ask("role map", mapping);
  expect(mapped.status).toMatch(/done|confirm/);
  if (mapped.status === "confirm") await office.house.press(confirmOf(mapped));
  slack.world.groups.set("S0STAFF", { id: "S0STAFF", handle: "staff", name: "Staff", users: [ANNA] });
  await slack.event({ type: "subteam_members_changed", team_id: "T0TEAM", subteam_id: "S0STAFF", user: ANNA });
  const before = since();
  await slack.slash("/impresario take care");
  await next(/Careful/, before);
  slack.world.groups.delete("S0STAFF");
  await slack.event({ type: "subteam_updated", subteam: { id: "S0STAFF" }, user: ANNA });
  const after = since();
  await slack.slash("/impresario take care");
  await next(/take care is for staff/, after);
});

test("Slack says which language somebody speaks", async () => {
  const before = since();
  await slack.slash("/impresario take care", { user: "U0BEN" });
  await next(/take care ist für|take care kann nur|Du bist hier/, before);
});

test("the home page shows what there is, and leads to every command", async () => {
  await slack.openHome();
  await expect
    .poll(() => JSON.stringify(slack.home()?.view.blocks ?? []), { timeout: 8_000 })
    .toContain("pick-command");
  const page = slack.home()!;
  expect((page.view.blocks as unknown[]).length).toBeGreaterThan(2);
  await slack.press(page, "pick-command");
  await expect.poll(() => slack.modal()?.view.callback_id).toBe("pick");
  await slack.closeModal();
});

test("what is pressed on the home page is answered in the person's own chat, and the page is shown anew", async () => {
  const shown = () => slack.calls.filter((c) => c.method === "views.publish").length;
  await slack.openHome();
  await expect.poll(() => JSON.stringify(slack.home()?.view.blocks ?? [])).toContain("pick-command");
  const before = shown();
  const pressed = slack.world.homes.get(ANNA)!;
  // A button of some area's view, as it would stand there.
  const action = { type: "button", action_id: "rAAAAAAAAAAAAAA", text: { type: "plain_text", text: "Old" } };
  pressed.view.blocks = [...(pressed.view.blocks as object[]), { type: "actions", block_id: "x", elements: [action] }];
  const messages = since();
  await slack.press(pressed, "Old");
  expect((await next(/This button is not known here/, messages)).channel).toBe("D0ANNA");
  await expect.poll(shown, { timeout: 8_000 }).toBeGreaterThan(before);
});

test("a team that belongs to nobody is told how to connect it", async () => {
  const stranger = slack.world.addUser("U0ZOE", "Zoe");
  const before = since();
  await slack.event({ type: "app_home_opened", user: stranger.id, channel: "D0ZOE", tab: "home" });
  await expect.poll(() => slack.home("U0ZOE")).toBeDefined();
  expect(slack.messages.length).toBe(before);
});
