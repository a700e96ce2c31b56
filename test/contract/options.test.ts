// Every kind of option, given as each platform's people give it.
import { expect, test } from "vitest";
import { bare } from "./hostile.ts";
import { notes, overAll } from "./suite.ts";

const VALUES: Record<string, string | number | boolean> = {
  words: 'He said "rain:now", twice \\ and {so} on',
  count: 7,
  share: 12.5,
  loud: true,
  form: "live",
  tint: "teal",
  station: "Noir Jazz",
  who: "Desert Road",
  price: "12.50 EUR",
  length: "1h 30m",
  when: "tomorrow 18:00",
  span: "last month",
};

overAll((office) => {
  const same = async (given: typeof VALUES) => {
    const at = await office.somebody();
    await office.run(at, "test options", given);
    // What a program gets over HTTP for the same values is the measure.
    const { view } = await office.house.ask("test options", given);
    const [first = ""] = Object.keys(given);
    expect(bare((await office.answer(at, new RegExp(`${first}:`))).text)).toBe(bare(view.text));
  };

  test.each(Object.entries(VALUES))("%s is understood", (name, value) => same({ [name]: value }));
  test("all of them together are understood", () => same(VALUES));

  test("what is missing is asked for", async () => {
    const at = await office.somebody();
    await office.run(at, "test book");
    await office.answer(at, /needs title, kind|What is it called/);
    await office.platform.fill(at, { title: "Night Owls", kind: "recorded" });
    await office.answer(at, /Booked Night Owls \(recorded\)/);
    expect(await notes(office, "Night Owls")).toBe(1);
  });

  test("what is wrong is told, and asked for again", async () => {
    const at = await office.somebody();
    await office.run(at, "test options", { length: "soonish", words: "kept" });
    await office.answer(at, /how long, such as 90s/);
    await office.platform.fill(at, { length: "2h" });
    expect((await office.answer(at, /7200/)).text).toContain("kept");
  });

  test("a form of a view is filled in, also after a restart", async () => {
    const at = await office.somebody();
    await office.run(at, "test form");
    await office.answer(at, /Fill this in|Title/);
    await office.restart();
    await office.platform.fill(at, { title: "Early Birds", kind: "live" });
    await office.answer(at, /Booked Early Birds \(live\)/);
    expect(await notes(office, "Early Birds")).toBe(1);
  });

  test("a file is taken with its bytes", async () => {
    const at = await office.somebody();
    const file = { option: "file", name: "songs.csv", type: "text/csv", bytes: Buffer.from("a,b\n1,2\n") };
    await office.run(at, "test upload", {}, [file]);
    expect((await office.answer(at, /Took/)).text).toContain("songs.csv, 8 bytes: a,b");
  });

  test("a file that is slow delays its own place alone: it is acknowledged and kept before it is here", async () => {
    const [at, elsewhere] = [await office.somebody(), await office.somebody()];
    const { promise, resolve } = Promise.withResolvers<void>();
    office.platform.holdFiles(promise);
    const file = { option: "file", name: "slow.csv", type: "text/csv", bytes: Buffer.from("a,b\n1,2\n") };
    expect((await office.run(at, "test upload", {}, [file])).status).toBe(200);
    const kept = () => office.sql("select status from inbox where envelope::text like '%slow.csv%'");
    expect(await kept()).toEqual([{ status: "received" }]);
    await office.run(elsewhere, "test note", { note: "beside a slow file" });
    await office.answer(elsewhere, /Noted beside a slow file/);
    expect(await kept()).toEqual([{ status: "received" }]);
    resolve();
    expect((await office.answer(at, /slow\.csv/)).text).toContain("Took slow.csv, 8 bytes: a,b");
  });

  test("a file of the wrong kind is refused in words", async () => {
    const at = await office.somebody();
    const file = { option: "file", name: "song.exe", type: "text/csv", bytes: Buffer.from("MZ") };
    await office.run(at, "test upload", {}, [file]);
    await office.answer(at, /\.csv/);
  });

  test("what is not allowed is refused, and says why", async () => {
    const at = await office.somebody();
    await office.run(at, "test owners");
    await office.answer(at, /test owners is for an owner/);
    const owner = await office.another(at, "owner");
    await office.run(owner, "test owners");
    await office.answer(owner, /Yes, owner/);
  });

  test("a command that is not there is answered with what is like it", async () => {
    const at = await office.somebody();
    await office.run(at, "test nite", { note: "x" });
    await office.answer(at, /There is no command called/);
  });

  test("what is typed is completed, where the platform asks", async ({ skip }) => {
    const { suggest } = office.platform;
    if (!suggest) return skip("this platform does not ask while somebody types");
    const at = await office.somebody();
    expect(await suggest(at, "test options", "station", "noir")).toEqual(["Noir Jazz"]);
    expect(await suggest(at, "test options", "station", "zzz")).toEqual([]);
    const stranger = { ...at, where: office.platform.strangePlace() };
    expect(await suggest(stranger, "test options", "station", "")).toEqual([]);
  });

  test("plain words are a command, where the bot may hear them", async ({ skip }) => {
    const { makeWords, send } = office.platform;
    if (!makeWords) return skip("this platform lets a bot hear no words");
    const at = await office.somebody();
    await send(makeWords(at, "test note note:spoken"));
    await office.answer(at, /Noted spoken/);
    const alone = await office.somebody("member", { direct: true });
    await send(makeWords(alone, "test note note:whispered"));
    await office.answer(alone, /Noted whispered/);
  });
});
