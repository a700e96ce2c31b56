// A house with a real engine for tests of what happens later: work is whatever the test says it is.
import { type JobKind, jobKind } from "../core/act.ts";
import { type Command, command, text } from "../core/command/index.ts";
import type { Reply } from "../core/inbox/index.ts";
import { type Job, runningView } from "../core/jobs/index.ts";
import type { Provider } from "../core/studio/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { type Engine, type EngineOptions, startEngine } from "../jobs/engine.ts";
import { type Handler, handler, type JobContext, type Result } from "../jobs/handler.ts";
import { type TestHouse, testHouse } from "./house.ts";

export const work: JobKind<{ words: string }> = jobKind<{ words: string }>("test work");

/** Asks for the work; the same key is the same job. */
const workAsk = command({
  name: "work ask",
  says: "Ask for work",
  role: "member",
  options: {
    words: text("What"),
    key: text("Once at a time").optional(),
    ending: text("How this run ends").optional(),
  },
  async run({ act, options: { words, key, ending } }) {
    const job = await act.later(work, { words }, key === undefined ? {} : { key });
    if (ending === "break") throw new Error("broken on purpose");
    return { view: runningView(act, act.say("Working."), job), job };
  },
});

export type Doing = (ctx: JobContext<{ words: string }>) => ReturnType<Handler["run"]>;
export type Workshop = {
  house: TestHouse;
  /** The first that was started. */
  engine: Engine;
  /** What the work does from here on. */
  does(doing: Doing): void;
  askFor(words: string, more?: { key?: string; ending?: string }): Promise<Reply & { job: string }>;
  job(id: string): Promise<Job & { spent: number }>;
  /** Waits until something is so, as soon as it is. */
  until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T>;
  start(more?: Partial<EngineOptions>): Promise<Engine>;
  close(): Promise<void>;
};

export async function workshop(
  options: Partial<EngineOptions> & {
    kind?: Partial<Handler>;
    commands?: Command[];
    providers?: readonly Provider[];
    alone?: boolean;
  } = {},
): Promise<Workshop> {
  // Alone: no worker until the test starts one.
  const { kind = {}, commands = [], providers = [], handlers = [], alone = false, ...engineOptions } = options;
  const house = await testHouse({ commands: [workAsk, ...commands], providers });
  let doing: Doing = async () => undefined as Result;
  const worker = handler({
    tries: 3,
    backoff: { first: 0.1, most: 0.1 },
    ...kind,
    kind: work,
    run: (ctx) => doing(ctx),
  });
  const started: Engine[] = [];
  const start = async (more: Partial<EngineOptions> = {}) => {
    const engine = await startEngine(house, {
      role: "worker",
      handlers: [worker, ...handlers],
      graceMs: 200,
      pollSeconds: 0.5,
      ...engineOptions,
      ...more,
    });
    started.push(engine);
    return engine;
  };
  if (!alone) house.queue = (await start()).queue;
  return {
    house,
    get engine() {
      return started[0]!;
    },
    start,
    does(next) {
      doing = next;
    },
    async askFor(words, more = {}) {
      const reply = await house.ask("work ask", { words, ...more });
      return { ...reply, job: reply.job ?? "" };
    },
    job: (id) =>
      inWorkspace(house.database, house.owner.workspaceId, async (tx) => {
        const [row] = await rawOf(tx)<(Job & { spent: number })[]>`select * from job where id = ${id}`;
        if (!row) throw new Error(`no job ${id}`);
        return row;
      }),
    async until(look) {
      for (;;) {
        const seen = await look();
        if (seen !== undefined && seen !== false) return seen;
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    },
    async close() {
      await Promise.all(started.map((e) => e.stop()));
      await house.close();
    },
  };
}
