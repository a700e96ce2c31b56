// The whole way: an owner sets up channels from a chat, songs are made, a channel goes on the air, people of four surfaces
// vote, and what they chose is heard next, in the sound that a listener gets over HTTP. Then its encoder is killed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Chat, openChat } from "../../bots/parts/chat.ts";
import type { Base } from "../../bots/parts/part.ts";
import { readSettings } from "../../bots/settings.ts";
import type { Hook, HookAnswer } from "../../bots/surface.ts";
import { hooks } from "../../bots/web/hooks.ts";
import { type Ffmpeg, openFfmpeg } from "../../core/ffmpeg/index.ts";
import { HEARD_DELAY_MS } from "../../core/streams/playout.ts";
import { openProviders } from "../../core/studio/index.ts";
import { ensureOwnerToken } from "../../core/workspace/index.ts";
import { closeBallotJob, nextBallot } from "../../jobs/ballots.ts";
import { batchJob } from "../../jobs/batch.ts";
import { type Jobs, reactionsOf, startJobs } from "../../jobs/index.ts";
import { makeJob } from "../../jobs/make.ts";
import { troubleJob } from "../../jobs/trouble.ts";
import { see } from "../answers.ts";
import { type At, allDrivers, type Platform, type Seen, until } from "../contract/driver.ts";
import { type Ear, openEar } from "../ear.ts";
import { type Paced, paced } from "../paced.ts";
import { channelId } from "../streams.ts";
import { type TestWeb, testWeb } from "../web.ts";

type Side = { platform: Platform; room: At["where"]; hook: (request: Hook) => Promise<HookAnswer> };
const SLUG = "cosmic-ambient";
/** As long as a vote about what follows it needs: what an engine fetches and a listener is behind, and time to choose. */
const LONG = 44;
const SHORT = 9;
const sides = new Map<string, Side>();
let web: TestWeb;
let chat: Chat;
let jobs: Jobs;
let air: Paced | undefined;
let ear: Ear;
let folder: string;
let ffmpeg: Ffmpeg | undefined;

beforeAll(async () => {
  const drivers = await allDrivers();
  web = await testWeb({
    limits: {},
    mount: (app) =>
      hooks(
        app,
        drivers.map(({ surface: name }) => ({
          name,
          bot: { sender: {} as never, hook: () => (request) => sides.get(name)!.hook(request) },
        })),
        {} as never,
      ),
  });
  const { house } = web;
  folder = mkdtempSync(join(tmpdir(), "impresario-journey-"));
  rmSync(house.files, { recursive: true });
  ffmpeg = await openFfmpeg({ env: process.env, log: house.log });
  Object.assign(house, {
    files: join(folder, "assets"),
    providers: openProviders({ read: () => undefined }),
    reactions: reactionsOf(),
  });
  await ensureOwnerToken(house.database, house.sources, "owner-token");
  const env: Record<string, string> = {};
  for (const driver of drivers) {
    const platform = await driver.open("webhook", () => house.clock.now);
    platform.bot.url = web.url;
    Object.assign(env, platform.env);
    sides.set(driver.surface, { platform, room: platform.newPlace(), hook: async () => ({ status: 503 }) });
  }
  jobs = await startJobs(house, {
    role: "worker",
    graceMs: 100,
    pollSeconds: 0.5,
    handlers: [makeJob, batchJob, closeBallotJob, nextBallot, troubleJob],
  });
  const settings = readSettings({
    NODE_ENV: "test",
    DATA_DIR: folder,
    SECRET_KEY: "0123456789abcdef0123",
    BASE_URL: "https://radio.test",
    ...env,
  });
  chat = await openChat({ settings, house } as unknown as Base, web.web.painter, true);
  for (const { name, bot } of chat.bots) sides.get(name)!.hook = bot.hook!(chat.door);
  ear = openEar(`${web.url}/live/${SLUG}/`, ffmpeg);
});
afterAll(async () => {
  await air?.stop();
  await jobs.stop();
  await chat.stop();
  for (const { platform } of sides.values()) await platform.close();
  await web.close();
  rmSync(folder, { recursive: true, force: true });
});

const side = (surface: string) => sides.get(surface)!;
const sql = <T extends object>(read: Parameters<typeof see<T[]>>[1]) => see<T[]>(web.house, read);
const person = (surface: string, name: string): At => ({
  who: side(surface).platform.newPerson(name),
  where: side(surface).room,
});
const sees = (surface: string, { who, where }: At): Seen[] =>
  side(surface)
    .platform.seen()
    .filter((m) => (m.only === undefined ? m.where === where.id : m.only === who.id));
