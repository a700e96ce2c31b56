// Discord: interactions by signed webhooks or over the gateway, answers through the outbox. discord.js does the protocol.

import { isUtf8 } from "node:buffer";
import type { APIInteraction, APIInteractionResponse } from "discord-api-types/v10";
import { localeOf, say } from "../../core/words/say.ts";
import type { Read } from "../settings.ts";
import { type Bot, type Door, surface as declare, type HookAnswer, type Kit } from "../surface.ts";
import { ackOf } from "./ack.ts";
import { openApi, type Settings } from "./api.ts";
import { complete } from "./complete.ts";
import { decode } from "./decode.ts";
import { examine } from "./examine.ts";
import { fetchFiles } from "./files.ts";
import { modalOf } from "./forms.ts";
import { FLAG } from "./limits.ts";
import { listen } from "./listen.ts";
import { manifest } from "./manifest.ts";
import { prefill } from "./prefill.ts";
import type { Desk } from "./ready.ts";
import { register } from "./register.ts";
import { makeSender } from "./send.ts";
import { isGenuine, KEY, publicKey } from "./verify.ts";
import { heard, type Me, type Said } from "./words.ts";

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

async function open(settings: Settings, kit: Kit): Promise<Bot> {
  const api = await openApi(settings);
  const desk: Desk = {};
  const enter = (door: Door) => Object.assign(desk, { painter: door.painter, baseUrl: door.baseUrl });
  // Discord sends interactions one way only: to the address that was set there, else over the gateway. We hear both.
  return {
    sender: makeSender(kit, api, desk),
    ...(settings.publicKey ? { hook: (door: Door) => hook(settings, enter(door) && door) } : {}),
    ...(settings.token
      ? {
          listen: (door: Door) =>
            listen(settings, api, enter(door) && door, {
              respond: (interaction) => respond(settings, door, interaction),
              hear: (said, me) => hear(settings, door, said, me),
            }),
        }
      : {}),
    register: (commands, apply) => register(api, settings, commands, apply),
    examine: () => examine(api, settings),
  };
}

function hook(
  settings: Settings,
  door: Door,
): (request: Parameters<ReturnType<NonNullable<Bot["hook"]>>>[0]) => Promise<HookAnswer> {
  const key = publicKey(settings.publicKey!);
  return async (request) => {
    // Discord tries forged requests itself, and takes an address only when they are refused with 401.
    if (!isGenuine(key, request, door.house.sources.now())) return { status: 401, body: "The signature is not right." };
    const interaction = parsed(request.body);
    if (!interaction) return { status: 400, body: "This is not an interaction." };
    const answer = await respond(settings, door, interaction);
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
  };
}

function parsed(body: Buffer): APIInteraction | undefined {
  if (!isUtf8(body)) return undefined;
  try {
    const value = JSON.parse(body.toString()) as Partial<APIInteraction> | null;
    return typeof value === "object" && typeof value?.type === "number" ? (value as APIInteraction) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The first response, once what was asked is kept for good. */
export async function respond(
  settings: Settings,
  door: Door,
  interaction: APIInteraction,
): Promise<APIInteractionResponse> {
  if (interaction.type === 4) return complete(door, interaction) as Promise<APIInteractionResponse>;
  const { commands, log } = door.house;
  const ack = ackOf(interaction, commands);
  if (ack?.type === 1) return ack;
  if (ack?.type === 9) {
    const { custom_id } = ack.data;
    return modalOf(custom_id, commands, localeIn(interaction), await prefill(door, interaction)) ?? ack;
  }
  const locale = localeOf(localeIn(interaction));
  const envelope = decode(interaction, commands);
  if (!ack || !envelope) return only(say(locale, "This button is not known here. Ask for a new one."));
  const started = performance.now();
  try {
    const received = await door.receive(await fetchFiles(settings, envelope));
    door.house.meter.ack("discord", (performance.now() - started) / 1000);
    if (received !== "away") return ack;
  } catch (error) {
    log.error({ err: error, interaction: interaction.id }, "an interaction could not be kept");
  }
  return only(say(locale, "The database cannot be reached. Nothing was changed; ask again in a moment."));
}

const localeIn = (interaction: APIInteraction): string => ("locale" in interaction ? interaction.locale : "en");

/** What is said to us in plain words. Discord waits for no answer, and does not say it again. */
async function hear(settings: Settings, door: Door, said: Said, me: Me): Promise<boolean> {
  const { commands, log, meter } = door.house;
  const envelope = heard(said, me, commands);
  if (!envelope) return false;
  const started = performance.now();
  try {
    const received = await door.receive(await fetchFiles(settings, envelope));
    meter.ack("discord", (performance.now() - started) / 1000);
    if (received !== "away") return true;
    log.error({ message: said.id }, "a message could be kept nowhere");
  } catch (error) {
    log.error({ err: error, message: said.id }, "a message could not be kept");
  }
  return false;
}

const only = (content: string): APIInteractionResponse => ({
  type: 4,
  data: { content, flags: FLAG.private, allowed_mentions: { parse: [] } },
});
