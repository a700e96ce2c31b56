// Follows the server's events, and notices when they stop: then it asks for what was missed.
import type { Model } from "./model.ts";

/** While something runs and no event arrives, it is looked at this often. */
const LOOK_AGAIN = 5000;
const REOPEN = [1000, 2000, 4000, 8000, 15000];

/** Answers how to stop. */
export function follow(model: Model): () => void {
  let source: EventSource | undefined;
  let open = false;
  let missed = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const listen = () => {
    source?.close();
    source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => {
      open = true;
      failures = 0;
      model.reachable(true);
      if (missed) void model.refresh();
      missed = false;
    });
    source.addEventListener("run.changed", (event) => {
      const run = runOf((event as MessageEvent<string>).data);
      if (run) void model.renew(run);
    });
    // The workspace has another name, other commands make sense: all of it is read anew.
    source.addEventListener("workspace.setup", () => void model.start());
    source.addEventListener("error", () => {
      open = false;
      missed = true;
      if (source?.readyState !== EventSource.CLOSED) return;
      // The server said no: signed out, or too many at once. `refresh` finds out which.
      clearTimeout(timer);
      timer = setTimeout(retry, REOPEN[Math.min(failures++, REOPEN.length - 1)]);
    });
  };
  const retry = async () => {
    await model.refresh();
    if (model.get().phase === "in") listen();
  };
  const look = setInterval(() => {
    if (open && !document.hidden) return;
    for (const { run, reply } of model.get().turns) if (run && reply?.status === "running") void model.renew(run);
  }, LOOK_AGAIN);
  const offline = () => model.reachable(false);
  const online = () => void model.refresh();
  const seen = () => {
    if (!document.hidden) void model.refresh();
  };
  addEventListener("offline", offline);
  addEventListener("online", online);
  document.addEventListener("visibilitychange", seen);
  listen();
  return () => {
    source?.close();
    clearTimeout(timer);
    clearInterval(look);
    removeEventListener("offline", offline);
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", seen);
  };
}

function runOf(data: string): string | undefined {
  try {
    const event = JSON.parse(data) as { payload?: { run?: unknown }; subject?: unknown };
    const run = event.payload?.run ?? event.subject;
    return typeof run === "string" ? run : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
