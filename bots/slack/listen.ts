// Socket Mode: for bots without a public address. Bolt keeps the socket; what it receives is acknowledged when it is kept.
import type { App, SocketModeReceiver } from "@slack/bolt";
import { pause } from "../../core/within.ts";
import type { Connection, Door } from "../surface.ts";
import { clientOptions, quiet, type Settings } from "./api.ts";
import { type Hearing, respond } from "./hear.ts";
import { isObject, type Json } from "./json.ts";

/** Longer than a good start takes; a bot that is still not there then says so and goes on trying. */
const START_MS = 10_000;
/** Slack asks us to connect anew every few hours: at once, and slower and slower when it does not work. */
const PAUSE_MS = { first: 100, most: 30_000 };

type Line = { client: SocketModeReceiver["client"]; start(): Promise<unknown> };
type Received = { body: unknown; ack: (body?: object) => Promise<void> };

export async function listen(ear: Hearing, settings: Settings, door: Door, name: Promise<string>): Promise<Connection> {
  const { SocketModeReceiver } = await import("@slack/bolt");
  const working = new Set<Promise<void>>();
  const receiver = new SocketModeReceiver({
    appToken: settings.appToken!,
    logger: quiet(ear.kit.log),
    // Bolt's own way back waits five seconds, and ends the process when Slack answers it with an error.
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(settings) },
  });
  receiver.init({
    processEvent: (event: Received) => {
      const work: Promise<void> = hear(ear, door, event).finally(() => working.delete(work));
      working.add(work);
      return work;
    },
  } as unknown as App);
  const line = keepLine(ear, { client: receiver.client, start: () => receiver.start() });
  await Promise.race([line.again(), pause(START_MS)]);
  const called = await Promise.race([name, pause(2_000).then(() => "")]);
  return {
    line: `${called ? `${called}, ` : ""}over the socket${line.now.connected ? "" : ", not connected yet"}`,
    alive: () => line.now.connected,
    async stop(milliseconds) {
      line.now.stopped = true;
      receiver.client.removeAllListeners("slack_event");
      await Promise.race([Promise.all(working), pause(milliseconds)]);
      await Promise.race([receiver.stop(), pause(milliseconds)]);
    },
  };
}

async function hear(ear: Hearing, door: Door, { body, ack }: Received): Promise<void> {
  if (!isObject(body)) return;
  try {
    const answer = await respond(ear, door, body as Json);
    // What is not acknowledged Slack sends again.
    if (answer.taken) await ack(answer.body);
  } catch (err) {
    // The socket ended in between: what was asked is kept, and its answer comes all the same.
    ear.kit.log.warn({ err }, "something from Slack could not be acknowledged");
  }
}

/** Connects, and connects again whenever the socket ends. */
function keepLine({ kit: { log } }: Hearing, { client, start }: Line) {
  const now = { stopped: false, connected: false, pause: PAUSE_MS.first };
  let trying: Promise<void> | undefined;

  /** One way back at a time. */
  function again(): Promise<void> {
    trying ??= connect().finally(() => {
      trying = undefined;
    });
    return trying;
  }

  async function connect(): Promise<void> {
    let told = false;
    while (!now.stopped && !now.connected) {
      try {
        await start();
      } catch (err) {
        if (!told) log.warn({ err }, "Slack cannot be heard yet; we go on trying");
        told = true;
        // Slack's own wish counts when it names one, in seconds.
        const { retryAfter } = err as { retryAfter?: unknown };
        if (typeof retryAfter === "number") now.pause = Math.max(now.pause, retryAfter * 1_000);
      }
      if (now.connected || now.stopped) return;
      await pause(now.pause);
      now.pause = Math.min(now.pause * 2, PAUSE_MS.most);
    }
  }

  client.on("connected", () => Object.assign(now, { connected: true, pause: PAUSE_MS.first }));
  client.on("disconnected", () => {
    now.connected = false;
    void again();
  });
  return { now, again };
}
