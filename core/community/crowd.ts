// Who is on a channel's live page now, who types, and what they react with: never a row. Each web process knows its own
// people and tells the others, gathered, over one notice of the database; what another process said is forgotten when
// it falls silent.
export const REACTIONS = ["❤️", "🔥", "👏", "😍", "😂", "🎶", "🌙", "🚀"] as const;
export type Reaction = (typeof REACTIONS)[number];
export const isReaction = (text: unknown): text is Reaction => REACTIONS.includes(text as Reaction);

/** Over which notice processes tell each other. A payload has 8,000 bytes (PostgreSQL's NOTIFY). */
export const CROWD_CHANNEL = "impresario_crowd";
/** What is gathered before others are told. */
const GATHER = 300;
/** People are told of again this often, and forgotten after three times of silence. */
const AGAIN = 20_000;
const SILENT = 65_000;
/** Someone who types says so every two seconds. */
const TYPES = 4_000;
const NAMED = 24;
const TYPING = 5;

export type Someone = { id: string; name: string };
export type Crowd = {
  /** Pages that are open, and how many listen to the sound. */
  viewers: number;
  listeners: number;
  people: Someone[];
  typing: Someone[];
};
export type Told = {
  from: string;
  room: string;
  here?: { viewers: number; listeners: number; people: Someone[] } | undefined;
  typing?: Someone[] | undefined;
  reactions?: Record<string, number> | undefined;
};
export type Hears = { crowd(now: Crowd): void; reactions(counts: Record<string, number>): void };

type Other = { at: number; viewers: number; listeners: number; people: Someone[] };
type Room = {
  hears: Set<Hears>;
  own: Map<number, Someone | undefined>;
  listeners: number;
  others: Map<string, Other>;
  typing: Map<string, { who: Someone; until: number }>;
  fresh: { here: boolean; typing: Map<string, Someone>; reactions: Map<string, number> };
  shown: string;
  toldAt: number;
};

export type CrowdsOptions = {
  self: string;
  /** Tells the other processes. It may be lost. */
  tell(told: Told): void;
  /** Milliseconds that never go back. */
  elapsed(): number;
};

export type Crowds = ReturnType<typeof openCrowds>;

const newRoom = (): Room => ({
  hears: new Set(),
  own: new Map(),
  listeners: 0,
  others: new Map(),
  typing: new Map(),
  fresh: { here: true, typing: new Map(), reactions: new Map() },
  shown: "",
  toldAt: Number.NEGATIVE_INFINITY,
});

function crowdOf(room: Room): Crowd {
  const others = [...room.others.values()];
  const people = new Map<string, Someone>();
  for (const one of [...room.own.values(), ...others.flatMap((o) => o.people)]) if (one) people.set(one.id, one);
  const sum = (own: number, of: (o: Other) => number) => others.reduce((all, o) => all + of(o), own);
  return {
    viewers: sum(room.own.size, (o) => o.viewers),
    listeners: sum(room.listeners, (o) => o.listeners),
    people: [...people.values()].slice(0, NAMED),
    typing: [...room.typing.values()].map((t) => t.who).slice(0, TYPING),
  };
}

function show(room: Room): void {
  const crowd = crowdOf(room);
  const shown = JSON.stringify(crowd);
  if (shown === room.shown) return;
  room.shown = shown;
  for (const one of room.hears) one.crowd(crowd);
}

const ownPeople = (room: Room): Someone[] => [
  ...new Map([...room.own.values()].flatMap((one) => (one ? [[one.id, one] as const] : []))).values(),
];

