// Forms, menus and completion from end to end: a dialogue opens with what was given, and what is sent in runs the command.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { choice, command, file, person, text, whole, yesNo } from "../../core/command/index.ts";
import { persons } from "../../core/people/persons.ts";
import { view } from "../../core/view/index.ts";
import { type DiscordHouse, discordHouse } from "../../test/discord.ts";
import { component, type Dialogue, picked, slash, submitted } from "../../test/emulators/discord/interactions.ts";
import type { Shown } from "../../test/emulators/discord/server.ts";
import { openJudge } from "../../test/emulators/discord/spec.ts";

const book = command({
  name: "book",
  says: "Book a show.",
  role: "member",
  options: {
    title: text("What it is called.", { min: 3, max: 40 }),
    seats: whole("How many seats.", { min: 1, max: 500 }),
    kind: choice("What kind.", ["concert", "talk"]),
    loud: yesNo("Loud or not.").optional(),
    host: person(persons, "Who leads through it.").optional(),
    list: file("Who is invited.").optional(),
  },
  run: ({ options: { title, seats, kind, loud, host, list } }) =>
    view(
      `Booked ${title} for ${seats}, a ${kind}, ${loud ? "loud" : "quiet"}, with ${host?.name ?? "nobody"}.`,
      ...(list ? [{ kind: "text" as const, text: `Invited: ${Buffer.from(list.bytes).toString()}` }] : []),
    ),
});
const ask = command({
  name: "ask",
  says: "Ask about what was said.",
  role: "member",
  on: { message: "question" },
  options: { question: text("What to ask.", { max: 20 }) },
  run: ({ options }) => view(`You asked: ${options.question}.`),
});
const greet = command({
  name: "greet",
  says: "Greet somebody.",
  role: "member",
  reply: "private",
  on: { person: "whom" },
  options: { whom: person(persons, "Whom.") },
  run: ({ options }) => view(`Hello ${options.whom.name}!`),
});
let looked = 0;
let slow = 0;
const find = command({
  name: "find",
  says: "Find a song.",
  role: "member",
  options: {
    song: {
      ...text("Which song."),
      suggest: async (_act, typed) => {
        looked++;
        await new Promise((done) => setTimeout(done, slow));
        return [{ value: typed, label: `Song ${typed}` }];
      },
    },
  },
  run: () => view("Found."),
});

let own: DiscordHouse;
beforeAll(async () => {
  own = await discordHouse({ commands: [book, ask, greet, find] });
});
afterEach(() => expect(own.discord.wrong.splice(0)).toEqual([]));
afterAll(() => own.close());

const judge = openJudge();
const at = (more = {}) => ({ at: own.web.house.clock.now, ...more });
const words = (shown: Shown | undefined) => JSON.stringify(shown?.body.components ?? "");
const shownWith = (part: string) => [...own.discord.messages.values()].filter((m) => words(m).includes(part));
const showing = (part: string) => expect.poll(() => shownWith(part).length, { timeout: 8000 });

/** The newest message's button of a form. */
function formButton(part: string): string {
  const id = /"custom_id":"(form:[^"]+)"/.exec(words(shownWith(part).at(-1)))?.[1];
  expect(id, `a form below "${part}"`).toBeDefined();
  return id!;
}
async function opened(id: string, from = {}): Promise<Dialogue> {
  const { body } = await own.hear(component(id, undefined, at(from)));
  expect(body.type).toBe(9);
  expect(judge("ModalInteractionCallbackRequest", body)).toEqual([]);
  return (body as unknown as { data: Dialogue }).data;
}
const fieldsOf = (dialogue: Dialogue) =>
  Object.fromEntries(dialogue.components.map((c) => [c.component!.custom_id, c])) as Record<string, never>;

test("a form opens with what was given and what was wrong, and what is sent in runs the command", async () => {
  await own.hear(slash("book", { title: "No", seats: 20, kind: "talk", loud: true }, at()));
  await showing("Run: /book").toBe(1);
  const dialogue = await opened(formButton("Run: /book"));
  const fields = fieldsOf(dialogue);
  expect(fields.title).toMatchObject({
    description: expect.stringContaining("⚠"),
    component: { type: 4, value: "No" },
  });
  expect(fields.seats).toMatchObject({ component: { value: "20" } });
  expect(fields.kind).toMatchObject({
    component: { type: 3, options: [{ value: "concert" }, { value: "talk", default: true }] },
  });
  expect(fields.loud).toMatchObject({ component: { options: [{ value: "yes", default: true }, { value: "no" }] } });
  expect(fields.host).toMatchObject({ component: { type: 5, required: false } });
  expect(fields.list).toMatchObject({ component: { type: 19, required: false } });
  await own.hear(submitted(dialogue, { title: "Night Rain" }, at()));
  await showing("Booked Night Rain for 20, a talk, loud, with nobody").toBe(1);
});

test("what was emptied in a form is not given any more; a person is picked in it", async () => {
  await own.hear(slash("whoami", {}, at({ user: "4100", nick: "Ann" })));
  await showing("Ann").toBe(1);
  await own.hear(slash("book", { title: "Soft Song", seats: 900, kind: "concert", loud: true }, at()));
  await showing("Run: /book").toBe(2);
  const dialogue = await opened(formButton("Run: /book"));
  await own.hear(submitted(dialogue, { seats: "90", loud: "", host: "4100" }, at()));
  await showing("Booked Soft Song for 90, a concert, quiet, with Ann").toBe(1);
});

