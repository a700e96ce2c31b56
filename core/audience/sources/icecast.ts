// Icecast's own status page. `source` is one object, a list, or not there at all.
import { ask, countOf, type Reading, Unread, type Watcher } from "./watcher.ts";

type Source = { listenurl?: unknown; listeners?: unknown };

export const icecast = (): Watcher => ({
  kind: "icecast",
  async read(targets) {
    const found = new Map<string, Reading>();
    const servers = Map.groupBy(targets, (target) => new URL(target).origin);
    const failures: unknown[] = [];
    for (const [origin, mounts] of servers) {
      try {
        const sources = await sourcesOf(origin);
        for (const target of mounts) found.set(target, readingOf(sources, new URL(target).pathname));
      } catch (error) {
        failures.push(error);
      }
    }
    if (found.size === 0 && failures.length > 0) throw failures[0];
    return found;
  },
});

async function sourcesOf(origin: string): Promise<Source[]> {
  const url = new URL("/status-json.xsl", origin);
  const { status, body } = await ask(url);
  if (status !== 200) throw new Unread(`${url.host} answered ${status}`);
  const { icestats } = (body ?? {}) as { icestats?: { source?: Source | Source[] } };
  if (!icestats || typeof icestats !== "object") throw new Unread(`${url.host} is not an Icecast`);
  return icestats.source === undefined ? [] : [icestats.source].flat();
}

/** Listed twice (a relay beside its source), both count. The host in listenurl is what its owner wrote: only the mount tells. */
function readingOf(sources: readonly Source[], mount: string): Reading {
  const own = sources.filter((s) => typeof s?.listenurl === "string" && pathOf(s.listenurl) === mount);
  if (own.length === 0) return "offline";
  return { viewers: own.reduce((all, s) => all + (countOf(s.listeners) ?? 0), 0) };
}

const pathOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).pathname : undefined);
