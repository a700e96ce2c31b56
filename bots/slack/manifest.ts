// Our commands as a Slack app: one slash command that takes all of them in words, and a short one for each first word.
import { type Group, groupsOf, type Registry } from "../../core/command/index.ts";
import type { Step } from "../surface.ts";
import { MANIFEST } from "./limits.ts";
import { short } from "./plain.ts";

type SlashCommand = { command: string; description: string; usage_hint?: string; should_escape: true; url?: string };
type Shortcut = { name: string; type: "global" | "message"; callback_id: string; description: string };

/** As Slack's manifest reference has it (docs.slack.dev/reference/app-manifest). */
export type Manifest = {
  display_information: { name: string; description: string; background_color: string };
  features: {
    app_home: { home_tab_enabled: true; messages_tab_enabled: true; messages_tab_read_only_enabled: false };
    bot_user: { display_name: string; always_online: true };
    shortcuts: Shortcut[];
    slash_commands: SlashCommand[];
  };
  oauth_config: { scopes: { bot: string[] } };
  settings: {
    event_subscriptions: { request_url?: string; bot_events: string[] };
    interactivity: { is_enabled: true; request_url?: string; message_menu_options_url?: string };
    org_deploy_enabled: false;
    socket_mode_enabled: boolean;
    token_rotation_enabled: false;
  };
};
export type Made = { manifest: Manifest; left: Step[] };

/** Each is used: what is heard, what is sent, who somebody is. */
export const SCOPES = [
  "app_mentions:read",
  "channels:history",
  "chat:write",
  "chat:write.public",
  "commands",
  "files:read",
  "files:write",
  "groups:history",
  "im:history",
  "im:write",
  "mpim:history",
  "usergroups:read",
  "users:read",
];
const EVENTS = [
  "app_home_opened",
  "app_mention",
  "message.channels",
  "message.groups",
  "message.im",
  "message.mpim",
  "subteam_created",
  "subteam_members_changed",
  "subteam_updated",
];

/** Slack's own: an app's command of the same name is never reached. */
const TAKEN = new Set(
  `active apps archive away call canvas close collapse dm dnd expand feed feedback help huddle invite join keys kick leave
  list me mpim msg mute open part pro prefs poll remind remove rename search shortcuts shrug star status todo topic who`
    .split(/\s+/)
    .filter(Boolean),
);
const NAME = /^[a-z0-9_-]{1,31}$/;
export const MAIN = "impresario";

/** `hook`: where Slack is to call us; without it we keep a socket. One bad command is left out and named. */
export function makeManifest(commands: Registry, hook: string | undefined): Made {
  const left: Step[] = [];
  const url = hook ? { url: hook } : {};
  const groups = groupsOf(commands.all(), "en");
  const aliases = groups.flatMap((group): SlashCommand[] => {
    // It is there behind the main command.
    if (TAKEN.has(group.word)) return [];
    const why = NAME.test(group.word) && group.word !== MAIN ? "" : "Slack does not take this name.";
    if (why) left.push({ kind: "left out", name: group.word, why });
    return why ? [] : [{ ...alias(group), ...url }];
  });
  const room = MANIFEST.commands - 1;
  for (const { command } of aliases.slice(room))
    left.push({ kind: "left out", name: command.slice(1), why: `More than ${MANIFEST.commands} commands.` });
  const main: SlashCommand = {
    command: `/${MAIN}`,
    description: "Run any command, such as generate song",
    usage_hint: short(groups.map((g) => g.word).join(" | "), MANIFEST.usage),
    should_escape: true,
    ...url,
  };
  return { manifest: manifestOf([main, ...aliases.slice(0, room)], hook), left };
}

function alias({ word, says, commands }: Group): SlashCommand {
  const words = commands.length === 1 && commands[0]!.name === word;
  const [only] = commands;
  const hint = words
    ? Object.keys(only!.options)
        .map((name) => `${name}:…`)
        .join(" ")
    : commands.map((c) => c.name.split(" ").slice(1).join(" ") || c.name).join(" | ");
  return {
    command: `/${word}`,
    description: short(says, 100),
    ...(hint ? { usage_hint: short(hint, MANIFEST.usage) } : {}),
    // People who are mentioned come with their ids.
    should_escape: true,
  };
}

function manifestOf(slash_commands: SlashCommand[], hook: string | undefined): Manifest {
  const request = hook ? { request_url: hook } : {};
  return {
    display_information: {
      name: "Impresario",
      description: "Runs a media business from chat.",
      background_color: "#1c1b1f",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "Impresario", always_online: true },
      shortcuts: [
        { name: "Run a command", type: "global", callback_id: "run", description: "Choose a command and fill it in." },
        {
          name: "Run with this message",
          type: "message",
          callback_id: "run-with",
          description: "Choose a command; the message is its text.",
        },
      ],
      slash_commands,
    },
    oauth_config: { scopes: { bot: SCOPES } },
    settings: {
      event_subscriptions: { ...request, bot_events: EVENTS },
      interactivity: { is_enabled: true, ...request, ...(hook ? { message_menu_options_url: hook } : {}) },
      org_deploy_enabled: false,
      socket_mode_enabled: !hook,
      token_rotation_enabled: false,
    },
  };
}
