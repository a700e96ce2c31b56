// Discord: interactions by signed webhooks or over the gateway, answers through the outbox. discord.js does the protocol.

import { join } from "node:path";
import { fetchAttached } from "../parts/attached.ts";
import type { Read } from "../settings.ts";
import { type Bot, type Door, surface as declare, type Kit } from "../surface.ts";
import { openApi, type Settings } from "./api.ts";
import { examine } from "./examine.ts";
import { fileStore } from "./files.ts";
import { type Guard, openGuard } from "./guard.ts";
import { openEar, wholeOf } from "./hear.ts";
import { webhook } from "./hook.ts";
import { INVALID } from "./limits.ts";
import { listen } from "./listen.ts";
import { manifest } from "./manifest.ts";
import type { More } from "./ready.ts";
import { register } from "./register.ts";
import { makeSender } from "./send.ts";
import { sharedTally } from "./tally.ts";
import { KEY } from "./verify.ts";

const DISCORD = "https://discord.com/api";

export const surface = declare<Settings>({
  name: "discord",
  settings,
  manifest: (commands) => JSON.stringify(manifest(commands).commands, null, 2),
  address: ({ apiUrl }) => `${apiUrl}/v10/gateway`,
  open,
});

function settings(read: Read): Settings | undefined {
  const must = (right: RegExp) => (value: string) => {
    if (!right.test(value)) throw new Error("It does not look right.");
    return value;
  };
  const token = read("DISCORD_TOKEN", must(/^[\x21-\x7e]{20,200}$/), "the token of the bot, from its page at Discord");
  const appId = read("DISCORD_APP_ID", must(/^\d{3,20}$/), "the application id, a number of up to 20 digits");
  const key = read("DISCORD_PUBLIC_KEY", must(KEY), "the public key of the application, 64 letters of 0-9 and a-f");
  const apiUrl = read("DISCORD_API_URL", addressOf, `an address such as ${DISCORD}`) ?? DISCORD;
  return token || key ? { token, appId, publicKey: key, apiUrl } : undefined;
}

function addressOf(value: string): string {
  const { protocol } = new URL(value);
  if (protocol !== "https:" && protocol !== "http:") throw new Error("It is not a web address.");
  return value.replace(/\/+$/, "");
}

/** Where other processes of this machine are, they count together. */
function guardOf({ log, keep }: Kit): Guard | undefined {
  if (keep === undefined) return undefined;
  const failed = (err: unknown) => log.warn({ err }, "invalid requests cannot be counted together");
  return openGuard(Date.now, INVALID, sharedTally(join(keep, "discord-invalid"), Date.now, failed));
}

async function open(settings: Settings, kit: Kit): Promise<Bot> {
  const api = await openApi(settings, guardOf(kit));
  const more: More = {};
  const enter = (door: Door) =>
    Object.assign(more, {
      painter: door.painter,
      baseUrl: door.baseUrl,
      closed: (guild: string) => door.closed(wholeOf(guild)),
    } satisfies More);
  const files = fileStore(settings, kit.log);
  // Discord sends interactions one way only: to the address that was set there, else over the gateway. We hear both.
  return {
    sender: makeSender(kit, api, { more, appId: settings.appId }),
    ...(settings.publicKey ? { hook: (door: Door) => webhook(settings, enter(door) && door) } : {}),
    ...(settings.token ? { listen: (door: Door) => listen(settings, api, enter(door) && door, openEar(door)) } : {}),
    fetch: (envelope) => fetchAttached(files, envelope),
    ...(settings.token ? { register: (commands, apply) => register(api, settings, commands, apply) } : {}),
    examine: (around) => examine(api, settings, around),
  };
}
