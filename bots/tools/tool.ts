// What our tools at the terminal have in common: they look at platforms without a house, and print no secret.
import { houseCommands } from "../../core/commands.ts";
import { hideSecrets, makeLog, makeScope } from "../../core/observe/index.ts";
import { makeSources } from "../parts/base.ts";
import { CannotStart } from "../parts/part.ts";
import { type Env, type Looked, WrongSettings, withEnvFile } from "../settings.ts";
import type { Kit } from "../surface.ts";

export type Tell = (line: string) => void;

const nothing = () => {};

/** A bot's kit without a database. What it logs is for those who look for more (LOG_LEVEL). */
export async function toolKit(settings: Looked): Promise<Kit> {
  const level = settings.env.LOG_LEVEL ? settings.logLevel : "error";
  return {
    commands: houseCommands(),
    sources: makeSources(settings).sources,
    log: await makeLog({ level, format: settings.logFormat }, makeScope()),
    meter: { command: nothing, duplicate: nothing, ack: nothing, job: nothing, decision: nothing, selection: nothing },
    files: settings.dataDir,
  };
}

const SECRET_NAME = /TOKEN|SECRET|KEY|PASSWORD/;
/** Shorter values are no secrets that anybody could keep, and might be a word of the sentence. */
const SHORTEST = 6;

/** Whatever a platform answers, no value of a secret variable stands in what is printed. */
export function discreet(env: Env, tell: Tell): Tell {
  const secrets = Object.entries(env)
    .filter(([name]) => SECRET_NAME.test(name) && !name.endsWith("PUBLIC_KEY"))
    .map(([, value]) => value?.trim() ?? "")
    .filter((value) => value.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
  return (line) => tell(secrets.reduce((text, secret) => text.replaceAll(secret, "[hidden]"), hideSecrets(line)));
}

/** An error in one line, with the cause that libraries put behind their own words. */
export function inOneLine(error: unknown): string {
  const { message, cause } = (error ?? {}) as { message?: unknown; cause?: unknown };
  const own = typeof message === "string" && message ? message : String(error);
  const code = (cause as { code?: unknown } | undefined)?.code ?? (error as { code?: unknown } | undefined)?.code;
  const line = own.replace(/\s+/g, " ").slice(0, 300);
  return typeof code === "string" && !line.includes(code) ? `${line} (${code})` : line;
}

/** Runs a tool and ends the process with its code: libraries keep timers that would hold it. */
export async function runTool(tool: (env: Env, tell: Tell) => Promise<number>): Promise<never> {
  let env: Env = process.env;
  const err: Tell = (line) => discreet(env, (text) => void process.stderr.write(`${text}\n`))(line);
  let code = 1;
  try {
    env = withEnvFile(process.env, ".env");
    code = await tool(
      env,
      discreet(env, (text) => void process.stdout.write(`${text}\n`)),
    );
  } catch (error) {
    if (error instanceof WrongSettings) for (const problem of error.problems) err(problem);
    else if (error instanceof CannotStart) err(error.message);
    else err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  // What was printed into a pipe is written before we end.
  await Promise.all([process.stdout, process.stderr].map((s) => new Promise((done) => s.write("", done))));
  process.exit(code);
}
