// GET /live/{channel}: the page, and all it shows, over one stream. Whoever is signed in may also react and be seen typing;
// votes, requests, shouts and chat are commands, sent as everywhere.
import { CROWD_CHANNEL, isReaction, openCrowds, type Someone, type Told } from "../../core/community/index.ts";
import { refuse } from "../../core/problem.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type Ear, openEar } from "../../db/ear.ts";
import { readBody } from "./body.ts";
import { caller, csrfOf, identify, pace, soon, tooMany } from "./identify.ts";
import { listenPage } from "./listen-files.ts";
import { countListeners } from "./listeners.ts";
import { type Home, type Homes, openHomes } from "./live-home.ts";
import { openRoom, type Room } from "./live-room.ts";
import { openLine } from "./stream.ts";
import type { Position } from "./tail.ts";
import { type App, type Ctx, isHead, route, type Web, type Who } from "./web.ts";

const HEARTBEAT = 15_000;
/** Of one address: a school or an office has many people behind one. Of one process: memory is the limit. */
const MOST_OWN = 300;
const MOST_ALL = 4_000;

const STREAM = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

export type Stage = {
  homes: Homes;
  crowds: ReturnType<typeof openCrowds>;
  room(home: Home): Promise<Room>;
};

const keyOf = ({ workspaceId, channel }: Pick<Home, "workspaceId" | "channel">) => `${workspaceId} ${channel}`;

/** Rooms and the ears for other processes, opened with the first page: a process that shows none pays nothing. */
export function openStage(web: Web): Stage {
  const rooms = new Map<string, Promise<Room>>();
  const where = new Map<string, Home>();
  const ears: Ear[] = [];
  let beat: NodeJS.Timeout | undefined;
  const tell = (told: Told) => {
    const { client } = where.get(told.room)?.database ?? {};
    if (client) client`select pg_notify(${CROWD_CHANNEL}, ${JSON.stringify(told)})`.then(undefined, () => undefined);
  };
  const crowds = openCrowds({ self: web.house.sources.newId(), tell, elapsed: web.elapsed });
  const start = () => {
    if (beat) return;
    beat = setInterval(crowds.beat, crowds.gather);
    beat.unref();
    const heard = (payload: string) => crowds.told(JSON.parse(payload) as Told);
    for (const database of web.house.databases) ears.push(openEar(database, { channel: CROWD_CHANNEL, heard }));
  };
  const stop = () => {
    clearInterval(beat);
    beat = undefined;
    for (const ear of ears.splice(0)) void ear.close();
  };
  return {
    homes: openHomes(web),
    crowds,
    room(home) {
      start();
      const key = keyOf(home);
      where.set(key, home);
      let room = rooms.get(key);
      if (!room) {
        const empty = () => {
          rooms.delete(key);
          if (rooms.size === 0) stop();
        };
        room = openRoom({ web, home, crowds, key, empty });
        rooms.set(key, room);
        room.catch(empty);
      }
      return room;
    },
  };
}

export function livePage(app: App, web: Web, stage: Stage): void {
  const open = new Map<string, number>();
  let all = 0;
  const listeners = countListeners(app, web, stage);
  const page = listenPage();
  page.files(app);
  route(app, "/live/:channel", {
    GET: async (c) => {
      pace(web, "address", c.var.address);
      const home = await homeOf(stage, c);
      const room = await soon(stage.room(home));
      const [first, who] = await soon(Promise.all([room.first(), guest(web, c, home)]));
      listeners.give(c, who?.personId);
      return page.show(c, { ...first, me: who && (await meOf(web, who)) });
    },
  });
  route(app, "/live/:channel/events", {
    GET: async (c) => {
      pace(web, "address", c.var.address);
      const home = await homeOf(stage, c);
      if (isHead(c)) return c.body(null, 200, STREAM);
      const { address } = c.var;
      const own = open.get(address) ?? 0;
      if (own >= MOST_OWN || all >= MOST_ALL) throw tooMany(10);
      open.set(address, own + 1);
      all++;
      const line = openLine();
      line.atEnd(() => {
        const rest = (open.get(address) ?? 1) - 1;
        if (rest > 0) open.set(address, rest);
        else open.delete(address);
        all--;
      });
      try {
        const who = await guest(web, c, home);
        const room = await soon(stage.room(home));
        line.write("retry: 2000\n: welcome\n\n");
        const pulse = setInterval(() => line.write(": still here\n\n"), HEARTBEAT);
        pulse.unref();
        line.atEnd(() => clearInterval(pulse));
        c.req.raw.signal.addEventListener("abort", line.close, { once: true });
        await soon(room.join(line, who && someoneOf(await meOf(web, who)), positionIn(c)));
      } catch (error) {
        line.close();
        throw error;
      }
      return new Response(line.body, { headers: STREAM });
    },
  });
  route(app, "/live/:channel/react", {
    POST: async (c) => {
      const { home, who } = await member(web, stage, c);
      const { reaction } = await readBody(c);
      if (!isReaction(reaction)) throw refuse("options", "This reaction is not one of ours.");
      stage.crowds.react(keyOf(home), reaction);
      listeners.reacted(home, who.personId);
      return c.body(null, 204);
    },
  });
  route(app, "/live/:channel/typing", {
    POST: async (c) => {
      const { home, who } = await member(web, stage, c);
      const typist = someoneOf(await meOf(web, who));
      stage.crowds.typing(keyOf(home), typist);
      return c.body(null, 204);
    },
  });
}

async function homeOf(stage: Stage, c: Ctx): Promise<Home> {
  const home = await stage.homes.find(c.req.param("channel") ?? "");
  if (!home) throw refuse("missing", "There is nothing at {path}.", { path: c.req.path.slice(0, 200) });
  return home;
}

/** Whoever is signed in here; one of another workspace, or with an old cookie, is a guest. */
async function guest(web: Web, c: Ctx, home: Home): Promise<Who | undefined> {
  const who = await identify(web, c).catch(() => undefined);
  return who?.workspaceId === home.workspaceId ? who : undefined;
}

async function member(web: Web, stage: Stage, c: Ctx): Promise<{ home: Home; who: Who }> {
  const who = await caller(web, c);
  const home = await homeOf(stage, c);
  if (who.workspaceId !== home.workspaceId) throw refuse("role", "Only people of this channel's workspace do that.");
  return { home, who };
}

type Me = Someone & { role: string; csrf?: string };
/** What others may know. */
const someoneOf = ({ id, name }: Me): Someone => ({ id, name });

async function meOf(web: Web, who: Who): Promise<Me> {
  const [row] = await soon(
    inWorkspace(
      who.database,
      who.workspaceId,
      (tx) => rawOf(tx)<{ id: string; name: string; role: string }[]>`
        select id, name, role from person where id = ${who.personId} and erased_at is null`,
    ),
  );
  if (!row) throw refuse("unknown-caller", "This account is not known here any more.");
  return { ...row, ...(who.sessionId ? { csrf: csrfOf(web, who.sessionId) } : {}) };
}

/** A position that is not ours is none: the page begins anew, which is never wrong. */
function positionIn(c: Ctx): Position | undefined {
  const [, tx, seq] = /^(\d{1,19})-(\d{1,18})$/.exec(c.req.header("last-event-id") ?? "") ?? [];
  return tx && seq ? { tx: BigInt(tx), seq: BigInt(seq) } : undefined;
}
