// What was said before: page by page from the newest, joined with what is on the screen.
import { type Api, type Past, type Reply, viewOf } from "./api.ts";
import type { State, Store, Turn } from "./model.ts";
import { lineOf } from "./parse.ts";

/** A link further back than this many pages is not looked for. */
const PAGES_TO_SEARCH = 20;

export function makeHistory({ get, set, change }: Store, api: Api, lost: () => void) {
  /** The newest page. Also after the connection was away: what was missed is in it. */
  async function refresh(): Promise<void> {
    const page = await api.history();
    const { history } = get();
    const first = history === "first" || history === "away";
    if ("problem" in page) {
      if (page.problem.http === 401) lost();
      else if (first) set({ history: "away" });
      return;
    }
    set({ turns: joined(get().turns, page.items), ...(first ? edge(page.next) : {}) });
    const moved = get().turns.filter((t) => t.reply?.status === "running" && !page.items.some((p) => p.run === t.run));
    await Promise.all(moved.map((t) => renew(t.run!)));
  }

  /** The page before what is here; false when there is none, or it could not be read. */
  async function older(): Promise<boolean> {
    if (get().history !== "more") return false;
    set({ history: "reading" });
    const page = await api.history(get().next);
    if ("problem" in page) {
      set({ history: "more" });
      return false;
    }
    set({ turns: joined(get().turns, page.items), ...edge(page.next) });
    return page.items.length > 0;
  }

  /** Reads a run again: it moved on, or one of its buttons was used. */
  async function renew(run: string): Promise<void> {
    if (!get().turns.some((t) => t.run === run)) return;
    const reply = await api.run(run);
    // Looked for again: the turn may have changed while the answer travelled.
    const turn = get().turns.find((t) => t.run === run);
    if (!turn || "problem" in reply || !viewOf(reply.view)) return;
    if (!turn.reply || !sameReply(turn.reply, reply)) change(turn.key, { reply });
  }

  /** Goes to a run by its link, reading history until it is there. */
  async function find(run: string): Promise<void> {
    const here = () => get().turns.some((t) => t.run === run);
    for (let n = 0; n < PAGES_TO_SEARCH && !here(); n++) {
      const oldest = get().turns.find((t) => t.run)?.run;
      if ((oldest && oldest < run) || !(await older())) break;
    }
    set(here() ? { marked: run, notice: undefined } : { marked: undefined, notice: "not-found" });
  }

  return { refresh, older, renew, find };
}

const edge = (next: string | undefined): Partial<State> => ({ next, history: next ? "more" : "all" });

function joined(turns: readonly Turn[], items: readonly Past[]): Turn[] {
  const known = new Map(turns.flatMap((t) => (t.run ? [[t.run, t] as const] : [])));
  for (const item of items) {
    const reply = { run: item.run, status: item.status, view: viewOf(item.view) ?? { text: "", blocks: [] } };
    const turn = known.get(item.run);
    if (!turn) known.set(item.run, { key: item.run, run: item.run, ...saidOf(item), at: item.at, reply });
    else if (!turn.reply || !sameReply(turn.reply, reply)) known.set(item.run, { ...turn, reply });
  }
  // Ids of runs are made in order of time. What has none yet is the newest.
  const ran = [...known.values()].sort((a, b) => (a.run! < b.run! ? -1 : 1));
  return [...ran, ...turns.filter((t) => !t.run)];
}

/** Words as they were, a command as a line; of a press only its outcome is kept. */
function saidOf({ asked, command }: Past): Pick<Turn, "said" | "pressed"> {
  if (asked?.kind === "press") return { said: "", pressed: true };
  if (asked?.text) return { said: asked.text };
  const name = (asked?.name ?? command).replace(/[._]/g, " ");
  return { said: name ? lineOf(name, asked?.options) : "" };
}

export const sameReply = (a: Reply, b: Reply) =>
  a.status === b.status && JSON.stringify(a.view) === JSON.stringify(b.view);
