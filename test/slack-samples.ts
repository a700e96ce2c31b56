// One of everything that Slack tells an app, also of what ours does not listen to.
import type { Kind } from "./emulators/slack/deliver.ts";
import type { Json } from "./emulators/slack/schema.ts";
import { BOT, TEAM, type World } from "./emulators/slack/world.ts";

export type Told = { kind: Kind; payload: Json };

/** `plain`: a command as it was typed there. */
export function slackSamples(world: World, plain: Told, { user, channel }: { user: string; channel: string }): Told[] {
  const team = { id: TEAM.id, domain: TEAM.domain };
  const from = { team, user: { id: user, username: "u", name: "u", team_id: TEAM.id }, api_app_id: "A0" };
  const container = { type: "message", message_ts: "1.000001", channel_id: channel, is_ephemeral: false };
  const on = {
    container,
    channel: { id: channel, name: "c" },
    message: { ts: "1.000001", text: "x" },
    response_url: `${world.url}/response/x`,
  };
  const metadata = JSON.stringify({ command: "test book", place: channel, token: "rAAAAAAAAAAAAAA" });
  const view = (callback_id: string, values: Json) => ({
    view: { id: "V1", type: "modal", callback_id, private_metadata: metadata, blocks: [], state: { values } },
  });
  const field = { "in:title": { title: { type: "plain_text_input", value: "x" } } };
  const inside = (type: string, more: Json): Told => ({
    kind: "interactive",
    payload: { type, ...from, trigger_id: world.nextId("t"), ...more },
  });
  const press = (action: Json) => inside("block_actions", { ...on, actions: [{ block_id: "b", ...action }] });
  const events = (event: Json): Told => ({
    kind: "events_api",
    payload: { type: "event_callback", team_id: TEAM.id, event_id: world.nextId("Ev"), event },
  });
  return [
    plain,
    { kind: "slash_commands" as const, payload: { ...plain.payload, command: "/test", text: "options words:x" } },
    press({ type: "button", action_id: "rAAAAAAAAAAAAAA" }),
    press({ type: "static_select", action_id: "select:1", selected_option: { value: "uBBBBBBBBBBBBBB" } }),
    press({ type: "button", action_id: "form:rAAAAAAAAAAAAAA:test book:title,kind", value: '{"title":"x"}' }),
    press({ type: "button", action_id: "pick-command" }),
    inside("view_submission", view("run", field)),
    inside("view_submission", view("pick", { "in:command": { command: { selected_option: { value: "test book" } } } })),
    inside("view_closed", view("run", field)),
    inside("block_suggestion", { ...view("run", {}), action_id: "station", block_id: "in:station", value: "no" }),
    inside("shortcut", { callback_id: "run" }),
    inside("message_action", { ...on, callback_id: "run-with", message_ts: "1.000001" }),
    events({
      type: "app_mention",
      user,
      channel,
      text: `<@${BOT.user}> test note note:x`,
      ts: "1.2",
      files: [{ name: "a.csv" }],
    }),
    events({
      type: "message",
      channel_type: "channel",
      user,
      channel,
      text: "!test note note:x",
      ts: "1.3",
      thread_ts: "1.1",
    }),
    events({ type: "message", subtype: "message_changed", channel, message: { text: "x" } }),
    events({ type: "app_home_opened", user, channel, tab: "home" }),
    events({ type: "subteam_members_changed", team_id: TEAM.id, subteam_id: "S1" }),
    { kind: "events_api" as const, payload: { type: "url_verification", challenge: "c", token: "t" } },
  ];
}
