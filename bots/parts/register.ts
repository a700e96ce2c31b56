// Asks for the registration of our commands, as a job, where a platform was last told of others. After the start, and
// never in its way: a platform that is away, or that refuses us, keeps nobody from working.
import { createHmac } from "node:crypto";
import { jobAct } from "../../core/jobs/index.ts";
import { registerCommands, whatWasTold } from "../../core/registration/index.ts";
import { inWorkspace } from "../../db/connect.ts";
import type { Registrars } from "../../jobs/index.ts";
import { keyFor } from "../settings.ts";
import { type Chosen, chosenSurfaces } from "../surfaces.ts";
import type { Chat } from "./chat.ts";
import type { Base } from "./part.ts";

type Room = Pick<Base, "settings" | "house"> & { registrars: Registrars };

export async function askForRegistration(room: Room, { bots }: Pick<Chat, "bots">, workspaceId: string): Promise<void> {
  const { settings, house, registrars } = room;
  const chosen = await chosenSurfaces(settings);
  for (const one of chosen) {
    const { name } = one.surface;
    const bot = bots.find((b) => b.name === name)?.bot;
    if (!bot?.register || !one.surface.manifest) continue;
    const print = printOf(room, one);
    registrars.set(name, { print, register: () => bot.register!(house.commands, true) });
    await ask(room, workspaceId, name, print).catch((err: unknown) =>
      house.log.warn({ err, surface: name }, "the registration of commands could not be asked for"),
    );
  }
}

/** All that the platform would be told, and by whom. The token is in it, and cannot be got out of it. */
function printOf({ settings, house }: Room, { surface, settings: own }: Chosen): string {
  const { baseUrl } = settings;
  const said = JSON.stringify([surface.name, own, surface.manifest!(house.commands, { baseUrl })]);
  return createHmac("sha256", keyFor(settings.secretKey, "registration")).update(said).digest("base64url");
}

async function ask({ house }: Room, workspaceId: string, surface: string, print: string): Promise<void> {
  const [database] = house.databases;
  if (!database) return;
  await inWorkspace(database, workspaceId, async (tx) => {
    if ((await whatWasTold({ db: tx }, surface))?.print === print) return;
    const runId = house.sources.newId();
    const { act } = await jobAct(house, { database, tx }, { workspaceId, personId: null, runId });
    // Processes that start together, and one that starts again and again, ask for one job.
    await act.later(registerCommands, { surface, print }, { key: `${surface} ${print}` });
  });
}
