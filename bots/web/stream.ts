// One live page's stream: a line that ends once, however it ends, and a feed that shows each event on it once.
import type { Role } from "../../core/act.ts";
import { mayActAs } from "../../core/act.ts";
import { type Audience, audienceOf } from "../../core/event/index.ts";
import { isAfter, type Position, positionOf, type TailEvent } from "./tail.ts";
import type { Who } from "./web.ts";

/** What a client may leave unread before it is let go; it comes back with Last-Event-ID and misses nothing. */
const MOST_WAITING = 256 * 1024;
/** Events that may come while those of before are read. */
const MOST_BEHIND = 5_000;

export type Line = {
  body: ReadableStream<Uint8Array>;
  isOpen(): boolean;
  write(text: string): void;
  close(): void;
  /** At the end, or at once when that was before. */
  atEnd(work: () => void): void;
  /** Resolves when most of what was written has left, or nobody is there any more. */
  drained(): Promise<void>;
};

export function openLine(): Line {
  const encoder = new TextEncoder();
  let control: ReadableStreamDefaultController<Uint8Array> | undefined;
  let open = true;
  const endings: (() => void)[] = [];
  const end = () => {
    open = false;
    for (const work of endings.splice(0)) work();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        control = controller;
      },
      // The client closed it: there is nothing left to close.
      cancel: () => end(),
    },
    { highWaterMark: MOST_WAITING, size: (chunk) => chunk.byteLength },
  );
  const room = () => control?.desiredSize ?? 0;
  const close = () => {
    if (!open) return;
    end();
    control?.close();
  };
  return {
    body,
    isOpen: () => open,
    close,
    write(text) {
      if (!open) return;
      if (room() < 0) return close();
      control?.enqueue(encoder.encode(text));
    },
    atEnd: (work) => (open ? void endings.push(work) : work()),
    async drained() {
      while (open && room() < MOST_WAITING / 2) await new Promise((done) => setTimeout(done, 20));
    },
  };
}

export type Reader = { who: Pick<Who, "personId">; role: Role };

export type Feed = {
  /** Where the client is: everything up to here was shown, or is not for it. */
  at(): Position | undefined;
  show(events: readonly TailEvent[]): void;
  /** What comes while the past is read waits for it. */
  take(events: readonly TailEvent[]): void;
  /** The past was read: what waited is shown, and from now on what comes. */
  caughtUp(): void;
};

export function openFeed(line: Line, { who, role }: Reader, from: Position | undefined): Feed {
  let at = from;
  let behind: TailEvent[] | undefined = [];
  const show = (events: readonly TailEvent[]) => {
    let text = "";
    for (const event of events) {
      const here = positionOf(event);
      if (at && !isAfter(here, at)) continue;
      at = here;
      if (maySee(event, who, role)) text += format(event);
    }
    if (text) line.write(text);
  };
  return {
    at: () => at,
    show,
    take(events) {
      if (!behind) return show(events);
      behind.push(...events);
      if (behind.length > MOST_BEHIND) line.close();
    },
    caughtUp() {
      const waited = behind ?? [];
      behind = undefined;
      show(waited);
    },
  };
}

const format = (event: TailEvent) =>
  `id: ${event.tx}-${event.seq}\nevent: ${event.name.replace(/[\r\n]/g, " ")}\ndata: ${JSON.stringify({
    name: event.name,
    at: new Date(event.at).toISOString(),
    subject: event.subject,
    ...(event.runId ? { run: event.runId } : {}),
    payload: event.payload,
  })}\n\n`;

/** What everyone may know, one's own, and what one's role sees. */
export function maySee(event: Pick<TailEvent, "name" | "personId">, who: Pick<Who, "personId">, role: Role): boolean {
  const audience: Audience = audienceOf(event.name);
  if (audience === "everyone" || event.personId === who.personId) return true;
  return audience === "own" ? role === "owner" : mayActAs(role, audience);
}
