// Server-sent events: what happens in the workspace, for live pages and scripts. Last-Event-ID goes on where a
// broken connection ended.
import type { Role } from "../../core/act.ts";
import { readWho } from "../../core/inbox/index.ts";
import { refuse } from "../../core/problem.ts";
import { inWorkspace } from "../../db/connect.ts";
import { caller, soon, tooMany } from "./identify.ts";
import { stillThere } from "./still.ts";
import { type Feed, type Line, openFeed, openLine } from "./stream.ts";
import { isAfter, type Position, readAfter } from "./tail.ts";
import { type App, type Ctx, isHead, route, type Web, type Who } from "./web.ts";

const HEARTBEAT = 15_000;
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
      return new Response(await streamOf(web, c, { who, role, from, left }), { headers: STREAM });
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
  const line = openLine();
  line.atEnd(left);
  const feed = openFeed(line, { who, role }, from);
  const listens = web.tails.listen(who.database, who.workspaceId, { take: feed.take, end: line.close });
  // Also for a tail that begins when whoever asked has left.
  line.atEnd(
    () =>
      void listens.then(
        (tail) => tail.leave(),
        () => undefined,
      ),
  );
  try {
    const { from: until } = await soon(listens);
    keepAlive(web, line, who, role);
    c.req.raw.signal.addEventListener("abort", line.close, { once: true });
    line.write("retry: 2000\n: welcome\n\n");
    void catchUp(web, line, feed, who, until);
    return line.body;
  } catch (error) {
    line.close();
    throw error;
  }
}

function keepAlive(web: Web, line: Line, who: Who, role: Role): void {
  const beat = setInterval(async () => {
    line.write(": still here\n\n");
    if (line.isOpen() && !(await stillThere(web, who, role))) line.close();
  }, HEARTBEAT);
  beat.unref();
  line.atEnd(() => clearInterval(beat));
}

/** Nobody reads the past faster than the client: a page is fetched when the one before has left. */
async function catchUp(web: Web, line: Line, feed: Feed, who: Who, until: Position): Promise<void> {
  try {
    for (let at = feed.at(); at && line.isOpen() && isAfter(until, at); at = feed.at()) {
      const page = await readAfter(who.database, who.workspaceId, at, until);
      feed.show(page.events);
      if (!page.full) break;
      await line.drained();
    }
  } catch (err) {
    web.house.log.debug({ err }, "events of before could not be read");
    return line.close();
  }
  feed.caughtUp();
}
