// How Slack reaches the app: signed, in time, again when nobody takes it, and badly when told to.
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { App, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { afterEach, describe, expect, test } from "vitest";
import { ask } from "./ask.ts";
import { openSlack, type Slack } from "./server.ts";
import { SIGNING_SECRET, TOKENS } from "./world.ts";

type Heard = { headers: IncomingMessage["headers"]; body: string };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function opened(options?: Parameters<typeof openSlack>[0]): Promise<Slack> {
  const slack = await openSlack({ pace: { on: false }, ...options });
  ends.push(() => slack.close());
  slack.delivery.ways.retries = [0, 10, 20];
  return slack;
}

/** An app of a few lines: it keeps what it heard. */
async function listener(
  answer: (response: ServerResponse, heard: Heard[]) => void,
): Promise<{ heard: Heard[]; url: string }> {
  const heard: Heard[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      heard.push({ headers: request.headers, body });
      answer(response, heard);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/slack` };
}

describe("signed requests", () => {
  test("an address is proved first, and every request is signed over its very bytes", async () => {
    const slack = await opened();
    const { heard, url } = await listener((response, all) => {
      const { type, challenge } = all.length === 1 ? JSON.parse(all[0]!.body) : {};
      response.end(type === "url_verification" ? challenge : "");
    });
    await slack.deliverTo(url);
    await slack.slash("/impresario help");
    for (const { headers, body } of heard) {
      const wanted = createHmac("sha256", SIGNING_SECRET).update(`v0:${headers["x-slack-request-timestamp"]}:${body}`);
      expect(headers["x-slack-signature"]).toBe(`v0=${wanted.digest("hex")}`);
    }
    expect(Object.fromEntries(new URLSearchParams(heard[1]!.body))).toMatchObject({
      command: "/impresario",
      text: "help",
    });
  });

  test("an address that does not answer the challenge is not taken", async () => {
    const slack = await opened();
    const { url } = await listener((response) => void response.end("hello"));
    await expect(slack.deliverTo(url)).rejects.toThrow("challenge");
  });

  test("an event comes again three times with its number and reason, then no more", async () => {
    const slack = await opened();
    const { heard, url } = await listener((response) => void response.writeHead(500).end());
    slack.delivery.ways.address = url;
    const taken = await slack.say("Hello");
    expect(taken).toMatchObject({ ok: false, tries: 4 });
    expect(heard.map((h) => h.headers["x-slack-retry-num"])).toEqual([undefined, "1", "2", "3"]);
    expect(heard[1]!.headers["x-slack-retry-reason"]).toBe("http_error");
    expect(new Set(heard.map((h) => JSON.parse(h.body).event_id)).size).toBe(1);
  });

  test("the app may ask for no more tries", async () => {
    const slack = await opened();
    const { heard, url } = await listener(
      (response) => void response.writeHead(503, { "x-slack-no-retry": "1" }).end(),
    );
    slack.delivery.ways.address = url;
    await slack.say("Hello");
    expect(heard).toHaveLength(1);
  });

  test("who is late hears it again; a command that is late fails before the person's eyes", async () => {
    const slack = await opened();
    slack.delivery.ways.ackMs = 50;
    const { heard, url } = await listener((response, all) => {
      if (all.length === 2) response.end();
    });
    slack.delivery.ways.address = url;
    expect(await slack.say("Hello")).toMatchObject({ ok: true, tries: 2 });
    expect(heard[1]!.headers["x-slack-retry-reason"]).toBe("http_timeout");
    await slack.slash("/impresario help");
    expect(slack.world.notices.at(-1)!.text).toBe('/impresario failed with the error "operation_timeout"');
    expect(heard).toHaveLength(3);
  });

  test("a command in a thread never reaches the app", async () => {
    const slack = await opened();
    expect(await slack.slash("/impresario help", { thread: "1.1" })).toMatchObject({
      ok: false,
      error: "not_in_threads",
    });
    expect(slack.world.notices.at(-1)!.text).toContain("not supported in threads");
  });

  test("twice, and in another order, when told to", async () => {
    const slack = await opened();
    const { heard, url } = await listener((response) => void response.end());
    slack.delivery.ways.address = url;
    let n = 0;
    slack.delivery.ways.trouble = () => (n++ === 0 ? { kind: "twice" } : undefined);
    await slack.say("one");
    expect(heard.map((h) => JSON.parse(h.body).event.text)).toEqual(["one", "one"]);
    n = 0;
    slack.delivery.ways.trouble = () => (n++ === 0 ? { kind: "late" } : undefined);
    await Promise.all([slack.say("two"), slack.say("three")]);
    expect(heard.slice(2).map((h) => JSON.parse(h.body).event.text)).toEqual(["three", "two"]);
  });

  test("only subscribed events come, and only from where we are", async () => {
    const slack = await opened();
    const { heard, url } = await listener((response) => void response.end());
    slack.delivery.ways.address = url;
    slack.world.events.delete("message.channels");
    await slack.say("not ours");
    await slack.mention("ours");
    slack.world.addChannel("C0OTHER", "other", ["U0ANNA"]);
    await slack.say("elsewhere", { channel: "C0OTHER" });
    await slack.dm("alone");
    expect(heard.map((h) => JSON.parse(h.body).event.type)).toEqual(["app_mention", "message"]);
    expect(JSON.parse(heard[1]!.body).event).toMatchObject({ channel_type: "im", user: "U0ANNA", text: "alone" });
  });

  test("an app is told what it says, changes and deletes itself", async () => {
    const slack = await opened();
    const { heard, url } = await listener((response) => void response.end());
    slack.delivery.ways.address = url;
    const { ts } = await ask(slack.api, "chat.postMessage", { channel: "C0RADIO", text: "one" });
    await ask(slack.api, "chat.update", { channel: "C0RADIO", ts, text: "two" });
    await ask(slack.api, "chat.delete", { channel: "C0RADIO", ts });
    await ask(slack.api, "chat.postEphemeral", { channel: "C0RADIO", user: "U0ANNA", text: "alone" });
    await expect.poll(() => heard.length).toBe(3);
    const events = heard.map((h) => JSON.parse(h.body).event);
    expect(events.map((e) => e.subtype)).toEqual([undefined, "message_changed", "message_deleted"]);
    expect(events[0]).toMatchObject({ user: "U0BOT", bot_id: "B0BOT", text: "one", channel_type: "channel" });
    expect(events[1]).toMatchObject({ message: { text: "two" }, previous_message: { text: "one" } });
  });
});

describe("answers at their own address", () => {
  test("five times within half an hour", async () => {
    let now = 1_800_000_000_000;
    const slack = await opened({ now: () => now });
    const answer = async (url: string, body: object) => {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      return [response.status, await response.text()];
    };
    const url = slack.world.door({ channel: "C0RADIO", user: "U0ANNA" });
    for (let n = 0; n < 5; n++) expect(await answer(url, { text: `n${n}` })).toEqual([200, "ok"]);
    expect(await answer(url, { text: "n5" })).toEqual([404, '{"ok":false,"error":"used_url"}']);
    expect(slack.seen()).toHaveLength(5);
    expect(slack.seen("C0RADIO", "U0BEN")).toHaveLength(0);
    const late = slack.world.door({ channel: "C0RADIO", user: "U0ANNA" });
    now += 30 * 60_000 + 1;
    expect(await answer(late, { text: "late" })).toEqual([404, '{"ok":false,"error":"expired_url"}']);
    const wrong = slack.world.door({ channel: "C0RADIO", user: "U0ANNA" });
    expect((await answer(wrong, { blocks: [{ type: "none" }] }))[0]).toBe(400);
  });

  test("the message of a press is changed or taken away", async () => {
    const slack = await opened();
    await slack.say("Original").catch(() => undefined);
    const message = slack.messages[0]!;
    const url = slack.world.door({ channel: "C0RADIO", user: "U0ANNA", message });
    const answer = (body: object) => fetch(url, { method: "POST", body: JSON.stringify(body) });
    await answer({ text: "Changed", replace_original: true });
    expect(message).toMatchObject({ text: "Changed", edits: 1 });
    await answer({ delete_original: true });
    expect(slack.messages).toEqual([]);
  });
});

describe("sockets", () => {
  async function started(slack: Slack, handle: (text: string) => Promise<void> = async () => undefined) {
    const heard: string[] = [];
    const receiver = new SocketModeReceiver({
      appToken: TOKENS.app,
      logLevel: LogLevel.ERROR,
      // How long it waits before it comes again is this times the number of failures.
      clientPingTimeout: 50,
      installerOptions: { clientOptions: { slackApiUrl: slack.api } },
    });
    const app = new App({
      token: TOKENS.bot,
      receiver,
      clientOptions: { slackApiUrl: slack.api },
      logLevel: LogLevel.ERROR,
    });
    app.event("message", async ({ event }) => {
      const text = "text" in event ? String(event.text) : "";
      heard.push(text);
      await handle(text);
    });
    app.command("/impresario", ({ ack }) => ack());
    await app.start();
    ends.push(() => app.stop());
    return { app, heard };
  }

  test("an event whose socket ended comes again over the next one", async () => {
    const slack = await opened();
    slack.delivery.ways.retries = [400, 400, 400];
    const { heard } = await started(slack);
    let first = true;
    slack.delivery.ways.trouble = () => {
      const cut = first;
      first = false;
      return cut ? { kind: "cut" } : undefined;
    };
    const taken = await slack.say("Hello");
    expect(taken?.ok).toBe(true);
    expect(taken!.tries).toBeGreaterThan(1);
    expect(heard).toEqual(["Hello"]);
  });

  test("a renewal is followed: the client comes again", async () => {
    const slack = await opened();
    const { heard } = await started(slack);
    slack.delivery.refresh();
    await expect.poll(() => slack.calls.filter((c) => c.method === "apps.connections.open").length).toBe(2);
    await expect.poll(() => slack.delivery.connected()).toBe(1);
    await slack.say("After");
    expect(heard).toEqual(["After"]);
  });

  test("without a socket a command fails before the person's eyes", async () => {
    const slack = await opened();
    expect(await slack.slash("/impresario help")).toMatchObject({ ok: false, error: "dispatch_failed" });
    expect(slack.world.notices.at(-1)!.text).toBe('/impresario failed with the error "dispatch_failed"');
  });

  test("an address of a socket works once", async () => {
    const slack = await opened();
    const url = slack.delivery.ticket();
    const open = () =>
      new Promise((done) => {
        const socket = new WebSocket(url);
        ends.push(() => socket.close());
        socket.onopen = () => done("open");
        socket.onerror = () => done("refused");
      });
    expect([await open(), await open()]).toEqual(["open", "refused"]);
  });
});

describe("a bad day of the Web API", () => {
  test("slow down, broken, ended before and after the work", async () => {
    const slack = await opened();
    const post = () =>
      fetch(`${slack.api}chat.postMessage`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKENS.bot}`, "content-type": "application/json" },
        body: JSON.stringify({ channel: "C0RADIO", text: "t" }),
      });
    slack.rules.fault = () => ({ kind: "slow down", after: 7 });
    const slow = await post();
    expect([slow.status, slow.headers.get("retry-after")]).toEqual([429, "7"]);
    slack.rules.fault = () => ({ kind: "broken" });
    expect((await post()).status).toBe(500);
    slack.rules.fault = () => ({ kind: "drop" });
    await expect(post()).rejects.toThrow();
    expect(slack.seen()).toEqual([]);
    slack.rules.fault = () => ({ kind: "drop", late: true });
    await expect(post()).rejects.toThrow();
    expect(slack.seen()).toHaveLength(1);
    slack.rules.fault = () => ({ kind: "error", word: "fatal_error" });
    expect(await (await post()).json()).toEqual({ ok: false, error: "fatal_error" });
  });
});
