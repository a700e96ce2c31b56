// What all chat surfaces stand on: the door that keeps messages, the lanes that work them off, the outbox that answers.
import { join } from "node:path";
import { type Intake, openIntake, openSpool, saidWith, startLanes } from "../../core/inbox/index.ts";
import { type OutboxOptions, startOutbox } from "../../core/outbox/index.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import { closed, doorkeeper, enter, moved, openDoors, opened } from "../../core/workspace/index.ts";
import type { Bot, Door } from "../surface.ts";
import { chosenSurfaces } from "../surfaces.ts";
import type { Base } from "./part.ts";

export type Chat = {
  bots: { name: string; bot: Bot }[];
  door: Door;
  stop(): Promise<void>;
};

/** `works`: this process also works messages off and sends answers; a web process alone only takes webhooks in. */
export async function openChat(
  { settings, house }: Base,
  painter: Painter,
  works: boolean,
  sending?: OutboxOptions,
): Promise<Chat> {
  const chosen = await chosenSurfaces(settings);
  const kit = { ...house, keep: join(settings.dataDir, "bots") };
  const bots = await Promise.all(
    chosen.map(async ({ surface, settings: own }) => ({ name: surface.name, bot: await surface.open(own, kit) })),
  );
  const doors = openDoors();
  const keeper = doorkeeper(house, doors);
  const outbox =
    works && bots.length > 0
      ? startOutbox(
          house,
          bots.map(({ bot }) => bot.sender),
          sending,
        )
      : undefined;
  const lanes =
    works && bots.length > 0
      ? startLanes(house, {
          resolveAccount: keeper.resolveAccount,
          resolveAccounts: keeper.resolveAccounts,
          pressed: () => intake.pressed(),
          fetch: (envelope) => bots.find(({ name }) => name === envelope.surface)?.bot.fetch?.(envelope),
          answered({ database, workspaceId }, { envelope: { surface, tenant, place, apart } }) {
            outbox?.wake({ workspaceId, surface, tenant, place }, database);
            if (apart) outbox?.wake({ workspaceId, surface, tenant, place, apart }, database);
          },
        })
      : undefined;
  const intake: Intake = openIntake(house, {
    findHome: keeper.findHome,
    ...(lanes ? { lanes } : {}),
    spool: openSpool({ folder: join(settings.dataDir, "spool"), log: house.log }),
  });
  return {
    bots,
    door: {
      house,
      receive: intake.receive,
      saidWith: async (speaker, album) => saidWith(house, await keeper.findHome(speaker), speaker, album),
      moved: (place, to) => moved(house, doors, place, to),
      closed: (place) => closed(house, doors, place),
      opened: (place) => opened(house, doors, place),
      enter: (visitor) => enter(house, doors, visitor),
      painter,
      baseUrl: settings.baseUrl,
    },
    async stop() {
      await intake.stop();
      await lanes?.stop();
      await outbox?.stop();
    },
  };
}
