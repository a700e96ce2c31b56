// One channel's live page in this process: what is shown is read once for all who look, when a fact says that it changed.
import type { Act } from "../../core/act.ts";
import {
  type Crowd,
  type Crowds,
  type LiveState,
  latest,
  liveState,
  type Remark,
  remarkHidden,
  remarkSaid,
  remarksOf,
  type Someone,
} from "../../core/community/index.ts";
import { jobAct } from "../../core/jobs/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { soon } from "./identify.ts";
import type { Home } from "./live-home.ts";
import type { Line } from "./stream.ts";
import { isAfter, type Position, positionOf, readAfter, type TailEvent } from "./tail.ts";
import type { Web } from "./web.ts";

/** Changes within this time are read together. */
const GATHER = 120;
/** For what no fact tells: a keeper that went silent. */
const LOOK_AGAIN = 15_000;
/** A room without people is kept for those who load the page again. */
const LINGER = 10_000;
const CHAT = 50;
const SHOUTS = 12;

export type Room = {
  /** What the page begins with. */
  first(): Promise<First>;
  /** `from`: what was said until then is known there. */
  join(line: Line, who: Someone | undefined, from: Position | undefined): Promise<void>;
  close(): void;
};
export type First = { state: LiveState; chat: Remark[]; shouts: Remark[]; crowd: Crowd; time: string };

type Options = { web: Web; home: Home; crowds: Crowds; key: string; empty(): void };

export async function openRoom({ web, home, crowds, key, empty }: Options): Promise<Room> {
  const lines = new Map<Line, Position>();
  let timer: NodeJS.Timeout | undefined;
  let leaving: NodeJS.Timeout | undefined;
  let busy = false;
  let dirty = false;
  let closed = false;
  let said: string[] = [];
  let hidden: string[] = [];

  const shown: Record<string, string> = {};
  let state = await readState();
  const { from: began, leave } = await soon(
    web.tails.listen(home.database, home.workspaceId, { take, end: () => end() }),
  );
  let at: Position = began;
  const again = setInterval(() => touch(), LOOK_AGAIN);
  again.unref();

  async function readState(): Promise<LiveState> {
    const read = await asNobody(web, home, (act) => liveState(act, home.channel));
    if (!read) throw new Error("The channel is gone.");
    for (const [name, part] of Object.entries(read)) shown[name] = JSON.stringify(part);
    return read;
  }

  function send(name: string, data: unknown): void {
    const text = `id: ${at.tx}-${at.seq}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const line of [...lines.keys()]) line.write(text);
  }

  function take(events: readonly TailEvent[]): void {
    for (const event of events) {
      at = positionOf(event);
      const { payload } = event;
      if (payload.channel !== home.channel) continue;
      if (event.name === remarkSaid.name) said.push(String(payload.remark));
      else if (event.name === remarkHidden.name) hidden.push(String(payload.remark));
      else dirty = true;
    }
    if (dirty || said.length > 0 || hidden.length > 0) touch(false);
  }

  function touch(all = true): void {
    if (all) dirty = true;
    if (!busy && !closed) timer ??= setTimeout(() => void refresh(), GATHER);
  }

  async function refresh(): Promise<void> {
    timer = undefined;
    busy = true;
    const [ids, gone, look] = [said, hidden, dirty];
    [said, hidden, dirty] = [[], [], false];
    try {
      if (ids.length > 0) await sayNew(ids);
      if (gone.length > 0) send("hidden", { ids: gone });
      if (look) await showNew();
    } catch (err) {
      web.house.log.debug({ err }, "a live page could not be read; trying again");
      said.unshift(...ids);
      dirty ||= look;
      setTimeout(() => touch(false), 1_000).unref();
    }
    busy = false;
    if (dirty || said.length > 0 || hidden.length > 0) touch(false);
  }

  async function sayNew(ids: readonly string[]): Promise<void> {
    const items = await inWorkspace(home.database, home.workspaceId, (tx) => remarksOf(tx, ids));
    for (const { person } of items) crowds.wrote(key, person);
    if (items.length > 0) send("said", { items });
  }

  /** Only the parts that are other than they were. */
  async function showNew(): Promise<void> {
    const before = { ...shown };
    state = await readState();
    const news = Object.entries(state).filter(([name]) => shown[name] !== before[name]);
    if (news.length > 0) send("state", { ...Object.fromEntries(news), time: web.house.sources.now().toISOString() });
  }

  const hears = {
    crowd: (crowd: Crowd) => send("crowd", crowd),
    reactions: (counts: Record<string, number>) => send("reactions", counts),
  };

  async function first(crowd: Crowd): Promise<First> {
    const [chat, shouts] = await inWorkspace(home.database, home.workspaceId, (tx) =>
      Promise.all([latest(tx, home.channel, "chat", CHAT), latest(tx, home.channel, "shout", SHOUTS)]),
    );
    return { state, chat, shouts, crowd, time: web.house.sources.now().toISOString() };
  }

  /** What was said and hidden since; undefined: too much, the page begins anew. */
  async function since(from: Position, until: Position) {
    if (!isAfter(until, from)) return { items: [], ids: [] };
    const { events, full } = await readAfter(home.database, home.workspaceId, from, until);
    if (full) return undefined;
    const of = (name: string) =>
      events.filter((e) => e.name === name && e.payload.channel === home.channel).map((e) => String(e.payload.remark));
    const items = await inWorkspace(home.database, home.workspaceId, (tx) => remarksOf(tx, of(remarkSaid.name)));
    return { items, ids: of(remarkHidden.name) };
  }

  function end(): void {
    closed = true;
    clearTimeout(timer);
    clearTimeout(leaving);
    clearInterval(again);
    for (const line of [...lines.keys()]) line.close();
    leave();
    empty();
  }

  return {
    first: () => first(crowds.crowd(key)),
    close: end,
    async join(line, who, from) {
      clearTimeout(leaving);
      const visit = crowds.enter(key, hears, who);
      line.atEnd(() => {
        visit.leave();
        lines.delete(line);
        if (lines.size === 0 && !closed) leaving = setTimeout(end, LINGER).unref();
      });
      // From here on it hears what comes; what was before is read, and told as of then. The page knows each remark by its id.
      const until = at;
      lines.set(line, until);
      const missed = from && (await since(from, until));
      const time = web.house.sources.now().toISOString();
      const hello = missed ? { state, crowd: visit.crowd(), time, missed } : await first(visit.crowd());
      line.write(`id: ${until.tx}-${until.seq}\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);
    },
  };
}

const LOOK_MS = 5_000;

/** Reads as nobody: what everyone may see. */
function asNobody<T>(web: Web, { database, workspaceId }: Home, look: (act: Act) => Promise<T>): Promise<T> {
  return inWorkspace(database, workspaceId, async (tx) => {
    await rawOf(tx)`
      select set_config('statement_timeout', ${String(LOOK_MS)}, true), set_config('transaction_read_only', 'on', true)`;
    const runId = web.house.sources.newId();
    const { act } = await jobAct(web.house, { database, tx }, { workspaceId, personId: null, runId });
    return look(act);
  });
}
