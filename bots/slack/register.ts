// The app's manifest at Slack: what differs from ours, and the change in one step. It needs SLACK_CONFIG_TOKEN, which
// Slack gives for twelve hours; without it the manifest is put in by hand.
import type { Registry } from "../../core/command/index.ts";
import type { Step } from "../surface.ts";
import { type Api, type Settings, SlackSays } from "./api.ts";
import { isObject, type Json, list, obj, str } from "./json.ts";
import { type Manifest, makeManifest } from "./manifest.ts";

type Named = Map<string, string>;

/** What there is to compare, each part under a name that a person knows it by. */
function partsOf(manifest: Json): Named {
  const features = obj(manifest.features);
  const settings = obj(manifest.settings);
  const scopes = obj(obj(manifest.oauth_config).scopes).bot;
  const events = obj(settings.event_subscriptions).bot_events;
  const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  return new Map([
    ...list(features.slash_commands).map((c) => [str(c.command).slice(1), sorted(c)] as const),
    ...list(features.shortcuts).map((s) => [`shortcut: ${str(s.callback_id)}`, sorted(s)] as const),
    ...names(scopes).map((s) => [`scope: ${s}`, ""] as const),
    ...names(events).map((e) => [`event: ${e}`, ""] as const),
    ["app: home page", sorted(features.app_home)],
    ["app: events", sorted(obj(settings.event_subscriptions).request_url)],
    ["app: buttons", sorted(settings.interactivity)],
    ["app: Socket Mode", sorted(settings.socket_mode_enabled)],
  ]);
}

/** The same text for the same thing, in whatever order Slack tells it. */
const sorted = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, inside: unknown) =>
    isObject(inside) ? Object.fromEntries(Object.entries(inside).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inside,
  );

export function* differences(now: Json, wanted: Json): Generator<Step> {
  const there = partsOf(now);
  for (const [name, text] of partsOf(wanted)) {
    const before = there.get(name);
    there.delete(name);
    if (before === undefined) yield { kind: "add", name };
    else if (before !== text) yield { kind: "change", name };
  }
  for (const name of there.keys()) yield { kind: "remove", name };
}

/** What Slack has of the app and we say nothing about (its name, where it may be installed) stays. */
function over(now: Json, ours: Manifest): Json {
  const oauth = obj(now.oauth_config);
  return {
    ...now,
    display_information: { ...ours.display_information, ...obj(now.display_information) },
    features: { ...obj(now.features), ...ours.features },
    oauth_config: { ...oauth, scopes: { ...obj(oauth.scopes), bot: ours.oauth_config.scopes.bot } },
    settings: { ...obj(now.settings), ...ours.settings },
  };
}

/** A command that Slack refuses is taken out and named, this often. */
const MOST_REFUSED = 10;

export async function register(api: Api, settings: Settings, commands: Registry, apply: boolean): Promise<Step[]> {
  const token = settings.configToken!;
  const app_id = await appOf(api, settings);
  const { manifest, left } = makeManifest(commands, settings.appToken ? undefined : settings.hook);
  const now = obj((await api.call("apps.manifest.export", { app_id }, token)).manifest);
  const refused = apply ? await checked(api, token, app_id, manifest) : [];
  const steps = [...left, ...differences(now, manifest), ...refused];
  if (apply && [...differences(now, manifest)].length > 0)
    await api.call("apps.manifest.update", { app_id, manifest: JSON.stringify(over(now, manifest)) }, token);
  return steps;
}

/** Takes out of the manifest what Slack will not have. */
async function checked(api: Api, token: string, app_id: string, manifest: Manifest): Promise<Step[]> {
  const refused: Step[] = [];
  const { features } = manifest;
  for (let tries = 0; tries <= MOST_REFUSED; tries++) {
    const errors = await errorsOf(api, token, app_id, manifest);
    const bad = errors.flatMap(({ pointer, message }) => {
      const at = /^\/features\/slash_commands\/(\d+)/.exec(str(pointer))?.[1];
      const command = at === undefined ? undefined : features.slash_commands[Number(at)];
      return command ? [{ command, why: str(message) }] : [];
    });
    if (bad.length === 0) {
      if (errors.length > 0) throw new Error(`Slack refuses the manifest: ${JSON.stringify(errors).slice(0, 500)}`);
      return refused;
    }
    for (const { command, why } of bad) refused.push({ kind: "refused", name: command.command.slice(1), why });
    features.slash_commands = features.slash_commands.filter((c) => !bad.some((b) => b.command === c));
  }
  return refused;
}

async function errorsOf(api: Api, token: string, app_id: string, manifest: Manifest): Promise<Json[]> {
  try {
    return list(
      (await api.call("apps.manifest.validate", { app_id, manifest: JSON.stringify(manifest) }, token)).errors,
    );
  } catch (error) {
    if (error instanceof SlackSays && error.word === "invalid_manifest") return list(obj(error.data).errors);
    throw error;
  }
}

/** The app's id stands in its own token; otherwise the bot knows it. */
async function appOf(api: Api, { appToken }: Settings): Promise<string> {
  const known = /^xapp-\d+-(A[A-Z0-9]+)-/.exec(appToken ?? "")?.[1];
  if (known) return known;
  const { bot_id } = await api.call("auth.test");
  return str(obj((await api.call("bots.info", { bot: bot_id })).bot).app_id);
}

/** For people, who paste it. */
export const manifestText = (commands: Registry, hook: string | undefined): string =>
  JSON.stringify(makeManifest(commands, hook).manifest, null, 2);
