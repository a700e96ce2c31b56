// What a platform is to the contract suite: an emulator of it, driven and looked at in a user's terms. A surface is found
// by its driver, a file in `drivers/`; it is done when every behaviour of the suite holds through it.
import { readdirSync } from "node:fs";
import type { Paint } from "./paint.ts";

/** How the platform reaches the bot: it calls us, or we keep a connection to it. */
export type Way = "webhook" | "socket";

export type Who = { id: string; name: string; locale: string };
/** A chat that several people are in; `direct`: one that a person has with the bot alone. `tenant`: when it is another. */
export type Where = { id: string; direct?: boolean; tenant?: string };
export type At = { who: Who; where: Where };
export type Given = Record<string, string | number | boolean>;
export type Attached = { option: string; name: string; type: string; bytes: Buffer };

/** One message, as those who see it see it. */
export type Seen = {
  id: string;
  where: string;
  /** The one person who sees it; unset: everybody there. */
  only?: string;
  /** All its words in their order: the platform's own markup is applied, marks that nobody sees are gone. */
  text: string;
  /** What can be pressed. */
  buttons: string[];
  /** What can be chosen from: the words on each choice. */
  menus: string[][];
  links: { label: string; url: string }[];
  media: { kind: "picture" | "audio" | "video" | "file"; words: string }[];
  /** Who is called by it. */
  pings: string[];
  /** It waits for something to be written. */
  asks: boolean;
  edits: number;
};

/** Something that a person did, as the platform tells it: it can be sent once, twice, late, or not at all. */
export type Happening = { id: string; what: unknown };
/** One request to a webhook, with its proof. */
export type Delivery = { path: string; headers: Record<string, string>; body: string | Buffer<ArrayBuffer> };
/** What the platform heard first; `status` 0: nothing in the time it waits. */
export type Heard = { status: number; milliseconds: number };

export type Trouble =
  | { kind: "slow down"; after: number }
  | { kind: "broken" }
  /** The connection ends; `late`: after the message was taken. */
  | { kind: "drop"; late?: boolean };

/** Of the messages to one place, or to any; the first `after` of them pass. */
export type Only = { where?: string; after?: number };

/** Troubles that wait for the messages that they are meant for. */
export function openTroubles() {
  const all: { trouble: Trouble; left: number; where?: string; after: number }[] = [];
  return {
    add(trouble: Trouble, times: number, { where, after = 0 }: Only = {}): void {
      all.push({ trouble, left: times, after, ...(where === undefined ? {} : { where }) });
    },
    /** What a message to this place meets with. */
    next(where: string): Trouble | undefined {
      const one = all.find((t) => t.left > 0 && (t.where === undefined || t.where === where));
      if (one && one.after > 0) one.after--;
      else if (one) {
        one.left--;
        return one.trouble;
      }
      return undefined;
    },
    calm: () => void all.splice(0),
  };
}

export const FORGERIES = ["unsigned", "another key", "changed body", "cut proof", "old", "from the future"] as const;
export type Forgery = (typeof FORGERIES)[number];

