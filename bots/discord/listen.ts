// The gateway: for bots without a public address. Interactions come over it whatever is subscribed to; messages only when
// they are said to us.
import type { APIInteraction } from "discord-api-types/v10";
import { pause } from "../../core/within.ts";
import type { Connection, Door } from "../surface.ts";
import type { Api, Settings } from "./api.ts";
import { openCorners, readOn, remember } from "./catchup.ts";
import { type Line, openClient } from "./gateway.ts";
import type { Ear } from "./hear.ts";
import type { Me, Said } from "./words.ts";

/** Longer than a good start takes; a bot that is still not there then says so and goes on trying. */
const START_MS = 15_000;

export async function listen(settings: Settings, api: Api, door: Door, ear: Ear): Promise<Connection> {
  const { log } = door.house;
  const working = new Set<Promise<void>>();
  let me: Me | undefined;
  let stopped = false;
  const work = (one: Promise<void>, what: string) => {
    const all: Promise<void> = one
      .catch((error: unknown) => log.error({ err: error }, what))
      .finally(() => working.delete(all));
    working.add(all);
  };

  async function answer(interaction: APIInteraction): Promise<void> {
    const body = await ear.respond(interaction);
    const route = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
    try {
      await api.call({ method: "POST", route, body, urgent: true });
    } catch (error) {
      // 10062: too late; 40060: another process was first. What was asked is kept: its answer comes all the same.
      const code = api.codeOf(error);
      log.warn({ err: error, code, interaction: interaction.id }, "an interaction could not be acknowledged");
    }
  }

  async function hear(said: Said): Promise<void> {
    if (!me || !(await ear.hear(said, me))) return;
    const { channel_id: channel, guild_id: guild, id } = said;
    corners.note({ channel, last: id, ...(guild === undefined ? {} : { guild }) });
  }

  const history = { api, now: () => door.house.sources.now(), stopped: () => stopped, hear };
  const corners = openCorners((from) => readOn(history, from));
  const known = remember(door.house, corners).catch((error: unknown) =>
    log.warn({ err: error }, "where people spoke with us before could not be read"),
  );
  /** After what was said there before, which is still read perhaps. */
  async function take(said: Said): Promise<void> {
    await known;
    if (await corners.caughtUp(said.channel_id)) await hear(said);
  }
  async function catchUp(): Promise<void> {
    await known;
    corners.fellBehind();
    await corners.catchUp();
  }

  const line = await openClient(settings, log, {
    interaction: (interaction) => work(answer(interaction), "an interaction could not be taken"),
    said: (said) => work(take(said), "a message could not be taken"),
    began({ user, application }) {
      me = { app: application.id, user: user.id };
      work(catchUp(), "what was missed could not be read");
    },
  });
  // After the start nobody waits for it any more.
  line.entered.catch((error: unknown) => log.error({ err: error }, "Discord did not let us in"));
  await Promise.race([line.entered, pause(START_MS)]);
  if (!line.name()) log.warn({}, "Discord has not let us in yet; we go on trying");
  return {
    line: lineOf(line),
    alive: line.alive,
    async stop(milliseconds) {
      stopped = true;
      line.deafen();
      await Promise.race([Promise.all(working), pause(milliseconds)]);
      await line.close();
    },
  };
}

function lineOf(line: Line): string {
  const name = line.name();
  const shards = line.shards() > 1 ? `, ${line.shards()} shards` : "";
  return name === undefined ? "over the gateway" : `${name}, over the gateway${shards}`;
}
