// Discord calls us: signed interactions, answered when they are kept.
import { isUtf8 } from "node:buffer";
import type { APIInteraction } from "discord-api-types/v10";
import type { Door, Hook, HookAnswer } from "../surface.ts";
import type { Settings } from "./api.ts";
import { openEar } from "./hear.ts";
import { isGenuine, publicKey } from "./verify.ts";

export function webhook(settings: Settings, door: Door): (request: Hook) => Promise<HookAnswer> {
  const key = publicKey(settings.publicKey!);
  const { respond } = openEar(door);
  return async (request) => {
    // Discord tries forged requests itself, and takes an address only when they are refused with 401.
    if (!isGenuine(key, request, door.house.sources.now())) return { status: 401, body: "The signature is not right." };
    const interaction = parsed(request.body);
    if (!interaction) return { status: 400, body: "This is not an interaction." };
    const answer = await respond(interaction);
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
