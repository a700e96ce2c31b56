// Native registration: what differs, one command at a time. A command that Discord refuses is named; the others stay.
import { setTimeout as pause } from "node:timers/promises";
import type { Registry } from "../../core/command/index.ts";
import type { Step } from "../surface.ts";
import { type Api, appOf, type Settings } from "./api.ts";
import { type Change, changes, type Registered } from "./differ.ts";
import { manifest } from "./manifest.ts";

export async function register(api: Api, settings: Settings, commands: Registry, apply: boolean): Promise<Step[]> {
  const made = manifest(commands);
  const steps = made.problems.map(({ command, why }): Step => ({ kind: "left out", name: command, why }));
  const app = settings.appId ?? (await patiently(api, () => appOf(api)));
  const route = `/applications/${app}/commands` as const;
  const there = { method: "GET", route: `${route}?with_localizations=true` as const, bot: true } as const;
  const { data } = await patiently(api, () => api.call(there));
  for (const change of changes(made, data as Registered[], commands)) {
    const step: Step = { kind: change.what, name: change.name };
    steps.push(step);
    if (!apply) continue;
    try {
      await patiently(api, () => carryOut(api, route, change));
    } catch (error) {
      if (api.classify(error).kind !== "refused") throw error;
      Object.assign(step, { kind: "refused", why: (error as Error).message.replace(/\s+/g, " ") });
    }
  }
  return steps;
}

/** Discord takes fifty requests a second of a bot, and a house may have more commands. */
const PATIENCE = 5;
/** Who is told to wait longer than that has another trouble: a token that is unknown, say. */
const SHORT_MS = 5_000;

/** Waits as long as Discord asks for. What it still does not take then is for whoever asked to try again. */
async function patiently<T>(api: Api, send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await send();
    } catch (error) {
      const trouble = api.classify(error);
      const after = trouble.kind === "retry" ? trouble.after : undefined;
      if (after === undefined || after > SHORT_MS || tries >= PATIENCE) throw error;
      await pause(after);
    }
}

/** A command of the same name is replaced in one step, and there is never a moment without it. */
const carryOut = (api: Api, route: `/${string}`, { what, native, id }: Change) =>
  what === "remove"
    ? api.call({ method: "DELETE", route: `${route}/${id}`, bot: true })
    : api.call({ method: "POST", route, body: native, bot: true });
