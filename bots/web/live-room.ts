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
const AFTER_FAULT = 1_000;
const CHAT = 50;
const SHOUTS = 12;

export type Room = {
  /** What the page begins with. */
  first(): Promise<First>;
  /** `from`: what was said until then is known there. */
  join(line: Line, who: Someone | undefined, from: Position | undefined): Promise<void>;
};
export type First = { state: LiveState; chat: Remark[]; shouts: Remark[]; crowd: Crowd; time: string };

type Options = { web: Web; home: Home; crowds: Crowds; key: string; empty(): void };
/** All that a room holds. */
type Hall = Options & {
  lines: Set<Line>;
  state: LiveState;
  at: Position;
  /** What came since the last look: remarks said, remarks hidden, and whether anything else moved. */
  said: string[];
  hidden: string[];
  moved: boolean;
  busy: boolean;
  closed: boolean;
  timer?: NodeJS.Timeout | undefined;
  leaving?: NodeJS.Timeout | undefined;
};

export async function openRoom(options: Options): Promise<Room> {
  const { web, home, crowds, key } = options;
  const fresh = { said: [], hidden: [], moved: false, busy: false, closed: false };
  const began = { tx: 0n, seq: 0n };
  const hall: Hall = { ...options, ...fresh, lines: new Set(), state: await readState(web, home), at: began };
  const tail = await soon(
    web.tails.listen(home.database, home.workspaceId, { take: (events) => take(hall, events), end: () => end() }),
  );
  if (hall.at.tx === 0n) hall.at = tail.from;
  // What moved between the two: it is read once more.
  touch(hall);
  const again = setInterval(() => touch(hall), LOOK_AGAIN).unref();
  function end(): void {
    hall.closed = true;
    clearTimeout(hall.timer);
    clearTimeout(hall.leaving);
    clearInterval(again);
    for (const line of [...hall.lines]) line.close();
    tail.leave();
    hall.empty();
  }
  return {
    first: () => first(hall, crowds.crowd(key)),
    join: (line, who, from) => join(hall, end, { line, who, from }),
  };
}

const position = ({ tx, seq }: Position) => `${tx}-${seq}`;

function send(hall: Hall, name: string, data: unknown): void {
  const text = `id: ${position(hall.at)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const line of [...hall.lines]) line.write(text);
}

function take(hall: Hall, events: readonly TailEvent[]): void {
  for (const event of events) {
    hall.at = positionOf(event);
    const { payload } = event;
    if (payload.channel !== hall.home.channel) continue;
    if (event.name === remarkSaid.name) hall.said.push(String(payload.remark));
    else if (event.name === remarkHidden.name) hall.hidden.push(String(payload.remark));
    else hall.moved = true;
  }
  lookSoon(hall);
}

function touch(hall: Hall): void {
  hall.moved = true;
  lookSoon(hall);
}

function lookSoon(hall: Hall): void {
  const { moved, said, hidden, busy, closed } = hall;
  if (!busy && !closed && (moved || said.length > 0 || hidden.length > 0))
    hall.timer ??= setTimeout(() => void look(hall), GATHER);
}

async function look(hall: Hall): Promise<void> {
  const { said, hidden, moved } = hall;
  Object.assign(hall, { timer: undefined, busy: true, said: [], hidden: [], moved: false });
  let after = 0;
  try {
    if (said.length > 0) await showSaid(hall, said);
    if (hidden.length > 0) send(hall, "hidden", { ids: hidden });
    if (moved) await showState(hall);
  } catch (err) {
    hall.web.house.log.debug({ err }, "a live page could not be read; trying again");
    hall.said.unshift(...said);
    hall.hidden.unshift(...hidden);
    hall.moved ||= moved;
    after = AFTER_FAULT;
  }
  hall.busy = false;
  if (after > 0) setTimeout(() => lookSoon(hall), after).unref();
  else lookSoon(hall);
}

async function showSaid(hall: Hall, ids: readonly string[]): Promise<void> {
  const items = await remarksIn(hall.home, ids);
  for (const { person } of items) hall.crowds.wrote(hall.key, person);
  if (items.length > 0) send(hall, "said", { items });
}

/** Only the parts that are other than they were. */
async function showState(hall: Hall): Promise<void> {
  const before = hall.state;
  hall.state = await readState(hall.web, hall.home);
  const same = (name: string) =>
    JSON.stringify(before[name as keyof LiveState]) === JSON.stringify(hall.state[name as keyof LiveState]);
  const news = Object.entries(hall.state).filter(([name]) => !same(name));
  if (news.length > 0) send(hall, "state", { ...Object.fromEntries(news), time: timeOf(hall) });
}

const timeOf = ({ web }: Hall): string => web.house.sources.now().toISOString();

async function first(hall: Hall, crowd: Crowd): Promise<First> {
  const { database, workspaceId, channel } = hall.home;
  const [chat, shouts] = await inWorkspace(database, workspaceId, (tx) =>
    Promise.all([latest(tx, channel, "chat", CHAT), latest(tx, channel, "shout", SHOUTS)]),
  );
  return { state: hall.state, chat, shouts, crowd, time: timeOf(hall) };
}

/** What was said and hidden since; undefined: too much, the page begins anew. */
async function since({ home }: Hall, from: Position, until: Position) {
  if (!isAfter(until, from)) return { items: [], ids: [] };
  const { events, full } = await readAfter(home.database, home.workspaceId, from, until);
  if (full) return undefined;
  const of = (name: string) =>
    events.filter((e) => e.name === name && e.payload.channel === home.channel).map((e) => String(e.payload.remark));
  return { items: await remarksIn(home, of(remarkSaid.name)), ids: of(remarkHidden.name) };
}

type Joining = { line: Line; who: Someone | undefined; from: Position | undefined };

/** Hears what comes from here on; what was before is read as of then. The page knows each remark by its id. */
async function join(hall: Hall, end: () => void, { line, who, from }: Joining): Promise<void> {
  const { crowds, key, lines } = hall;
  clearTimeout(hall.leaving);
  const visit = crowds.enter(key, hearsOf(line), who);
  line.atEnd(() => {
    visit.leave();
    lines.delete(line);
    if (lines.size === 0 && !hall.closed) hall.leaving = setTimeout(end, LINGER).unref();
  });
  const until = hall.at;
  lines.add(line);
  const missed = from && (await since(hall, from, until));
  const hello = missed
    ? { state: hall.state, crowd: visit.crowd(), time: timeOf(hall), missed }
    : await first(hall, visit.crowd());
  line.write(`id: ${position(until)}\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);
}

const hearsOf = (line: Line) => ({
  crowd: (crowd: Crowd) => line.write(`event: crowd\ndata: ${JSON.stringify(crowd)}\n\n`),
  reactions: (counts: Record<string, number>) => line.write(`event: reactions\ndata: ${JSON.stringify(counts)}\n\n`),
});

const remarksIn = ({ database, workspaceId }: Home, ids: readonly string[]): Promise<Remark[]> =>
  inWorkspace(database, workspaceId, (tx) => remarksOf(tx, ids));

async function readState(web: Web, home: Home): Promise<LiveState> {
  const read = await asNobody(web, home, (act) => liveState(act, home.channel));
  if (!read) throw new Error("The channel is gone.");
  return read;
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