export type Platform = {
  surface: string;
  way: Way;
  /** The server, team or bot that places and accounts belong to. */
  tenant: string;
  /** What the bot's environment says, so that it finds us. */
  env: Record<string, string>;
  /** Where the bot takes webhooks now, set by whoever starts it. */
  bot: { url: string };

  newPerson(name: string, locale?: string): Who;
  /** A group, channel or topic of the tenant. */
  newPlace(): Where;
  /** One that belongs to nobody yet. */
  strangePlace(): Where;
  /** The chat that somebody has with the bot alone. */
  directPlace(who: Who): Where;

  make(at: At, command: string, options?: Given, files?: Attached[]): Happening;
  /** The press of the button with these words, on the newest message there that has it. */
  makePress(at: At, label: string): Happening;
  /** Plain words to the bot, where the platform lets it hear them. */
  makeWords?(at: At, line: string): Happening;
  /** The same, said by another bot. */
  makeBotWords?(at: At, line: string): Happening;
  send(happening: Happening): Promise<Heard>;
  /** Says that a delivery of `delivery` was taken, where the platform then shows something. */
  acknowledged?(happening: Happening, answer: string): void;
  /** What we do not take the platform sends again by itself: 503 is an answer. */
  redelivers(happening: Happening): boolean;
  /** Whether it may come in another order than it was made. */
  reorders: boolean;

  /** Chooses from a menu of the newest message that has the choice. */
  choose(at: At, choice: string): Promise<Heard>;
  /** What is offered while an option is being typed. */
  suggest?(at: At, command: string, option: string, typed: string): Promise<string[]>;
  /** Gives what is being asked for there: a dialogue, or one question after the other. */
  fill(at: At, values: Record<string, string>): Promise<void>;

  seen(): Seen[];
  /** Everything that the bot sent, as it sent it. */
  rawPayloads(): unknown[];
  /** How often it has said that we are too fast. */
  slowed(): number;
  /** From now on it is as strict about that as the platform is, where it is not always. */
  pace?(): void;
  /** What neither the platform nor its published description would have let through. */
  wrong(): string[];

  /** The next messages that the bot sends meet with this. */
  trouble(trouble: Trouble, times: number, only?: Only): void;
  /** Keeps files back that people handed over, until then. */
  holdFiles(until: Promise<unknown>): void;
  calm(): void;
  /** A line that takes so long for anything larger than so many bytes. */
  slowLine(bytes: number, milliseconds: number): void;
  /** Nothing tells that a message is there already, when only one person sees it or everybody: it may be doubled. */
  tellsTwice(alone: boolean): boolean;
  /** The bot was thrown out there. */
  throwOut(where: Where): void;
  /** Somebody wants to hear from the bot no more. */
  block(who: Who): void;

  /** The request of a webhook as the platform signs it, or as somebody else would like to. */
  delivery(happening: Happening, forgery?: Forgery): Delivery;
  /** Other bytes with a right proof. */
  reseal(like: Delivery, body: Buffer<ArrayBuffer>): Delivery;
  /** The same happening with something else in it; unset: `what` is all of it. */
  changed?(happening: Happening, change: (payload: unknown) => unknown): Happening;
  /** One of everything that it tells a bot, also of what ours does not listen to. */
  samples(at: At): Happening[];
  /** Ends every connection that the bot keeps. */
  hangUp(): void;
  close(): Promise<void>;
};

export type Driver = {
  surface: string;
  ways: readonly Way[];
  /** What the surface draws of a view, judged. */
  paint: Paint;
  open(way: Way, now: () => Date): Promise<Platform>;
};

export async function allDrivers(): Promise<Driver[]> {
  const files = readdirSync(new URL("./drivers/", import.meta.url)).filter((name) => name.endsWith(".ts"));
  const found = await Promise.all(
    files.map((name) => import(new URL(`./drivers/${name}`, import.meta.url).href) as Promise<{ driver?: Driver }>),
  );
  return found.flatMap(({ driver }) => (driver ? [driver] : [])).sort((a, b) => (a.surface < b.surface ? -1 : 1));
}

/** Marks that nobody sees and that keep a name from being called. */
export const unmarked = (text: string): string => text.replace(/[\u200b\u2060]/g, "");

/** Runs `ask` until it answers, as often as a person looks at a screen. */
export async function until<T>(ask: () => T | undefined, milliseconds = 8_000): Promise<T | undefined> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = ask();
    if (found !== undefined || performance.now() > end) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Posts to the bot's webhook and gives up when a platform would. */
export async function postTo(url: string, { path, headers, body }: Delivery, patience = 3_000) {
  const began = performance.now();
  try {
    const signal = AbortSignal.timeout(patience);
    const response = await fetch(url + path, { method: "POST", headers, body, signal });
    const text = await response.text();
    return { status: response.status, milliseconds: performance.now() - began, text };
  } catch {
    return { status: 0, milliseconds: performance.now() - began, text: "" };
  }
}
