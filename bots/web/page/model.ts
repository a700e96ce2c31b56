// What the console knows and can do, apart from how it looks: the session, the turns of the conversation, sending.
import {
  type Answer,
  type Api,
  actionPath,
  type Body,
  type CommandInfo,
  commandPath,
  type Past,
  type Problem,
  type Reply,
  type Session,
  viewOf,
} from "./api.ts";
import { makeDrafts, type Unsent } from "./drafts.ts";
import { lineOf } from "./parse.ts";

/** One thing said and what came of it. Never changed in place: another object means draw it again. */
export type Turn = {
  key: string;
  run?: string;
  said: string;
  /** Said by pressing a button. */
  pressed?: boolean;
  at: string;
  waits?: "sending" | "connection";
  reply?: Reply;
  problem?: Problem;
  /** How to send it again, while nothing came of it. */
  unsent?: Unsent;
};
export type State = {
  phase: "loading" | "out" | "in";
  session?: Session;
  commands: readonly CommandInfo[];
  turns: readonly Turn[];
  history: "first" | "reading" | "more" | "all" | "away";
  next?: string;
  reachable: boolean;
  notice?: "signed-out" | "not-found";
  /** The turn that a link points to. */
  marked?: string;
};
export type Means = {
  api: Api;
  newKey(): string;
  now(): Date;
  storage?: Storage;
  speak(locale: string): Promise<void>;
};
export type Model = ReturnType<typeof makeModel>;

const PAGES_TO_SEARCH = 20;