/** What was gathered for the others since the last time; undefined: nothing. The own people see the reactions now, too. */
function gathered(self: string, key: string, room: Room, now: number): Told | undefined {
  const { fresh } = room;
  const here = fresh.here || (room.own.size > 0 && now - room.toldAt > AGAIN);
  if (!here && fresh.typing.size === 0 && fresh.reactions.size === 0) return undefined;
  if (here) room.toldAt = now;
  room.fresh = { here: false, typing: new Map(), reactions: new Map() };
  const counts = Object.fromEntries(fresh.reactions);
  if (fresh.reactions.size > 0) for (const one of room.hears) one.reactions(counts);
  const people = ownPeople(room).slice(0, NAMED);
  return {
    from: self,
    room: key,
    ...(here ? { here: { viewers: room.own.size, listeners: room.listeners, people } } : {}),
    ...(fresh.typing.size > 0 ? { typing: [...fresh.typing.values()].slice(0, TYPING) } : {}),
    ...(fresh.reactions.size > 0 ? { reactions: counts } : {}),
  };
}

function forget(room: Room, now: number): void {
  for (const [id, other] of room.others) if (now - other.at > SILENT) room.others.delete(id);
  for (const [id, typist] of room.typing) if (typist.until <= now) room.typing.delete(id);
}

function hear(room: Room, { from, here, typing = [], reactions }: Told, now: number): void {
  // Who is new among the processes has heard of nobody yet.
  if (here && !room.others.has(from)) room.fresh.here = true;
  if (here) room.others.set(from, { at: now, ...here });
  for (const who of typing) room.typing.set(who.id, { who, until: now + TYPES });
  if (reactions) for (const one of room.hears) one.reactions(reactions);
  show(room);
}

function leave(room: Room, visit: number, hears: Hears, who: Someone | undefined): void {
  room.own.delete(visit);
  room.hears.delete(hears);
  room.fresh.here = true;
  if (who && ![...room.own.values()].some((one) => one?.id === who.id)) room.typing.delete(who.id);
}

/** `beat` is to be called every `gather` milliseconds while anybody is there. */
export function openCrowds({ self, tell, elapsed }: CrowdsOptions) {
  const rooms = new Map<string, Room>();
  let visits = 0;
  const roomOf = (key: string): Room => {
    const room = rooms.get(key) ?? newRoom();
    rooms.set(key, room);
    return room;
  };
  return {
    gather: GATHER,
    /** Somebody opened the page; undefined: nobody we know. `hears` is one visit's own. */
    enter(key: string, hears: Hears, who: Someone | undefined): { leave(): void; crowd(): Crowd } {
      const room = roomOf(key);
      const visit = ++visits;
      room.own.set(visit, who);
      room.hears.add(hears);
      room.fresh.here = true;
      return { crowd: () => crowdOf(room), leave: () => leave(room, visit, hears, who) };
    },
    crowd: (key: string): Crowd => crowdOf(rooms.get(key) ?? newRoom()),
    typing(key: string, who: Someone): void {
      const room = roomOf(key);
      room.typing.set(who.id, { who, until: elapsed() + TYPES });
      room.fresh.typing.set(who.id, who);
    },
    /** Said: they type no more. */
    wrote: (key: string, person: string): void => void rooms.get(key)?.typing.delete(person),
    react(key: string, reaction: Reaction): void {
      const { reactions } = roomOf(key).fresh;
      reactions.set(reaction, (reactions.get(reaction) ?? 0) + 1);
    },
    /** How many listen to the sound at this process. */
    listeners(key: string, count: number): void {
      const room = count > 0 ? roomOf(key) : rooms.get(key);
      if (!room || room.listeners === count) return;
      room.listeners = count;
      room.fresh.here = true;
    },
    /** Another process told. */
    told(told: Told): void {
      const room = rooms.get(told.room);
      if (room && told.from !== self) hear(room, told, elapsed());
    },
    /** Tells what was gathered, and forgets who is silent. */
    beat(): void {
      const now = elapsed();
      for (const [key, room] of rooms) {
        forget(room, now);
        const told = gathered(self, key, room, now);
        if (told) tell(told);
        show(room);
        if (room.own.size === 0 && room.listeners === 0) rooms.delete(key);
      }
    },
  };
}
