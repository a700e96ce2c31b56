// The gateway through its library: gets in, comes back by itself, and passes on what Discord tells, as it was told.

import type { Client } from "discord.js";
import type { APIInteraction, GatewayReadyDispatchData } from "discord-api-types/v10";
import type { Log } from "../../core/house.ts";
import type { Settings } from "./api.ts";
import { INTENTS } from "./limits.ts";
import type { Said } from "./words.ts";

export type Told = {
  interaction(interaction: APIInteraction): void;
  said(said: Said): void;
  /** A session began: what was told between the last one and now is lost, unless it is asked for. */
  began(ready: GatewayReadyDispatchData): void;
};

export type Line = {
  name(): string | undefined;
  shards(): number;
  /** Every shard hears. */
  alive(): boolean;
  /** Ends when we are in, for the first time. */
  entered: Promise<void>;
  /** Nothing more is passed on. */
  deafen(): void;
  close(): Promise<void>;
};

/** Between two tries while Discord cannot be reached. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export async function openClient({ token, apiUrl }: Settings, log: Log, told: Told): Promise<Line> {
  const { Client, DiscordjsErrorCodes, Events, Options } = await import("discord.js");
  function make(): Client {
    const made = new Client({
      intents: INTENTS,
      // As many connections as Discord asks for.
      shards: "auto",
      rest: { api: apiUrl, version: "10" },
      makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0, ThreadManager: 0 }),
    });
    // Without a listener an error of the socket would end the process.
    made.on(Events.Error, (error) => log.warn({ err: error }, "the connection to Discord had an error"));
    made.on(Events.ShardError, (error) => log.warn({ err: error }, "the connection to Discord had an error"));
    made.on(Events.Invalidated, () => log.error({}, "Discord ended the session for good; start again"));
    // The library's own objects are not used: one decoder reads what comes over either way.
    const socket = socketOf(made);
    socket.on("READY", told.began);
    socket.on("INTERACTION_CREATE", told.interaction);
    socket.on("MESSAGE_CREATE", told.said);
    return made;
  }
  const now = { client: make(), stopped: false, wake: () => {} };

  /** Discord may be away when we start. Only a token that it does not know is a reason not to go on. */
  async function enter(): Promise<void> {
    for (let pause = FIRST_PAUSE; !now.stopped; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      const { client } = now;
      const here = new Promise<void>((done) => client.once(Events.ClientReady, () => done()));
      try {
        await client.login(token!);
        return await here;
      } catch (error) {
        if ((error as { code?: unknown }).code === DiscordjsErrorCodes.TokenInvalid)
          throw new Error("Discord does not know DISCORD_TOKEN. Make a new token on the bot's page and set it.");
        log.warn({ err: error }, "Discord cannot be reached yet; we go on trying");
        await new Promise<void>((done) => {
          now.wake = done;
          setTimeout(done, pause).unref();
        });
        // A client whose first try failed has ended itself.
        if (!now.stopped) now.client = make();
      }
    }
  }

  return {
    name: () => now.client.user?.username,
    shards: () => now.client.ws.shards.size,
    alive: () => now.client.isReady() && now.client.ws.shards.every((shard) => shard.status === 0),
    entered: enter(),
    deafen() {
      const socket = socketOf(now.client);
      for (const event of ["READY", "INTERACTION_CREATE", "MESSAGE_CREATE"]) socket.removeAllListeners(event);
    },
    async close() {
      now.stopped = true;
      now.wake();
      await now.client.destroy();
    },
  };
}

const socketOf = ({ ws }: { ws: object }) => ws as NodeJS.EventEmitter;
