// The real bot, with grammY, against our own Telegram: for tests of the whole way.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { startBots } from "../bots/parts/bots.ts";
import { openChat } from "../bots/parts/chat.ts";
import type { Base } from "../bots/parts/part.ts";
import { readSettings } from "../bots/settings.ts";
import type { Command } from "../core/command/index.ts";
import type { Caller } from "../core/inbox/index.ts";
import { ensureOwnerToken } from "../core/workspace/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import {
  type Chat,
  openTelegram,
  type Person,
  type Shown,
  type Telegram,
  TOKEN,
} from "./emulators/telegram/emulator.ts";
import { type TestHouse, testHouse } from "./house.ts";

const painter = { render: async () => new Uint8Array([137, 80, 78, 71]), close() {} };

/** Call it once at the top of a test file. */
export function telegramOffice(commands: Command[] = []) {
  const office = { house: {} as TestHouse, telegram: {} as Telegram, owner: {} as Caller };
  const folder = mkdtempSync(join(tmpdir(), "impresario-telegram-"));
  const running: (() => Promise<void>)[] = [];
  let people = 1000;
  beforeAll(async () => {
    office.house = await testHouse({ commands });
    office.telegram = await openTelegram();
    const first = await ensureOwnerToken(office.house.database, office.house.sources, "owner");
    office.owner = { workspaceId: first.mainId, personId: first.personId };
  });
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
    office.telegram.rules.fault = () => undefined;
    // What the emulator says and hands out is itself as Telegram describes it.
    expect(office.telegram.state.strange.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await office.telegram.close();
    await office.house.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const sql = (query: string) =>
    inWorkspace(office.house.database, office.owner.workspaceId, async (tx) => [
      ...(await rawOf(tx).unsafe<Record<string, unknown>[]>(query)),
    ]);
  const of = (chat: { id: number }, only = office.telegram.messages) => only.filter((m) => m.chat === chat.id);
  return Object.assign(office, {
    sql,
    of,
    person(name: string, language_code = "en"): Person & { chat: Chat } {
      const id = ++people;
      return { id, first_name: name, language_code, chat: { id, type: "private" } };
    },
    async bind(chat: Chat): Promise<void> {
      const { workspaceId, personId } = office.owner;
      await sql(`insert into place (workspace_id, id, surface, tenant, external, name, bound_by, created_at)
        values ('${workspaceId}', '${office.house.sources.newId()}', 'telegram', '4242', '${chat.id}', '', '${personId}', now())`);
    },
    make: (role: string, { id }: Person) =>
      sql(`update person set role = '${role}' where id = (select person_id from account where external = '${id}')`),
    async start(env: Record<string, string> = {}) {
      const settings = readSettings({
        NODE_ENV: "test",
        DATA_DIR: folder,
        SECRET_KEY: "a key for tests only",
        TELEGRAM_TOKEN: TOKEN,
        TELEGRAM_API_URL: office.telegram.url,
        ...env,
      });
      const base = { settings, house: office.house } as unknown as Base;
      const chat = await openChat(base, painter, true);
      const parts = await startBots(chat);
      const stop = async () => {
        for (const part of parts) await part.stop(2_000);
        await chat.stop();
      };
      running.push(stop);
      return { chat, parts, stop: () => running.splice(running.indexOf(stop), 1)[0]!() };
    },
    /** The next message in a chat after those that are there; `until` what it must say. */
    async answer(chat: Chat, words: RegExp, after = 0): Promise<Shown> {
      const find = () => of(chat).find((m, at) => at >= after && words.test(m.text));
      await expect
        .poll(() => find() !== undefined || of(chat).map((m) => m.text), { timeout: 15_000, interval: 20 })
        .toBe(true);
      return find()!;
    },
  });
}
