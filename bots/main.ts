// The composition root: reads the environment, starts the parts it was asked for, and ends them in order.
import { flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { hideSecrets, makeLog, makeScope } from "../core/observe/index.ts";
import type { Ground } from "./parts/base.ts";
import { CannotStart, type Part } from "./parts/part.ts";
import { readSettings, WrongSettings, withEnvFile } from "./settings.ts";

export const MODES = ["start", "web", "worker", "bots"] as const;
export type Mode = (typeof MODES)[number];

/** A supervisor that asked us to stop waits ten seconds and then kills. */
const STOP_WITHIN = 4_500;

async function main(argument = "start"): Promise<void> {
  const mode = MODES.find((m) => m === argument);
  if (!mode) throw new CannotStart(`There is no part called "${argument}". Say one of: ${MODES.join(", ")}.`);
  const settings = readSettings(withEnvFile(process.env, ".env"), { terminal: process.stderr.isTTY === true });
  const scope = makeScope();
  const log = await makeLog({ level: settings.logLevel, format: settings.logFormat }, scope);
  const { lay } = await import("./parts/base.ts");
  const stopping = new AbortController();
  const parts: Part[] = [];
  let ground: Ground | undefined;
  const stop = async () => {
    // First what takes messages in, then what works them off.
    for (const last of [false, true]) {
      const now = parts.filter((part) => (part.last ?? false) === last);
      await Promise.allSettled(now.map((part) => part.stop(STOP_WITHIN - 2_500)));
    }
    await ground?.close();
  };
  endOn(stopping, stop, (about, words) => log.error(about, words));
  try {
    ground = await lay(settings, log, scope, mode === "start" || mode === "worker" ? "worker" : "sender");
    await startParts(mode, ground, parts);
  } catch (error) {
    if (stopping.signal.aborted) return;
    await stop();
    throw error;
  }
}

async function startParts(mode: Mode, ground: Ground, parts: Part[]): Promise<void> {
  const { house, settings } = ground;
  const add = <P extends Part>(part: P): P => {
    parts.push(part);
    say(part.line);
    return part;
  };
  const { startMetrics } = await import("./parts/metrics.ts");
  const metrics = await startMetrics(ground);
  if (metrics) add(metrics);
  const main = house.databases[0];
  if (!main) throw new CannotStart("There is no database to work with.");
  const { ensureOwnerToken } = await import("../core/workspace/index.ts");
  const owner = await ensureOwnerToken(main, house.sources, settings.ownerToken);
  if (mode === "start" || mode === "worker")
    for (const part of (await import("./parts/worker.ts")).startWorker(ground)) add(part);
  const { painter } = await import("../core/view/chart/index.ts");
  const pictures = painter();
  const chat = await (await import("./parts/chat.ts")).openChat(ground, pictures, mode === "start" || mode === "bots");
  parts.push({ line: "", last: true, stop: () => chat.stop().finally(() => pictures.close()) });
  if (mode === "start" || mode === "web") {
    const web = add(await (await import("./parts/web.ts")).startWeb(ground, chat, pictures));
    const { makeEntry } = await import("../core/session/index.ts");
    const code = await makeEntry(main, house.sources, { workspaceId: owner.mainId, personId: owner.personId });
    say(`sign in  ${web.origin}/enter?code=${code}  (once, within a day)`);
  }
  if (mode === "start" || mode === "bots")
    for (const part of await (await import("./parts/bots.ts")).startBots(chat)) add(part);
  if (owner.secret) say(`token    ${owner.secret}  (the owner's, shown only now: keep it)`);
  if (mode === "start" || mode === "worker") {
    const { askForRegistration } = await import("./parts/register.ts");
    askForRegistration(ground, chat, owner.mainId).catch((err: unknown) =>
      house.log.warn({ err }, "the registration of commands could not be asked for"),
    );
  }
  // A process that is killed keeps no compiled code for the next one: it is written now.
  setTimeout(flushCompileCache, 1_000).unref();
  setTimeout(giveBack, SETTLED).unref();
  house.log.info({ mode, parts: parts.length, milliseconds: Math.round(performance.now()) }, "ready");
}

/** By then nothing of the start is under way any more. */
const SETTLED = 5_000;

/** A start leaves much behind that V8 keeps for later, and later is long when little happens. */
function giveBack(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as (how: object) => void)({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** For whoever sits at the terminal. The log goes to standard error and never has what stands here. */
const say = (line: string) => void process.stdout.write(`${line}\n`);

type Tell = (about: object, words: string) => void;

/** npm, a terminal and a supervisor may each pass on one and the same signal. */
const SAME_ASK = 1_000;

/** Ends in order when asked to, at once when asked again, and never lives on after a fault that nobody caught. */
function endOn(stopping: AbortController, stop: () => Promise<void>, tell: Tell): void {
  let asked = 0;
  const end = async (code: number) => {
    if (stopping.signal.aborted) {
      if (performance.now() - asked > SAME_ASK) process.exit(code === 0 ? 130 : code);
      return;
    }
    asked = performance.now();
    stopping.abort();
    setTimeout(() => process.exit(code), STOP_WITHIN);
    await stop().catch((err: unknown) => tell({ err }, "stopping went wrong"));
    process.exit(code);
  };
  process.on("SIGTERM", () => void end(0));
  process.on("SIGINT", () => void end(0));
  const fault = (words: string) => (err: unknown) => {
    tell({ err }, words);
    void end(1);
  };
  process.on("uncaughtException", fault("a fault that nobody caught: this process ends"));
  process.on("unhandledRejection", fault("a failure that nobody waited for: this process ends"));
}

/** What can be mended by whoever starts us is one line each; anything else is shown whole. */
function explain(error: unknown): string {
  if (error instanceof WrongSettings) return error.problems.join("\n");
  if (error instanceof CannotStart || (error instanceof Error && error.name === "Trouble")) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// Also when bots/boot.mjs went on with us in its own process.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv[2]).catch((error: unknown) => {
    process.stderr.write(`${hideSecrets(explain(error))}\n`);
    process.exit(1);
  });
}
