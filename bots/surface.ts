// What a chat platform is to us. A surface is a folder beside this file whose `connect.ts` exports `surface`; its heavy
// libraries are imported inside the functions here, so that a platform without a token costs nothing.
import type { Place } from "../core/act.ts";
import type { Registry } from "../core/command/index.ts";
import type { House } from "../core/house.ts";
import type { Envelope, Received, Speaker } from "../core/inbox/index.ts";
import type { Sender } from "../core/outbox/index.ts";
import type { Step } from "../core/registration/index.ts";
import type { Painter } from "../core/view/chart/index.ts";
import type { Entered, Visitor } from "../core/workspace/index.ts";
import type { Read } from "./settings.ts";

/** What a surface is given. It never sees the database. */
export type Door = {
  house: House;
  /** Keeps the message durably, then it is worked off. `repeats`: the platform sends again what we do not take. */
  receive(envelope: Envelope, how?: { repeats?: boolean }): Promise<Received>;
  /** What a person said with another part of the same album, whichever process heard it: its hint `album` has the words. */
  saidWith(speaker: Speaker, album: string): Promise<string | undefined>;
  /** News of a chat itself: it has another id, we were thrown out, or let in again. */
  moved(place: Place, to: string): Promise<void>;
  closed(place: Place): Promise<void>;
  opened(place: Place): Promise<void>;
  /** Who speaks, for what is asked before a command is sent: completion, menus, home pages. */
  enter(visitor: Visitor): Promise<Entered>;
  /** Pictures of charts, for platforms that are sent the bytes. */
  painter: Painter;
  /** The public address, for links and webhooks; unset: none. */
  baseUrl: URL | undefined;
};

/** A webhook request as it came: signatures are over these very bytes. */
export type Hook = { method: string; headers: Headers; body: Buffer; query: URLSearchParams };
export type HookAnswer = { status: number; headers?: Record<string, string>; body?: string };

export type Connection = {
  /** One line for the terminal: which bot, and how it hears. */
  line: string;
  /** Proves that we hear, not only that we run: the last sign of life was a moment ago. */
  alive(): boolean;
  stop(milliseconds: number): Promise<void>;
};

/** What one connected surface can do. Each is there or not, by what was set. */
export type Bot = {
  /** Sends what waits in the outbox. */
  sender: Sender;
  /** Listens by itself: a socket or long polling. */
  listen?(door: Door): Promise<Connection>;
  /** The files that a message names, fetched when its turn comes. Undefined: it names none. It never fails. */
  fetch?(envelope: Envelope): Promise<Envelope> | undefined;
  /** Answers webhooks at /hooks/{name}. */
  hook?(door: Door): (request: Hook) => Promise<HookAnswer>;
  /**
   * Native registration: what would change at the platform, and the change itself. Never on the start path. One command
   * that the platform refuses is a step of its own and stops no other; nothing is removed before the rest is there.
   */
  register?(commands: Registry, apply: boolean): Promise<Step[]>;
  /** What `npm run doctor` looks at. It throws nothing: a platform that is away is a finding too. */
  examine?(about: Around): Promise<Finding[]>;
};

export type { Step };
export type Finding = { ok: boolean; what: string; mend?: string };

/** What a platform may be told of our surroundings: the public address, where webhooks are at `/hooks/{name}`. */
export type Around = { baseUrl: URL | undefined };

/** What a bot is made with. No database: its token can be checked, and its commands registered, without one. */
export type Kit = Pick<House, "commands" | "sources" | "log" | "meter" | "files" | "bucket"> & {
  /** A folder for what a bot must know after a restart, shared by the processes of this machine. */
  keep?: string;
};

export type Surface<S = unknown> = {
  name: string;
  /** Its variables; undefined when it has no token. */
  settings(read: Read): S | undefined;
  /** All that the platform is told of our commands, as text. Needs no token; equal text has nothing to register. */
  manifest?(commands: Registry, about: Around): string;
  /** An address at the platform that anybody may open: its answer's Date header tells the time there. */
  address?(settings: S): string;
  open(settings: S, kit: Kit): Promise<Bot>;
};

export const surface = <S>(declared: Surface<S>): Surface => declared as Surface;