test("a form that is sent in wrong shows a new one, with the values of the last", async () => {
  await own.hear(slash("book", { title: "Tri", seats: 0, kind: "talk" }, at()));
  await showing("Run: /book").toBe(3);
  const first = await opened(formButton("Run: /book"));
  await own.hear(submitted(first, { seats: "none" }, at()));
  await showing("Run: /book").toBe(4);
  const second = await opened(formButton("Run: /book"));
  expect(fieldsOf(second).seats).toMatchObject({ component: { value: "none" } });
  await own.hear(submitted(second, { seats: "3" }, at()));
  await showing("Booked Tri for 3, a talk").toBe(1);
});

test("a file is chosen in a form", async () => {
  const { id, url, size } = own.discord.keepFile("guests.csv", Buffer.from("Ann,Ben"));
  const dialogue = await opened("form:@:book:title,seats,kind,list");
  const sent = submitted(dialogue, { title: "Guest Night", seats: "2", kind: "talk", list: id }, at());
  const attachment = { id, filename: "guests.csv", content_type: "text/csv", url, proxy_url: url, size };
  Object.assign(sent.data as object, { resolved: { attachments: { [id]: attachment } } });
  await own.hear(sent);
  await showing("Invited: Ann,Ben").toBe(1);
});

test("somebody else opens it empty, and it is not theirs", async () => {
  await own.hear(slash("book", { title: "Private Show", seats: 0, kind: "talk" }, at()));
  await showing("Run: /book").toBe(5);
  const theirs = await opened(formButton("Run: /book"), { user: "4300" });
  expect(JSON.stringify(theirs)).not.toContain("Private Show");
  await own.hear(submitted(theirs, { title: "Mine Now", seats: "3", kind: "talk" }, at({ user: "4300" })));
  await showing("is for somebody else").toBe(1);
});

test("a form opens in time, empty, when the database does not answer", async () => {
  await own.hear(slash("book", { title: "Too Late", seats: 0, kind: "talk" }, at()));
  await showing("Run: /book").toBe(6);
  const id = formButton("Run: /book");
  const { client } = own.web.house.database;
  const held = client.begin(async (sql) => {
    await sql`lock table action in access exclusive mode`;
    const before = performance.now();
    const dialogue = await opened(id);
    expect(performance.now() - before).toBeLessThan(2_800);
    expect(JSON.stringify(dialogue)).not.toContain("Too Late");
  });
  await held;
}, 20_000);

test("a form without a token is its command's own", async () => {
  const dialogue = await opened("form:@:book:title,seats,kind");
  await own.hear(submitted(dialogue, { title: "By Hand", seats: "2", kind: "talk" }, at()));
  await showing("Booked By Hand for 2").toBe(1);
});

test("a command is opened on a message: what was said there fills its option", async () => {
  await own.hear(picked(3, "Ask", { id: "9001", content: "What plays at midnight, and who asked for it?" }, at()));
  await showing("You asked: What plays at midnig").toBe(1);
});

test("a message without words asks for them", async () => {
  await own.hear(picked(3, "Ask", { id: "9002" }, at()));
  await showing("/ask needs question").toBe(1);
  const dialogue = await opened(formButton("/ask needs question"));
  await own.hear(submitted(dialogue, { question: "Who sings?" }, at()));
  await showing("You asked: Who sings").toBe(1);
});

test("a command is opened on a person, and answered as it declares", async () => {
  const { body } = await own.hear(picked(2, "Greet", { id: "4100" }, at()));
  expect(body).toEqual({ type: 5, data: { flags: 64 } });
  await showing("Hello Ann").toBe(1);
});

test("an entry of a menu that is gone is answered in words", async () => {
  await own.hear(picked(2, "Dance", { id: "4100" }, at()));
  await showing("no command called Dance").toBe(1);
});

test("what is typed is looked up once a letter, for each person; too late is nothing, and serves the next", async () => {
  const typed = async (song: string, user = "42") =>
    (await own.hear(slash("find", { song }, at({ focused: "song", user })))).body as never as {
      data: { choices: { name: string }[] };
    };
  looked = 0;
  for (let n = 0; n < 3; n++) expect((await typed("ra")).data.choices).toEqual([{ name: "Song ra", value: "ra" }]);
  expect(looked).toBe(1);
  await typed("ra", "43");
  expect(looked).toBe(2);
  slow = 3_000;
  const before = performance.now();
  expect((await typed("rai")).data.choices).toEqual([]);
  expect(performance.now() - before).toBeLessThan(2_950);
  await expect.poll(async () => (await typed("rai")).data.choices.length, { timeout: 8000 }).toBe(1);
  expect(looked).toBe(3);
  slow = 0;
}, 20_000);

test("the language is the one that they chose here, before Discord's", async () => {
  const spoken = (locale: string, user: string) => own.hear(slash("find", {}, at({ locale, user })));
  await spoken("de", "4400");
  await showing("/find braucht").toBe(1);
  await own.hear(slash("language", { language: "fr" }, at({ user: "4400", locale: "de" })));
  await expect.poll(() => own.discord.messages.size).toBeGreaterThan(0);
  await spoken("de", "4400");
  await expect.poll(() => shownWith("/find").length, { timeout: 8000 }).toBeGreaterThan(1);
  await expect.poll(() => words(shownWith("/find").at(-1)), { timeout: 8000 }).not.toContain("braucht");
});
