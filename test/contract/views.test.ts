// Every kind of view, shown by every surface.
import { expect, test } from "vitest";
import { growing, view } from "../../core/view/index.ts";
import { localeOf, say } from "../../core/words/say.ts";
import { BLOCKS, LONG } from "./commands.ts";
import type { Seen } from "./driver.ts";
import { bare, HOSTILE } from "./hostile.ts";
import { notes, overAll } from "./suite.ts";

/** The words of each kind of block, and what can be opened or looked at. */
const WORDS: Record<string, string[]> = {
  text: ["A plain line.", "A soft line.", "A good line.", "A warn line.", "A bad line."],
  fields: ["Net", "$1,204.50", "+12%", "$2,000", "Listeners", "871", "-3%"],
  list: ["Rain", "played twice", "Snow"],
  table: ["Song", "Plays", "Rain", "712", "Snow", "9"],
  chart: ["Plays"],
  picture: ["A cover in blue"],
  audio: ["Rain song"],
  video: ["Loop"],
  progress: ["30%", "mixing the bass"],
  link: ["Listen now"],
  file: ["report.csv"],
  several: ["First cover", "Second cover", "Third cover"],
};
const MEDIA: Record<string, number> = { picture: 1, several: 3, chart: 1, audio: 1, video: 1, file: 1, link: 1 };

const whole = (seen: readonly Seen[]) =>
  bare(
    seen
      .flatMap((m) => [m.text, ...m.links.map((l) => l.label), ...m.media.map((x) => x.words), ...m.buttons])
      .join("\n"),
  );

overAll((office) => {
  test.each(Object.keys(BLOCKS))("%s is shown", async (kind) => {
    const at = await office.somebody();
    expect((await office.run(at, "test show", { kind })).status).toBe(200);
    await office.answer(at, /This is it\./);
    const there = () => office.sees(at).flatMap((m) => [...m.links, ...m.media]).length;
    await expect.poll(there).toBe(MEDIA[kind] ?? 0);
    const words = whole(office.sees(at));
    for (const one of WORDS[kind]!) expect(words).toContain(one);
    for (const { url } of office.sees(at).flatMap((m) => m.links)) expect(url).toMatch(/^https:\/\//);
    expect(office.sees(at).flatMap((m) => m.pings)).toEqual([]);
  });

  test("a long text goes on in more messages, in order, and nothing of it is lost", { timeout: 60_000 }, async () => {
    const at = await office.somebody("member", { direct: true });
    await office.run(at, "test recite");
    await office.answer(at, /w2999\b/, 30_000);
    expect(
      bare(
        office
          .sees(at)
          .map((m) => m.text)
          .join(" "),
      ),
    ).toBe(LONG);
    expect(office.sees(at).length).toBeGreaterThan(1);
  });

  test("nobody's words become markup, a call, or somebody else's link", { timeout: 120_000 }, async () => {
    for (const [line, said] of HOSTILE.entries()) {
      const at = await office.somebody();
      await office.run(at, "test echo", { line });
      const marks = ["1", "2", "3"].map((n) => `<${n}>${bare(said)}<${n}>`);
      await expect.poll(() => whole(office.sees(at)), { timeout: 10_000 }).toContain(marks[2]);
      const words = whole(office.sees(at));
      for (const mark of marks) expect(words).toContain(mark);
      const all = office.sees(at);
      expect(all.flatMap((m) => m.pings)).toEqual([]);
      for (const { label, url } of all.flatMap((m) => m.links))
        if (url !== "https://radio.test/") expect(url).toBe(label);
    }
    expect(await notes(office, "pwned")).toBe(0);
  });

  test("a name that wants to be more is a name", async () => {
    const name = "@everyone <b>x</b> *y* <!channel>";
    const at = await office.somebody("member", { name });
    await office.run(at, "whoami");
    const answer = await office.answer(at, /You are|everyone/);
    expect(bare(answer.text)).toContain(name);
    expect(answer.pings).toEqual([]);
  });

  test("a private answer is seen by the asker alone, in the middle of others", async () => {
    const at = await office.somebody();
    const other = await office.another(at);
    await office.run(at, "test secret");
    const answer = await office.answer(at, /For your eyes only/);
    expect(answer.only).toBe(at.who.id);
    expect(
      office
        .sees(other)
        .map((m) => m.text)
        .join(),
    ).not.toContain("eyes");
  });

  test("each person is spoken to in their language", async () => {
    const at = await office.somebody("member", { locale: "de", name: "Jörg" });
    await office.run(at, "test owners");
    const words = say(localeOf("de"), "/{command} is for {role}. You are {you} here.", {
      command: "test owners",
      role: say("de", "role:owner"),
      you: say("de", "role:member"),
    });
    expect(words).not.toContain("You are");
    expect(bare((await office.answer(at, /test owners/)).text)).toContain(bare(words));
  });

  test("progress changes the one message that is there", { timeout: 40_000 }, async () => {
    const at = await office.somebody("member", { direct: true });
    await office.say(at, "job 7", "Mixing began.");
    await office.answer(at, /Mixing began/);
    for (const done of [3, 6, 10]) {
      const block = { kind: "progress", done, total: 10, now: "bass" } as const;
      await office.change(at, "job 7", { text: "Mixing.", blocks: [block] });
    }
    await office.answer(at, /100%/, 20_000);
    expect(office.sees(at)).toHaveLength(1);
    expect(office.sees(at)[0]?.edits).toBeGreaterThan(0);
  });

  test("a text that is being written is one message, which ends whole", { timeout: 60_000 }, async () => {
    const at = await office.somebody("member", { direct: true });
    const word = (n: number) => `word${n}`;
    const text = (n: number) => Array.from({ length: n }, (_, at) => word(at + 1)).join(" ");
    await office.say(at, "story", growing(text(1)));
    await office.answer(at, /word1/);
    office.platform.trouble({ kind: "slow down", after: 1_000 }, 1);
    for (let n = 2; n <= 6; n++) await office.change(at, "story", growing(text(n)));
    await office.restart();
    for (let n = 7; n <= 12; n++) await office.change(at, "story", growing(text(n)));
    await office.change(at, "story", view(`${text(13)} end.`));
    await office.answer(at, /word13 end/, 30_000);
    expect(office.sees(at)).toHaveLength(1);
    expect(bare(office.sees(at)[0]!.text)).toBe(bare(`${text(13)} end.`));
  });
});