export function makeModel({ api, newKey, now, storage, speak }: Means) {
  let state: State = { phase: "loading", commands: [], turns: [], history: "first", reachable: true };
  const listeners = new Set<() => void>();
  const drafts = makeDrafts(storage, now);
  const set = (patch: Partial<State>) => {
    state = { ...state, ...patch };
    for (const tell of listeners) tell();
  };
  const change = (key: string, patch: Partial<Turn>) =>
    set({ turns: state.turns.map((t) => (t.key === key ? { ...t, ...patch } : t)) });

  async function enter(session: Session): Promise<void> {
    await speak(session.locale);
    // Another person than before: nothing of the first one's stays on the screen.
    const same = state.session?.person.id === session.person.id;
    const commands = await api.commands();
    set({
      phase: "in",
      session,
      commands: "items" in commands ? commands.items : [],
      notice: undefined,
      ...(same ? {} : { turns: [], history: "first", next: undefined }),
    });
    await refresh();
    for (const unsent of drafts.waiting(session.person.id)) void post(unsent);
  }

  async function start(): Promise<void> {
    const session = await api.session();
    if ("csrf" in session) return enter(session);
    set({ phase: "out" });
  }

  function lost(): void {
    set({ phase: "out", notice: "signed-out" });
  }

  /** The newest page of history, joined with what is here. Also after the connection was away. */
  async function refresh(): Promise<void> {
    const page = await api.history();
    if ("problem" in page) {
      if (page.problem.http === 401) return lost();
      return set({ history: state.turns.length > 0 ? state.history : "away" });
    }
    const first = state.history === "first" || state.history === "away";
    join(page.items);
    if (first) set({ next: page.next, history: page.next ? "more" : "all" });
    for (const turn of state.turns) {
      if (turn.reply?.status === "running" && !page.items.some((p) => p.run === turn.run)) void renew(turn.run!);
    }
  }

  async function older(): Promise<boolean> {
    if (state.history !== "more" && state.history !== "away") return false;
    if (state.history === "away") return refresh().then(() => true);
    set({ history: "reading" });
    const page = await api.history(state.next);
    if ("problem" in page) {
      set({ history: "more" });
      return false;
    }
    join(page.items);
    set({ next: page.next, history: page.next ? "more" : "all" });
    return page.items.length > 0;
  }

  function join(items: readonly Past[]): void {
    const known = new Map(state.turns.flatMap((t) => (t.run ? [[t.run, t] as const] : [])));
    for (const item of items) {
      const reply = { run: item.run, status: item.status, view: viewOf(item.view) ?? { text: "", blocks: [] } };
      const turn = known.get(item.run);
      known.set(item.run, {
        key: turn?.key ?? item.run,
        run: item.run,
        ...(turn ? { said: turn.said, pressed: turn.pressed ?? false } : saidOf(item)),
        at: item.at,
        reply: turn?.reply && sameReply(turn.reply, reply) ? turn.reply : reply,
      });
    }
    // Ids of runs are made in order of time.
    const ran = [...known.values()].sort((a, b) => (a.run! < b.run! ? -1 : 1));
    set({ turns: [...ran, ...state.turns.filter((t) => !t.run)] });
  }

  /** Reads a run again: it moved on, or one of its buttons was used. */
  async function renew(run: string): Promise<void> {
    const turn = state.turns.find((t) => t.run === run);
    if (!turn) return;
    const reply = await api.run(run);
    if ("problem" in reply || !viewOf(reply.view)) return;
    if (!turn.reply || !sameReply(turn.reply, reply)) change(turn.key, { reply });
  }

  /** `quiet`: a form that shows itself what is wrong with it gets no turn for that. */
  async function post(unsent: Unsent, quiet = false): Promise<Answer> {
    const { key, said, pressed, path, body, files } = unsent;
    const at = now().toISOString();
    const old = state.turns.some((t) => t.key === key);
    const turn: Turn = { key, said, at, waits: "sending", unsent, ...(pressed ? { pressed } : {}) };
    if (old) change(key, { waits: "sending", problem: undefined });
    else if (!quiet) set({ turns: [...state.turns, turn] });
    drafts.keep(unsent, state.session?.person.id ?? "");
    const answer = await api.write(path, withFiles(body, files), key);
    drafts.forget(key);
    if (answer.problem?.http === 401) lost();
    if (quiet && answer.problem?.errors.length) return answer;
    if (quiet) set({ turns: [...state.turns, turn] });
    settle(key, answer);
    return answer;
  }

  function settle(key: string, { reply, problem }: Answer): void {
    if (!reply) {
      change(key, { waits: undefined, problem });
      return;
    }
    const same = state.turns.find((t) => t.run === reply.run && t.key !== key);
    if (same) {
      // The press had been made before: its answer is on the screen already.
      set({ turns: state.turns.filter((t) => t.key !== key), marked: reply.run });
      change(same.key, { reply });
      return;
    }
    change(key, { waits: undefined, unsent: undefined, reply, run: reply.run, problem });
  }

  function reachable(yes: boolean): void {
    if (state.reachable === yes) return;
    set({
      reachable: yes,
      turns: state.turns.map((t) => (t.waits ? { ...t, waits: yes ? "sending" : "connection" } : t)),
    });
  }

  return {
    get: () => state,
    subscribe(tell: () => void): () => void {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
    start,
    refresh,
    older,
    renew,
    reachable,
    lost,
    async signIn(token: string): Promise<Problem | undefined> {
      const session = await api.signIn(token);
      if ("problem" in session) return session.problem;
      await enter(session);
      return undefined;
    },
    async signOut(): Promise<void> {
      await api.signOut();
      drafts.clear();
      set({ phase: "out", session: undefined, turns: [], history: "first", next: undefined, commands: [] });
    },
    run: (
      command: string,
      options: Record<string, unknown>,
      {
        said = lineOf(command, options),
        files,
        quiet,
      }: { said?: string; files?: Record<string, File>; quiet?: boolean } = {},
    ) => post({ key: newKey(), said, path: commandPath(command), body: options, files }, quiet),
    words: (text: string) => post({ key: newKey(), said: text, path: "/api/v1/words", body: { text } }),
    async press(
      token: string,
      label: string,
      { origin, input, quiet }: { origin?: string; input?: Record<string, unknown>; quiet?: boolean } = {},
    ): Promise<Answer> {
      const unsent = {
        key: newKey(),
        said: label,
        pressed: true,
        path: actionPath(token),
        body: input ? { input } : {},
      };
      const answer = await post(unsent, quiet);
      if (origin) await renew(origin);
      return answer;
    },
    again: (turn: Turn) => (turn.unsent ? post(turn.unsent) : Promise.resolve({})),
    discard: (key: string) => set({ turns: state.turns.filter((t) => t.key !== key) }),
    /** Goes to a run by its link, reading history until it is there. */
    async find(run: string): Promise<void> {
      for (let n = 0; n < PAGES_TO_SEARCH && !state.turns.some((t) => t.run === run); n++) {
        const oldest = state.turns.find((t) => t.run)?.run;
        if (oldest && oldest < run) break;
        if (!(await older())) break;
      }
      const found = state.turns.some((t) => t.run === run);
      set(found ? { marked: run, notice: undefined } : { marked: undefined, notice: "not-found" });
    },
    notice: (notice: State["notice"]) => set({ notice }),
  };
}

/** Words as they were, a command as a line; of a press only its outcome is kept. */
function saidOf({ asked, command }: Past): Pick<Turn, "said" | "pressed"> {
  if (asked?.kind === "press") return { said: "", pressed: true };
  if (asked?.text) return { said: asked.text };
  const name = (asked?.name ?? command).replace(/[._]/g, " ");
  return { said: name ? lineOf(name, asked?.options) : "" };
}

const sameReply = (a: Reply, b: Reply) => a.status === b.status && JSON.stringify(a.view) === JSON.stringify(b.view);

function withFiles(body: Record<string, unknown>, files: Record<string, File> | undefined): Body {
  if (!files || Object.keys(files).length === 0) return body;
  const form = new FormData();
  for (const [name, value] of Object.entries(body))
    if (value !== undefined && value !== null) form.set(name, String(value));
  for (const [name, file] of Object.entries(files)) form.set(name, file, file.name);
  return form;
}