async function answer(surface: string, at: At, words: RegExp): Promise<Seen> {
  const found = await until(() => sees(surface, at).findLast((m) => words.test(m.text)), 20_000);
  if (!found)
    throw new Error(`${surface}: nothing says ${words}, but ${JSON.stringify(sees(surface, at).map((m) => m.text))}`);
  return found;
}
/** Types a command, and waits for what it says. */
async function types(
  surface: string,
  at: At,
  command: string,
  options: Record<string, string | number | boolean>,
  words: RegExp,
) {
  const { platform } = side(surface);
  await platform.send(platform.make(at, command, options));
  return answer(surface, at, words);
}
const press = (surface: string, at: At, label: string) => {
  const { platform } = side(surface);
  return platform.send(platform.makePress(at, label));
};
const card = (surface: string) => {
  const { platform, room } = side(surface);
  return platform.seen().find((m) => m.where === room.id && m.only === undefined && m.text.includes("What is next on"));
};
const countsOn = (surface: string) =>
  [...(card(surface)?.text ?? "").matchAll(/(\d+) · \d+\s?%/g)].map((found) => Number(found[1]));
/** Telegram lets a bot change its messages in a group every three seconds: where others say it already, that is enough. */
const everywhere = (counts: number[], on = ["discord", "slack"]) =>
  expect.poll(() => on.map(countsOn), { timeout: 30_000, interval: 50 }).toEqual(on.map(() => counts));

/** At the console a code is made, in the chat it is typed, and at the console somebody says yes. */
async function redeem(command: "connect" | "link", surface: string, at: At): Promise<void> {
  const { house } = web;
  const issued = await house.ask(command);
  const { code } = issued.data!.item as { code: string };
  await types(surface, at, command, { code }, /Almost/);
  await expect.poll(async () => (await house.answer(issued.run))?.status).toBe("confirm");
  const [yes] = (await house.answer(issued.run))!.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  expect((await house.press(yes!.action!)).status).toBe("done");
  house.clock.pass(31_000);
}

const songs = () =>
  sql<{ id: string }>(
    (q) => q`select id from work where kind = 'song' and status = 'approved' order by seconds desc, id`,
  );
const line = () =>
  sql<{ asset: string; source: string; state: string; decided: string; title: string; heard: string }>(
    (q) => q`
  select i.asset_id as asset, i.source, i.state, i.decided_by as decided, w.title, i.heard_at as heard from queue_item i join work w on w.id = i.asset_id
  where i.heard_at is not null order by i.heard_at`,
  );

