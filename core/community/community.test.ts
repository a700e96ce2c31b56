import { afterAll, beforeAll, expect, test } from "vitest";
import { rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import { channelId, inAct } from "../../test/streams.ts";
import { latest } from "./index.ts";
import { plainWords } from "./words.ts";

let house: TestHouse;
let jazz: string;
beforeAll(async () => {
  house = await testHouse();
  await house.ask("setup", { blueprint: "streams" });
  jazz = await channelId(house, "noir-jazz");
});
afterAll(() => house.close());

const said = (kind: "shout" | "chat" = "shout") => inAct(house, (act) => latest(act.db, jazz, kind, 50));
const shout = (text: string) => house.ask("shout", { text, channel: "noir-jazz" });

test("a shout is there at once, told in the channel's places, and hidden by staff for everybody", async () => {
  await inAct(
    house,
    (act) => rawOf(act.db)`
      with p as (insert into place (workspace_id, id, surface, tenant, external, created_at)
        values (${act.workspace.id}, ${act.newId()}, 'discord', 'g', 'den', now()))
      insert into channel_place (workspace_id, channel_id, surface, tenant, external, created_at)
      values (${act.workspace.id}, ${jazz}, 'discord', 'g', 'den', now())`,
  );
  const reply = await shout("good night from Lisbon");
  expect(reply.status).toBe("done");
  expect((await said()).map((r) => r.words)).toEqual(["good night from Lisbon"]);
  const { item } = reply.data as { item: { id: string } };
  expect((await house.ask("chat hide", { message: item.id })).status).toBe("done");
  expect(await said()).toEqual([]);
  expect((await house.ask("chat hide", { message: item.id })).status).toBe("refused");
  const sent = await inAct(
    house,
    (act) => rawOf(act.db)<{ kind: string; view: string }[]>`
      select kind, view::text as view from outbox where place = 'den' order by seq`,
  );
  expect(sent.map((m) => m.kind)).toEqual(["post", "delete"]);
  expect(sent[0]?.view).toContain("good night from Lisbon");
});

test("each has their pace, says nothing twice, and says nothing while muted", async () => {
  house.clock.pass(60_000);
  expect((await shout("one")).status).toBe("done");
  expect((await shout("two")).view.text).toContain("20 seconds");
  house.clock.pass(21_000);
  expect((await shout("one")).view.text).toContain("a moment ago");
  expect((await shout("two")).status).toBe("done");
  house.clock.pass(21_000);
  const until = new Date(house.clock.now.getTime() + 60_000).toISOString();
  await inAct(
    house,
    (act) => rawOf(act.db)`
      insert into mute (workspace_id, person_id, until, muted_by, created_at)
      values (${act.workspace.id}, ${act.person.id}, ${until}, ${act.person.id}, ${act.now.toISOString()})`,
  );
  expect((await shout("three")).view.text).toContain("for now");
  house.clock.pass(61_000);
  expect((await shout("three")).status).toBe("done");
});

test("five in ten seconds in the chat, also when they come at once", async () => {
  house.clock.pass(60_000);
  const all = await Promise.all(
    Array.from({ length: 9 }, (_, n) => house.ask("chat say", { text: `line ${n}`, channel: "noir-jazz" })),
  );
  expect(all.filter((r) => r.status === "done")).toHaveLength(5);
  expect(await said("chat")).toHaveLength(5);
});

test("what the brand's voice refuses is not said", async () => {
  house.clock.pass(60_000);
  for (const text of ["write me: ana@example.com", "\u200b \u202e"]) expect((await shout(text)).status).toBe("refused");
  expect((await shout("x".repeat(201))).status).toBe("refused");
});

test.each([
  ["two\nlines\r\nand\u2028more", "two lines and more"],
  ["a\u202egnp.exe", "agnp.exe"],
  ["z\u0300\u0301\u0302\u0303\u0304!", "z\u0300\u0301!"],
  ["\u0007bell\0", "bell\uFFFD"],
  ["👩‍🚀 stays", "👩‍🚀 stays"],
  ["<b>@everyone</b>", "<b>@everyone</b>"],
])("%j is one line of letters", (raw, plain) => expect(plainWords(raw)).toBe(plain));
