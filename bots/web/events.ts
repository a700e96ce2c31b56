// Server-sent events: what happens in the workspace, for live pages and scripts. Last-Event-ID goes on where a
// broken connection ended.

import { mayActAs, type Role } from "../../core/act.ts";
import { type Audience, audienceOf } from "../../core/event/index.ts";
import { readWho } from "../../core/inbox/index.ts";
import { refuse } from "../../core/problem.ts";
import { inWorkspace } from "../../db/connect.ts";
import { caller, soon, tooMany } from "./identify.ts";
import { stillThere } from "./still.ts";
import { isAfter, type Position, positionOf, readAfter, type TailEvent } from "./tail.ts";
import { type App, type Ctx, isHead, route, type Web, type Who } from "./web.ts";

const HEARTBEAT = 15_000;
/** What a client may leave unread before it is let go; it comes back with Last-Event-ID and misses nothing. */
const MOST_WAITING = 256 * 1024;
/** Tabs of one person; all streams of one process. */
const MOST_OWN = 20;
const MOST_ALL = 2_000;

export function events(app: App, web: Web): void {
  const open = new Map<string, number>();
  let all = 0;
  route(app, "/api/v1/events", {
    GET: async (c) => {
      const who = await caller(web, c);
      const role = await roleOf(who);
      const from = resumeFrom(c);
      if (isHead(c)) return c.body(null, 200, STREAM);
      const own = open.get(who.personId) ?? 0;
      if (own >= MOST_OWN || all >= MOST_ALL) throw tooMany(10);
      open.set(who.personId, own + 1);
      all++;
      const left = () => {
        const rest = (open.get(who.personId) ?? 1) - 1;
        if (rest > 0) open.set(who.personId, rest);
        else open.delete(who.personId);
        all--;
      };
      try {
        return new Response(await streamOf(web, c, { who, role, from, left }), { headers: STREAM });
      } catch (error) {
        left();
        throw error;
      }
    },
  });
}

const STREAM = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // Proxies that gather what they pass on would hold events back.
  "x-accel-buffering": "no",
};

async function roleOf(who: Who): Promise<Role> {
  const [row] = await soon(inWorkspace(who.database, who.workspaceId, (tx) => readWho(tx, who.personId)));
  if (!row || row.erased) throw refuse("unknown-caller", "This account is not known here any more.");
  return row.role;
}

function resumeFrom(c: Ctx): Position | undefined {
  const text = c.req.header("last-event-id") ?? c.req.query("last_event_id");
  if (text === undefined || text === "") return undefined;
  const [, tx, seq] = /^(\d{1,20})-(\d{1,19})$/.exec(text) ?? [];
  const at = tx && seq ? { tx: BigInt(tx), seq: BigInt(seq) } : undefined;
  if (!at || at.tx >= 2n ** 64n || at.seq >= 2n ** 63n)
    throw refuse(
      "options",
      "Last-Event-ID is not one of ours. Leave it out to begin now.",
      {},
      {
        errors: [{ option: "Last-Event-ID", text: "Last-Event-ID is not one of ours. Leave it out to begin now." }],
      },
    );
  return at;
}

type Stream = { who: Who; role: Role; from: Position | undefined; left(): void };

/** Opens the stream: what was missed first, read page by page as the client takes it, then what comes. */
async function streamOf(web: Web, c: Ctx, { who, role, from, left }: Stream): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let control: ReadableStreamDefaultController<Uint8Array>;
  let open = true;
  let behind: TailEvent[] | undefined = [];
  let sentTo: Position | undefined = from;
  let beat: NodeJS.Timeout | undefined;
  const close = () => {
    if (!open) return;
    open = false;
    clearInterval(beat);
    leave();
    left();
    try {
      control.close();
    } catch {
      // The client closed it first.
    }
  };
  const write = (text: string) => {
    if (!open) return;
    if ((control.desiredSize ?? 0) < 0) return close();
    control.enqueue(encoder.encode(text));
  };
  const show = (events: readonly TailEvent[]) => {
    let text = "";
    for (const event of events) {
      const at = positionOf(event);
      if (sentTo && !isAfter(at, sentTo)) continue;
      sentTo = at;
      if (maySee(event, who, role)) text += format(event);
    }
    if (text) write(text);
  };
  const take = (events: readonly TailEvent[]) => {
    if (!behind) return show(events);
    behind.push(...events);
    if (behind.length > 5_000) close();
  };
  const listens = web.tails.listen(who.database, who.workspaceId, { take, end: () => close() });
  const leave = () =>
    void listens.then(
      (tail) => tail.leave(),
      () => undefined,
    );
  const listening = await soon(listens).catch((error) => {
    // Whoever asked has left: nobody listens when the tail begins after all.
    leave();
    throw error;
  });
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        control = controller;
      },
      cancel: close,
    },
    { highWaterMark: MOST_WAITING, size: (chunk) => chunk.byteLength },
  );
  beat = setInterval(async () => {
    write(": still here\n\n");
    if (open && !(await stillThere(web, who, role))) close();
  }, HEARTBEAT);
  beat.unref();
  c.req.raw.signal.addEventListener("abort", close, { once: true });
  write("retry: 2000\n: welcome\n\n");
  void catchUp();
  return stream;

  async function catchUp(): Promise<void> {
    try {
      while (open && from && isAfter(listening.from, sentTo ?? from)) {
        const page = await readAfter(who.database, who.workspaceId, sentTo ?? from, listening.from);
        // Nobody reads the past faster than the client: a page is fetched when the one before has left.
        show(page.events);
        if (!page.full) break;
        while (open && (control.desiredSize ?? 0) < MOST_WAITING / 2) await new Promise((done) => setTimeout(done, 20));
      }
    } catch (err) {
      web.house.log.debug({ err }, "events of before could not be read");
      return close();
    }
    const waited = behind ?? [];
    behind = undefined;
    show(waited);
  }
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
