// The bot against a Slack that is not ours (local-slack, from npm), so that the truth is not ours alone. It runs where
// LOCAL_SLACK names its program: `npm i --no-save local-slack-linux-x64@0.1.8` gives it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import type { Platform, Way } from "../../test/contract/driver.ts";
import { driver } from "../../test/contract/drivers/slack.ts";
import { type Office, openOffice } from "../../test/contract/office.ts";

const PROGRAM = process.env.LOCAL_SLACK;
const SECRET = "a-signing-secret-of-32-letters__";

const note = command({
  name: "take note",
  says: "Keep a note",
  role: "member",
  options: { note: text("What to keep", { max: 100 }) },
  run: ({ options }) =>
    view(
      `Kept ${options.note}.`,
      { kind: "table", columns: [{ label: "Note" }], rows: [[options.note]] },
      {
        kind: "buttons",
        buttons: [
          {
            label: "Again",
            press: { command: "take note", options: { note: "again" }, audience: "anyone", uses: "many" },
          },
        ],
      },
    ),
});
const hush = command({
  name: "take hush",
  says: "Quietly",
  role: "member",
  reply: "private",
  run: () => view("Psst."),
});

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

type Message = {
  ts: string;
  text: string;
  user?: string;
  thread_ts?: string;
  blocks?: { type: string; elements?: { action_id?: string }[] }[];
};

describe.skipIf(!PROGRAM).each(["socket", "webhook"] as const)("another Slack over a %s", (way: Way) => {
  let child: ChildProcess;
  let office: Office;
  let url = "";
  const folder = mkdtempSync(join(tmpdir(), "impresario-local-slack-"));
  const ask = async (path: string, body?: object) => {
    const response = await fetch(
      `${url}/_control/${path}`,
      body ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {},
    );
    return (await response.json()) as Record<string, unknown>;
  };
  const messages = async () => (await ask("messages/C01GEN")).messages as Message[];
  const next = async (words: string) => {
    await expect.poll(async () => JSON.stringify(await messages()), { timeout: 10_000 }).toContain(words);
    return (await messages()).find((m) => JSON.stringify(m.blocks ?? m.text).includes(words))!;
  };

  async function begin(port: number, requestUrl: string): Promise<void> {
    const config = join(folder, "config.json");
    const app = {
      botToken: "xoxb-test-token",
      appToken: "xapp-test-token",
      signingSecret: SECRET,
      mode: way === "socket" ? "socket" : "events",
      requestUrl,
    };
    const users = [{ id: "U01ALICE", name: "alice", real_name: "Alice" }];
    const channels = [{ id: "C01GEN", name: "general", members: ["U01ALICE", "U0BOT"] }];
    writeFileSync(config, JSON.stringify({ app, users, channels }));
    child = spawn(PROGRAM!, ["--config", config, "--port", String(port), "--base-host", "127.0.0.1"], {
      stdio: "ignore",
    });
    const up = () =>
      ask("state").then(
        () => true,
        () => false,
      );
    for (let n = 0; n < 200 && !(await up()); n++) await new Promise((done) => setTimeout(done, 100));
  }

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const forward = { url: "" };
    if (way === "socket") await begin(port, "http://127.0.0.1:1/");
    const platform = {
      tenant: "T01TEST",
      bot: forward,
      env: {
        SLACK_API_URL: `${url}/api/`,
        SLACK_BOT_TOKEN: "xoxb-test-token",
        ...(way === "socket" ? { SLACK_APP_TOKEN: "xapp-test-token" } : { SLACK_SIGNING_SECRET: SECRET }),
      },
      close: async () => {},
    } as unknown as Platform;
    office = await openOffice({ ...driver, open: async () => platform }, way, {
      commands: [note, hush],
    });
    // It keeps the real time.
    office.house.clock.now = new Date();
    if (way === "webhook") await begin(port, `${forward.url}/hooks/slack`);
    const { workspaceId, personId } = office.house.owner;
    await office.sql(`insert into place (workspace_id, id, surface, tenant, external, name, bound_by, created_at)
      values ('${workspaceId}', '${office.house.sources.newId()}', 'slack', 'T01TEST', '', '', '${personId}', now())`);
  }, 60_000);
  afterAll(async () => {
    await office?.close();
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  test("a command typed, a mention, a button and a whisper are answered", async () => {
    await ask("command", { channel: "C01GEN", user: "U01ALICE", command: "/impresario", text: "take note note:typed" });
    const shown = await next("Kept typed");
    const token = shown.blocks!.flatMap((b) => b.elements ?? []).find((e) => e.action_id)!;
    await ask("interact", {
      channel: "C01GEN",
      messageTs: shown.ts,
      user: "U01ALICE",
      action: { type: "button", ...token },
    });
    await next("Kept again");
    await ask("message", { channel: "C01GEN", user: "U01ALICE", text: "<@U0BOT> take note note:mentioned" });
    expect((await next("Kept mentioned")).thread_ts).toBeDefined();
    await ask("command", { channel: "C01GEN", user: "U01ALICE", command: "/impresario", text: "take hush" });
    await next("Psst");
  }, 40_000);
});