test("what people of four surfaces chose is heard next", { timeout: 180_000 }, async () => {
  const { house } = web;
  // The owner comes in from the console, with an account on each platform; each chat becomes the workspace's.
  const owner = new Map([...sides.keys()].map((surface) => [surface, person(surface, "Olga")]));
  const enter = async (surface: string) => {
    await redeem("connect", surface, owner.get(surface)!);
    await redeem("link", surface, owner.get(surface)!);
  };
  const olga = owner.get("discord")!;
  await enter("discord");
  await types("discord", olga, "setup", { blueprint: "streams" }, /Channels: 7/);
  await types("discord", olga, "approval add", { kind: "song", provider: "local" }, /song/i);
  // While songs are made, the other chats come in.
  const { platform } = side("discord");
  await platform.send(platform.make(olga, "generate song", { channel: SLUG, seconds: LONG }));
  await platform.send(platform.make(olga, "generate song", { channel: SLUG, count: 2, seconds: SHORT }));
  for (const surface of ["slack", "telegram"]) await enter(surface);
  await types("slack", owner.get("slack")!, "review place", {}, /Drafts are shown here/);
  // It is told of in all three.
  for (const [surface, at] of owner) {
    const set = { channel: SLUG, crossfade: 1, beat_match: false, here: true };
    await side(surface).platform.send(side(surface).platform.make(at, "channel set", set));
  }
  const told = () => sql<{ surface: string }>((q) => q`select surface from channel_place order by 1`);
  await expect.poll(async () => (await told()).map((p) => p.surface)).toEqual([...sides.keys()]);
  await expect.poll(async () => (await songs()).length, { timeout: 120_000, interval: 100 }).toBe(3);
  const [first, ...others] = await songs();
  await types("discord", olga, "queue add", { channel: SLUG, asset: first!.id, first: true }, /./);
  await types("discord", olga, "channel start", { channel: SLUG }, /being put on the air/);
  const channel = await channelId(house, SLUG);
  const reported = async () => {
    const [row] = await sql<{ at: string | null }>((q) => q`select status_at as at from channel where id = ${channel}`);
    return row?.at ? new Date(row.at) : null;
  };
  air = paced(house, join(folder, "live"), ffmpeg, reported);
  await air.keeper.look();
  /** Time goes on, and somebody listens. */
  const listening = (fact: () => boolean | Promise<boolean>) =>
    air!.until(async () => {
      await ear.listen();
      return fact();
    }, 60);
  await listening(async () => (await line()).length >= 1);

  // A ballot opens by itself, everywhere.
  await everywhere([0, 0], [...sides.keys()]);
  const labels = card("slack")!.buttons;
  expect([card("discord")!.buttons, card("telegram")!.buttons]).toEqual([labels, labels]);
  const [ann, eve, cia, ben, eva] = [
    person("discord", "Ann"),
    person("discord", "Eve"),
    person("slack", "Cia"),
    person("telegram", "Ben"),
    person("telegram", "Eva"),
  ];
  const votes = [
    ["discord", ann, 1],
    ["slack", cia, 1],
    ["telegram", ben, 1],
    ["discord", eve, 0],
    ["telegram", eva, 0],
  ] as const;
  for (const [surface, at, n] of votes) await press(surface, at, labels[n]!);
  for (const [surface, at] of votes) if (surface !== "telegram") await answer(surface, at, /Your vote/);
  const dan = await web.person("member");
  const ask = (path: string, body: object) => web.ask("POST", `/api/v1/commands/${path}`, { token: dan.token, body });
  const ballot = (await ask("vote.show", {})).body.data as { item: { id: string } };
  expect((await ask("vote.cast", { ballot: ballot.item.id, choice: "2" })).status).toBe(200);
  await everywhere([2, 4]);

  // Eve and Eva are one person, with one vote: the later one.
  const shown = await types("discord", eve, "link", {}, /Your code is/);
  const code = /[A-Z0-9]{8}/.exec(shown.text)![0];
  const { platform: telegram } = side("telegram");
  await telegram.send(telegram.make(eva, "link", { code }));
  const yes = (await until(() => sees("discord", eve).findLast((m) => m.buttons.length > 0 && m.only !== undefined)))!;
  await press("discord", eve, yes.buttons[0]!);
  await answer("discord", eve, /Linked/);
  await everywhere([1, 4]);

  const [winner] = await sql<{ asset: string }>(
    (q) => q`select asset_id as asset from choice where ballot_id = ${ballot.item.id} and position = 2`,
  );
  const state = () =>
    sql<{ closed: boolean; by: string | null }>(
      (q) => q`select status = 'closed' as closed, decided_by as by from ballot where id = ${ballot.item.id}`,
    );
  const [{ ends } = { ends: "" }] = await sql<{ ends: string }>(
    (q) => q`select closes_at as ends from ballot where id = ${ballot.item.id}`,
  );
  await listening(() => house.clock.now.getTime() > Date.parse(ends));
  await jobs.nudge();
  await expect.poll(state).toEqual([{ closed: true, by: "vote" }]);
  // Meanwhile somebody kills its encoder; staff are told in their chat, and then that all is well.
  const staff = owner.get("slack")!;
  const { pid } = air.rig()!.status();
  if (pid === undefined) console.log("without ffmpeg there is no encoder to kill");
  else {
    process.kill(pid, "SIGKILL");
    await expect.poll(() => air!.rig()!.status().state).not.toBe("on");
    await answer("slack", staff, /Cosmic Ambient is unwell/);
    await listening(() => air!.rig()!.status().starts === 2);
  }

  await listening(async () => (await line()).length >= 2);
  const from = Date.parse((await line())[1]!.heard);
  await listening(() => house.clock.now.getTime() > from + 8_000);
  if (pid !== undefined) {
    const alert = await answer("slack", staff, /Cosmic Ambient is well again/);
    expect(alert.text).toMatch(/SIGKILL/);
    expect(alert.edits).toBeGreaterThan(0);
    expect(sees("slack", staff).filter((m) => /is unwell|is well again/.test(m.text))).toHaveLength(1);
  }
  for (const surface of sides.keys())
    await expect.poll(() => card(surface)?.text, { timeout: 30_000 }).toContain("won and is next on");
  expect((await line()).slice(0, 2)).toMatchObject([
    { asset: first!.id, source: "operator" },
    { asset: winner!.asset, source: "vote", decided: "vote" },
  ]);

  // Not what is said of it: what is in the sound.
  const library = new Map<string, Float32Array>();
  for (const { id } of [first!, ...others])
    library.set(id, await ear.known(join(house.files, house.owner.workspaceId, id)));
  const heard = await ear.heard();
  expect(heard.gaps).toBeLessThan(500);
  // Where it sets in: a player hears it so much later than it is sent.
  const sets = (from - HEARD_DELAY_MS + 1_000 - heard.from) / 1000;
  const tracks = [sets - 20, sets - 3.5, sets + 3].map((at) => heard.recognise(at, library));
  expect(tracks.map((t) => t.track)).toEqual([first!.id, first!.id, winner!.asset]);
  for (const { sure, next } of tracks) expect([sure > 0.8, next < sure - 0.2]).toEqual([true, true]);
  for (const { platform } of sides.values()) expect(platform.wrong()).toEqual([]);
});
