// The gateway: for bots without a public address. Interactions come over it whatever is subscribed to, so nothing is.
import type { APIInteraction, APIInteractionResponse } from "discord-api-types/v10";
import type { Connection, Door } from "../surface.ts";
import type { Api, Settings } from "./api.ts";

/** Longer than a good start takes; a bot that is still not there then says so and goes on trying. */
const START_MS = 15_000;

export async function listen(
  { token, apiUrl }: Settings,
  api: Api,
  door: Door,
  respond: (interaction: APIInteraction) => Promise<APIInteractionResponse>,
): Promise<Connection> {
  const { Client, DiscordjsErrorCodes, Events, Options } = await import("discord.js");
  const { log } = door.house;
  const working = new Set<Promise<void>>();
  const take = (interaction: APIInteraction) => {
    const work: Promise<void> = answer(interaction).finally(() => working.delete(work));
    working.add(work);
  };
  async function answer(interaction: APIInteraction): Promise<void> {
    try {
      const body = await respond(interaction);
      await api.call({ method: "POST", route: `/interactions/${interaction.id}/${interaction.token}/callback`, body });
    } catch (error) {
      // 10062: too late; 40060: another process was first. What was asked is kept: its answer comes all the same.
      const code = api.codeOf(error);
      log.warn({ err: error, code, interaction: interaction.id }, "an interaction could not be acknowledged");
    }
  }
  function make() {
    const made = new Client({
      intents: [],
      rest: { api: apiUrl, version: "10" },
      makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0, ThreadManager: 0 }),
    });
    // Without a listener an error of the socket would end the process.
    made.on(Events.Error, (error) => log.warn({ err: error }, "the connection to Discord had an error"));
    made.on(Events.ShardError, (error) => log.warn({ err: error }, "the connection to Discord had an error"));
    made.on(Events.Invalidated, () => log.error({}, "Discord ended the session for good; start again"));
    // The library's own objects are not used: one decoder reads what comes over either way.
    socketOf(made).on("INTERACTION_CREATE", (data: APIInteraction) => take(data));
    return made;
  }
  const now = { client: make(), stopped: false };
  /** Discord may be away when we start. Only a token that it does not know is a reason not to. */
  async function login(pause = 1_000): Promise<void> {
    const { client } = now;
    const here = new Promise<void>((done) => client.once(Events.ClientReady, () => done()));
    try {
      await client.login(token!);
      await here;
    } catch (error) {
      if ((error as { code?: unknown }).code === DiscordjsErrorCodes.TokenInvalid)
        throw new Error("Discord does not know DISCORD_TOKEN. Make a new token on the bot's page and set it.");
      log.warn({ err: error }, "Discord cannot be reached yet; we go on trying");
      await after(pause);
      if (now.stopped) return;
      // A client whose first try failed has ended itself.
      now.client = make();
      await login(Math.min(pause * 2, 60_000));
    }
  }
  const entered = login();
  // After the start nobody waits for it any more.
  entered.catch((error: unknown) => log.error({ err: error }, "Discord did not let us in"));
  await Promise.race([entered, after(START_MS)]);
  if (!now.client.isReady()) log.warn({}, "Discord has not let us in yet; we go on trying");
  return {
    line: now.client.user ? `${now.client.user.username}, over the gateway` : "over the gateway",
    alive: () => now.client.isReady() && now.client.ws.shards.every((shard) => shard.status === 0),
    async stop(milliseconds) {
      now.stopped = true;
      socketOf(now.client).removeAllListeners("INTERACTION_CREATE");
      await Promise.race([Promise.all(working), after(milliseconds)]);
      await now.client.destroy();
    },
  };
}

const socketOf = ({ ws }: { ws: object }) => ws as NodeJS.EventEmitter;

const after = (milliseconds: number) =>
  new Promise<void>((done) => {
    setTimeout(done, milliseconds).unref();
  });
