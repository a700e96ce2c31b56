// A Slack that is not ours: local-slack from npm, as a server on this machine, driven as its users would.
// It listens on every address of the machine for as long as this runs; what is in it is made up.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type Json = Record<string, unknown>;
export type Message = {
  ts: string;
  user: string;
  text: string;
  blocks?: Json[];
  thread_ts?: string;
  ephemeral_to?: string;
  edited?: object;
  files?: Json[];
};
export const ALICE = "U01ALICE";
export const CHANNEL = "C01GEN";
export const TOKENS = {
  SLACK_BOT_TOKEN: "xoxb-test-token-0123456789",
  SLACK_APP_TOKEN: "xapp-1-test-token-0123456789",
};

/** Where its program is, when this machine has one for it. */
export function program(): string | undefined {
  const name = `local-slack-${process.platform}-${process.arch}`;
  try {
    const file = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "bin/local-slack");
    return existsSync(file) ? file : undefined;
  } catch (error) {
    if ((error as { code?: string }).code !== "MODULE_NOT_FOUND") throw error;
    return undefined;
  }
}

export type Other = Awaited<ReturnType<typeof openOther>>;

export async function openOther(file: string) {
  const folder = mkdtempSync(join(tmpdir(), "impresario-peer-"));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const app = {
    appId: "A01APP",
    botUserId: "U0BOT",
    botName: "impresario",
    botToken: TOKENS.SLACK_BOT_TOKEN,
    appToken: TOKENS.SLACK_APP_TOKEN,
    mode: "socket",
  };
  const config = {
    workspace: { name: "Test Radio", domain: "test-radio", teamId: "T01TEST" },
    app,
    users: [
      { id: ALICE, name: "alice", real_name: "Alice Anderson" },
      { id: "U02BEN", name: "ben", real_name: "Ben Brandt" },
    ],
    channels: [{ id: CHANNEL, name: "general", members: [ALICE, "U02BEN", app.botUserId] }],
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const args = ["--config", join(folder, "config.json"), "--port", String(port), "--files-dir", join(folder, "files")];
  const child: ChildProcess = spawn(file, args, { stdio: "ignore" });
  const ask = async (path: string, body?: object): Promise<Json> => {
    const response = await fetch(`${url}/_control/${path}`, {
      method: body ? "POST" : "GET",
      headers: { "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await response.json()) as Json;
  };
  await until(() => ask("state").catch(() => undefined), "local-slack answers", 20_000);
  const screen = { modals: [] as Json[], homes: {} as Record<string, Json>, errors: undefined as Json | undefined };
  const socket = new WebSocket(`ws://localhost:${port}/ui`);
  socket.onmessage = ({ data }) => {
    const told = JSON.parse(String(data)) as Json;
    if (Array.isArray(told.modalStack)) screen.modals = told.modalStack as Json[];
    if (told.t === "home") screen.homes[String(told.user ?? told.userId)] = (told.view ?? {}) as Json;
    if (told.t === "view_errors") screen.errors = told.errors as Json;
    if (told.t === "view") screen.modals = (told.modalStack ?? told.stack ?? (told.view ? [told.view] : [])) as Json[];
    heard.push(told);
  };
  const heard: Json[] = [];
  await new Promise((done) => {
    socket.onopen = done;
  });
  const tell = (body: object) => socket.send(JSON.stringify(body));

  return {
    url,
    api: `${url}/api/`,
    screen,
    heard,
    messages: async (channel = CHANNEL): Promise<Message[]> => (await ask(`messages/${channel}`)).messages as Message[],
    /** What it told the app and heard from it. */
    log: async (): Promise<Json[]> => (await ask("log")).log as Json[],
    command: (text: string, channel = CHANNEL) =>
      ask("command", { channel, user: ALICE, command: "/impresario", text, appId: app.appId }),
    say: (text: string, more: { channel?: string; thread_ts?: string } = {}) =>
      ask("message", { channel: CHANNEL, user: ALICE, text, ...more }),
    press: (message: Message, action: Json, channel = CHANNEL) =>
      ask("interact", { channel, messageTs: message.ts, user: ALICE, action }),
    submit: (values: Json) => tell({ t: "view_submit", user: ALICE, values }),
    openHome: () => ask("open-home", { user: ALICE, appId: app.appId }),
    async close(): Promise<void> {
      socket.close();
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until there is an answer. */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  what: string,
  milliseconds = 15_000,
): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`Not seen within ${milliseconds / 1000} s: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
