// What the console knows and can do, apart from how it looks: the session, the turns of the conversation, sending.
import type { Answer, Api, CommandInfo, Problem, Reply, Session } from "./api.ts";
import { actionPath, commandPath } from "./api.ts";
import { makeDrafts, type Unsent } from "./drafts.ts";
import { makeHistory } from "./history.ts";
import { lineOf } from "./parse.ts";
import { makeSender } from "./sender.ts";

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
  notice?: "signed-out" | "not-found" | "link-used";
  /** The turn that a link points to. */
  marked?: string;
};
/** The state, and the only ways to change it. */
export type Store = {
  get(): State;
  set(patch: Partial<State>): void;
  change(key: string, patch: Partial<Turn>): void;
  subscribe(tell: () => void): () => void;
};
export type Means = {
  api: Api;
  newKey(): string;
  now(): Date;
  storage?: Storage;
  speak(locale: string): Promise<void>;
};
export type Model = ReturnType<typeof makeModel>;
type Said = { said?: string; files?: Record<string, File>; quiet?: boolean };
type Press = { origin?: string; input?: Record<string, unknown>; quiet?: boolean };

function makeStore(): Store {
  let state: State = { phase: "loading", commands: [], turns: [], history: "first", reachable: true };
  const listeners = new Set<() => void>();
  const set = (patch: Partial<State>) => {
    state = { ...state, ...patch };
    for (const tell of listeners) tell();
  };
  return {
    get: () => state,
    set,
    change: (key, patch) => set({ turns: state.turns.map((t) => (t.key === key ? { ...t, ...patch } : t)) }),
    subscribe(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
  };
}

export function makeModel({ api, newKey, now, storage, speak }: Means) {
  const store = makeStore();
  const { get, set } = store;
  const lost = () => set({ phase: "out", notice: "signed-out" });
  const drafts = makeDrafts(storage, now);
  const history = makeHistory(store, api, lost);
  const gate = makeGate();
  const post = makeSender(store, api, { now, drafts, lost, ready: gate.passed });
  return {
    ...history,
    ...makeDoor({ store, api, history, drafts, gate, speak, post }),
    ...makeVoice({ post, newKey, history }),
    get,
    subscribe: store.subscribe,
    /** Somebody is signed in, and what they may do is known. */
    ready: gate.passed,
    lost,
    discard: (key: string) => set({ turns: get().turns.filter((t) => t.key !== key) }),
    notice: (notice: State["notice"]) => set({ notice }),
    reachable(yes: boolean): void {
      const { reachable, turns } = get();
      if (reachable === yes) return;
      const waits = yes ? "sending" : "connection";
      set({ reachable: yes, turns: turns.map((t) => (t.waits ? { ...t, waits } : t)) });
    },
  };
}

type Gate = ReturnType<typeof makeGate>;
type Post = ReturnType<typeof makeSender>;
type History = ReturnType<typeof makeHistory>;

/** What is said before the page knows who says it waits here. */
function makeGate() {
  let gate = Promise.withResolvers<void>();
  return {
    passed: () => gate.promise,
    open: () => gate.resolve(),
    shut() {
      gate = Promise.withResolvers();
    },
  };
}

type DoorMeans = {
  store: Store;
  api: Api;
  history: History;
  drafts: ReturnType<typeof makeDrafts>;
  gate: Gate;
  speak: Means["speak"];
  post: Post;
};

/** Who is here: coming in, going out. */
function makeDoor({ store: { get, set }, api, history, drafts, gate, speak, post }: DoorMeans) {
  async function enter(session: Session): Promise<void> {
    await speak(session.locale);
    const commands = await api.commands();
    const before = get().session?.person.id;
    // Another person than before: nothing of the first one's stays on the screen.
    const clean: Partial<State> =
      before === undefined || before === session.person.id ? {} : { turns: [], history: "first", next: undefined };
    set({ phase: "in", session, commands: "items" in commands ? commands.items : [], notice: undefined, ...clean });
    gate.open();
    await history.refresh();
    const here = new Set(get().turns.map((t) => t.key));
    for (const unsent of drafts.waiting(session.person.id)) if (!here.has(unsent.key)) void post(unsent);
  }
  return {
    async start(): Promise<void> {
      const session = await api.session();
      if ("csrf" in session) return enter(session);
      // What was typed in these moments was typed by nobody.
      gate.shut();
      set({ phase: "out", turns: [] });
    },
    async signIn(token: string): Promise<Problem | undefined> {
      const session = await api.signIn(token);
      if ("problem" in session) return session.problem;
      await enter(session);
      return undefined;
    },
    async signOut(): Promise<void> {
      await api.signOut();
      drafts.clear();
      gate.shut();
      set({ phase: "out", session: undefined, turns: [], history: "first", next: undefined, commands: [] });
    },
  };
}

/** What a person says: a command with its options, words, a press; and the same once more. */
function makeVoice({ post, newKey, history }: { post: Post; newKey: Means["newKey"]; history: History }) {
  return {
    run: (
      command: string,
      options: Record<string, unknown>,
      { said = lineOf(command, options), files, quiet }: Said = {},
    ) => post({ key: newKey(), said, path: commandPath(command), body: options, files }, quiet),
    words: (text: string) => post({ key: newKey(), said: text, path: "/api/v1/words", body: { text } }),
    async press(token: string, label: string, { origin, input, quiet }: Press = {}): Promise<Answer> {
      const body = input ? { input } : {};
      const answer = await post({ key: newKey(), said: label, pressed: true, path: actionPath(token), body }, quiet);
      if (origin) await history.renew(origin);
      return answer;
    },
    again: async (turn: Turn): Promise<Answer> => (turn.unsent ? post(turn.unsent) : {}),
  };
}
