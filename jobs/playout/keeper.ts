// Keeps every channel that is wanted on the air: takes the lease of each that nobody plays, renews those that it has, and
// gives up what it must. It hears at once when something is wanted, and looks by itself too.
import {
  freeLease,
  holders,
  LostLease,
  renewLease,
  report,
  STREAMS_CHANNEL,
  takeLease,
  type Wanted,
  wanted,
} from "../../core/streams/index.ts";
import { openEar } from "../../db/ear.ts";
import { workspaceIds } from "../../db/workspaces.ts";
import { type Kept, keepChannel } from "./channel.ts";
import { asHouse, type Ground, type Home } from "./ground.ts";

export type Keeper = {
  /** Channels that it plays. */
  playing(): number;
  /** Looks everywhere, now. */
  look(): Promise<void>;
  stop(): Promise<void>;
};

/** Leases last ten seconds: four renewals may fail. */
const RENEW_MS = 2_000;
const LOOK_MS = 500;
const SOON_MS = 50;
/** Where nothing is wanted, only so often: whoever wants something is heard at once. */
const EVERYWHERE_MS = 15_000;
/** A database that cannot be reached says nothing about who has the channel: listeners should not suffer for it. */
const ALONE_MS = 60_000;

/** A host is a machine's name and a process of it. One of this machine that is not there any more cannot come back. */
function gone(other: string, own: string): boolean {
  const [, machine, pid] = /^(.+):(\d+)$/.exec(other) ?? [];
  if (machine === undefined || machine !== /^(.+):\d+$/.exec(own)?.[1]) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

type Room = Home & {
  kept: Map<string, Kept>;
  /** Anything is wanted in it. */
  busy: boolean;
  renewedAt: number;
  dueAt: number;
  looking: Promise<void> | undefined;
  again: Promise<void> | undefined;
};

const emptyRoom = (home: Home, now: number): Room => ({
  ...home,
  kept: new Map(),
  busy: false,
  renewedAt: now,
  dueAt: 0,
  looking: undefined,
  again: undefined,
});

export function startKeeper(ground: Ground): Keeper {
  const { house, elapsed } = ground;
  const rooms = new Map<string, Room>();
  let [everywhere, over] = [Number.NEGATIVE_INFINITY, false];

  const roomOf = (home: Home): Room => {
    const key = `${home.database.name} ${home.workspaceId}`;
    const room = rooms.get(key) ?? emptyRoom(home, elapsed());
    rooms.set(key, room);
    return room;
  };
  const visit = (room: Room): Promise<void> => {
    // A look that began before may have missed what just changed: another follows it.
    if (room.looking) {
      room.again ??= room.looking.then(() => {
        room.again = undefined;
        return visit(room);
      });
      return room.again;
    }
    room.looking = lookAt(ground, room, () => over).finally(() => {
      room.looking = undefined;
    });
    return room.looking;
  };

  async function lookEverywhere(): Promise<void> {
    everywhere = elapsed();
    for (const database of house.databases) {
      try {
        for (const workspaceId of await workspaceIds(database)) await visit(roomOf({ database, workspaceId }));
      } catch (err) {
        house.log.warn({ err, database: database.name }, "the channels of a database could not be looked at");
      }
    }
    if ([...rooms.values()].every((room) => !room.busy)) await ground.cool();
  }

  const ears = house.databases.map((database) =>
    openEar(database, {
      channel: STREAMS_CHANNEL,
      heard: (workspaceId) => void visit(roomOf({ database, workspaceId })),
      // Something may have been missed.
      ready: () => void lookEverywhere(),
    }),
  );
  const beat = () => {
    if (elapsed() - everywhere >= EVERYWHERE_MS) void lookEverywhere();
    for (const room of rooms.values()) {
      for (const kept of room.kept.values()) void kept.look();
      if (room.busy && elapsed() >= room.dueAt) void visit(room);
    }
    callOff = ground.later(LOOK_MS, beat);
  };
  let callOff = ground.later(LOOK_MS, beat);

  return {
    playing: () => [...rooms.values()].reduce((sum, room) => sum + room.kept.size, 0),
    look: lookEverywhere,
    async stop() {
      over = true;
      callOff();
      for (const ear of ears) ear.close();
      await Promise.all([...rooms.values()].map((room) => room.again ?? room.looking));
      await Promise.all(
        [...rooms.values()].flatMap((room) =>
          [...room.kept.values()].map((kept) => giveUp(ground, room, kept, "drop")),
        ),
      );
    },
  };
}

/** One look at a workspace: what is wanted, which of it is ours, which can be. */
async function lookAt(ground: Ground, room: Room, over: () => boolean): Promise<void> {
  const { house, elapsed, host } = ground;
  const began = elapsed();
  try {
    const { all, held, taken, firstMs } = await asHouse(ground, room, async (act) => {
      const all = await wanted(act);
      const held = new Set<string>();
      const taken = new Map<string, number>();
      const others = await holders(act, host);
      const dead = others.hosts.filter((other) => gone(other, host));
      for (const { id } of all) {
        const kept = room.kept.get(id);
        if (kept && !kept.lost() && (await renewLease(act, id, host, kept.token))) held.add(id);
        else if (!kept && !over()) {
          const token = await takeLease(act, id, host, dead);
          if (token !== undefined) taken.set(id, token);
        }
      }
      return { all, held, taken, firstMs: others.firstMs };
    });
    room.renewedAt = began;
    room.busy = all.length > 0;
    // Whoever comes after another host comes at once: not at its own next turn.
    room.dueAt = Math.min(began + RENEW_MS, elapsed() + (firstMs ?? RENEW_MS) + SOON_MS);
    if (all.some(({ id }) => !held.has(id) && !taken.has(id))) ground.warm();
    await part(ground, room, all, held);
    for (const channel of all) {
      const token = taken.get(channel.id);
      if (token !== undefined && !over()) room.kept.set(channel.id, keepChannel(ground, room, channel, token));
      else room.kept.get(channel.id)?.want(channel);
    }
  } catch (err) {
    room.dueAt = elapsed() + LOOK_MS;
    house.log.warn({ err, workspace: room.workspaceId }, "the leases of a workspace could not be renewed");
    if (elapsed() - room.renewedAt < ALONE_MS) return;
    for (const kept of [...room.kept.values()]) await end(room, kept, "drop");
  }
}

/** From those that are not wanted any more, and those that another host has. */
async function part(ground: Ground, room: Room, all: readonly Wanted[], held: ReadonlySet<string>): Promise<void> {
  const wantedIds = new Set(all.map((w) => w.id));
  for (const kept of [...room.kept.values()]) {
    if (!wantedIds.has(kept.channel)) await giveUp(ground, room, kept, "end");
    else if (!held.has(kept.channel)) await giveUp(ground, room, kept, "drop");
  }
}

async function end(room: Room, kept: Kept, how: "end" | "drop"): Promise<void> {
  room.kept.delete(kept.channel);
  await kept.stop(how);
}

/** Ends it here. What is not wanted is at rest; what another host shall have, it may take at once. */
async function giveUp(ground: Ground, room: Room, kept: Kept, how: "end" | "drop"): Promise<void> {
  await end(room, kept, how);
  if (kept.lost()) return;
  const { channel, token } = kept;
  try {
    await asHouse(ground, room, async (act) => {
      if (how === "end")
        await report(act, { channel, token, status: "off", at: act.now, sounding: false }).catch((err: unknown) => {
          if (!(err instanceof LostLease)) throw err;
        });
      await freeLease(act, channel, token);
    });
  } catch (err) {
    ground.house.log.warn({ err, channel }, "a lease could not be given up: it ends by itself");
  }
}
