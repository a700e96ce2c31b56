// A house whose only surface is one platform's emulator: webhooks come in at the real web server, the socket is the real
// library's, and answers leave through the real outbox.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Chat, openChat } from "../../bots/parts/chat.ts";
import type { Base } from "../../bots/parts/part.ts";
import { readSettings } from "../../bots/settings.ts";
import type { Connection, Hook, HookAnswer } from "../../bots/surface.ts";
import { hooks } from "../../bots/web/hooks.ts";
import type { Role } from "../../core/act.ts";
import type { Command } from "../../core/command/index.ts";
import { edit, type OutboxOptions, post } from "../../core/outbox/index.ts";
import { type View, view } from "../../core/view/index.ts";
import { ensureOwnerToken } from "../../core/workspace/index.ts";
import { connect, inWorkspace, rawOf } from "../../db/connect.ts";
import type { TestHouse } from "../house.ts";
import { testWeb } from "../web.ts";
import { openWire, type Wire } from "../wire.ts";
import { type At, type Driver, type Heard, type Platform, type Seen, until, type Way, type Who } from "./driver.ts";

export type Office = {
  driver: Driver;
  platform: Platform;
  house: TestHouse;
  chat: Chat;
  /** Between the bot and its database, when it was asked for. */
  wire: Wire | undefined;
  /** Somebody new in a place of their own, which belongs to the workspace. */
  somebody(role?: Role, more?: { name?: string; locale?: string; direct?: boolean }): Promise<At>;
  /** Another person in the same place. */
  another(at: At, role?: Role, name?: string): Promise<At>;
  bind(at: At): Promise<void>;
  /** A message to a place, that nobody there asked for; the same subject again changes it. */
  say(at: At, subject: string, view: View | string): Promise<void>;
  change(at: At, subject: string, view: View | string): Promise<void>;
  /** What one person sees in a place, oldest first. */
  sees(at: At): Seen[];
  /** The first message they see that says so. */
  answer(at: At, words: RegExp, milliseconds?: number): Promise<Seen>;
  run(...asked: Parameters<Platform["make"]>): Promise<Heard>;
  press(at: At, label: string): Promise<Heard>;
  sql<T extends object = Record<string, unknown>>(query: string): Promise<T[]>;
  stop(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
};

type Options = { commands?: Command[]; wired?: boolean; sending?: OutboxOptions };

export async function openOffice(driver: Driver, way: Way, options: Options = {}): Promise<Office> {
  let handler: ((request: Hook) => Promise<HookAnswer>) | undefined;
  const name = driver.surface;
  const web = await testWeb({
    commands: options.commands ?? [],
    limits: {},
    mount: (app) =>
      hooks(app, [{ name, bot: { sender: {} as never, hook: () => (request) => handler!(request) } }], {} as never),
  });
  const { house } = web;
  const { workspaceId, personId } = house.owner;
  await ensureOwnerToken(house.database, house.sources, "owner-token");
  const platform = await driver.open(way, () => house.clock.now);
  platform.bot.url = web.url;
  const folder = mkdtempSync(join(tmpdir(), `impresario-${name}-`));
  const wire = options.wired ? await openWire(house.database.appUrl) : undefined;
  const wired = wire && connect({ ownerUrl: house.database.ownerUrl, appUrl: wire.url, max: 10 });
  const bots = wired ? { ...house, databases: [wired] } : house;
  const settings = readSettings({
    NODE_ENV: "test",
    DATA_DIR: folder,
    SECRET_KEY: "0123456789abcdef0123",
    BASE_URL: "https://radio.test",
    ...platform.env,
  });
  let connection: Connection | undefined;
  let running = false;

  const sql = <T extends object>(query: string) =>
    inWorkspace(house.database, workspaceId, async (tx) => [...(await rawOf(tx).unsafe<T[]>(query))]);
  const placeOf = ({ where }: At) => ({ surface: name, tenant: where.tenant ?? platform.tenant, external: where.id });
  const write = (work: typeof post, at: At, subject: string, what: View | string) =>
    inWorkspace(house.database, workspaceId, (tx) =>
      work(
        { db: tx, now: house.clock.now, newId: house.sources.newId, workspace: { id: workspaceId } },
        { place: placeOf(at), subject, view: typeof what === "string" ? view(what) : what },
      ),
    );

  const office: Office = {
    driver,
    platform,
    house,
    chat: {} as Chat,
    wire,
    async somebody(role, { name: called = "Mia", locale = "en", direct = false } = {}) {
      const who = platform.newPerson(called, locale);
      const at = { who, where: direct ? platform.directPlace(who) : platform.newPlace() };
      await office.bind(at);
      await enter(at, role);
      return at;
    },
    async another({ where }, role, called = "Ben") {
      const at = { who: platform.newPerson(called), where };
      await enter(at, role);
      return at;
    },
    async bind(at) {
      const { tenant, external } = placeOf(at);
      await sql(`insert into place (workspace_id, id, surface, tenant, external, name, bound_by, created_at)
        values ('${workspaceId}', '${house.sources.newId()}', '${name}', '${tenant}', '${external}', '', '${personId}', now())`);
    },
    say: async (at, subject, what) => void (await write(post, at, subject, what)),
    change: async (at, subject, what) => void (await write(edit, at, subject, what)),
    sees: ({ who, where }) =>
      platform.seen().filter((m) => (m.only === undefined ? m.where === where.id : m.only === who.id)),
    async answer(at, words, milliseconds = 10_000) {
      const found = await until(() => office.sees(at).find((m) => words.test(m.text)), milliseconds);
      if (found) return found;
      const seen = office.sees(at).map((m) => m.text.slice(0, 400));
      throw new Error(`Nothing in ${at.where.id} says ${words}, but: ${JSON.stringify(seen)}`);
    },
    run: (...asked) => platform.send(platform.make(...asked)),
    press: (at, label) => platform.send(platform.makePress(at, label)),
    sql,
    async start() {
      office.chat = await openChat(
        { settings, house: bots } as unknown as Base,
        web.web.painter,
        true,
        options.sending,
      );
      const { bot } = office.chat.bots[0]!;
      const door = office.chat.door;
      handler = way === "webhook" ? bot.hook?.(door) : undefined;
      connection = await bot.listen?.(door);
      running = true;
    },
    async stop() {
      if (!running) return;
      running = false;
      await connection?.stop(1_000);
      await office.chat.stop();
    },
    async restart() {
      await office.stop();
      await office.start();
    },
    async close() {
      await office.stop();
      await platform.close();
      await wired?.close();
      await wire?.close();
      await web.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  /** Known before they speak, with a role in the workspace. */
  async function enter(at: At, role: Role = "member"): Promise<void> {
    const { id, name: called, locale }: Who = at.who;
    const { caller } = await office.chat.door.enter({ place: placeOf(at), account: { id, name: called, locale } });
    await sql(`update person set role = '${role}' where id = '${caller.personId}'`);
  }

  await office.start();
  return office;
}
