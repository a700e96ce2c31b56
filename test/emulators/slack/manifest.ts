// An app's manifest, as Slack judges it. The numbers are in the reference of the app manifest (docs.slack.dev).
import { anything, flag, list, object, oneOf, type Rule, string, whole } from "./schema.ts";

const scopes = list(string({ min: 1 }), { max: 255 });
const prompts = list(object({ title: string({ min: 1 }), message: string({ min: 1 }) }), { max: 4 });
const shortcut = object({
  type: oneOf("global", "message"),
  name: string({ min: 1, max: 24 }),
  callback_id: string({ min: 1, max: 255 }),
  description: string({ min: 1, max: 150 }),
});
const slash = object(
  { command: string({ max: 32, like: /^\/[^\sA-Z]+$/ }), description: string({ min: 1, max: 2000 }) },
  { url: string({ like: /^https:\/\// }), usage_hint: string({ max: 1000 }), should_escape: flag },
);
const address = string({ like: /^https:\/\// });

const MANIFEST: Rule = object(
  {
    display_information: object(
      { name: string({ min: 1, max: 35 }) },
      {
        description: string({ max: 140 }),
        long_description: string({ min: 174, max: 4000 }),
        background_color: string({ like: /^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$/ }),
      },
    ),
  },
  {
    _metadata: object({}, { major_version: whole(1, 2), minor_version: whole(0, 99) }),
    features: object(
      {},
      {
        app_home: object(
          {},
          { home_tab_enabled: flag, messages_tab_enabled: flag, messages_tab_read_only_enabled: flag },
        ),
        bot_user: object({ display_name: string({ min: 1, max: 80 }) }, { always_online: flag }),
        shortcuts: list(shortcut, { max: 10 }),
        slash_commands: list(slash, { max: 50 }),
        unfurl_domains: list(string(), { max: 5 }),
        agent_view: object(
          {},
          { agent_description: string({ max: 300 }), suggested_prompts: prompts, actions: anything },
        ),
        assistant_view: object({ assistant_description: string({ min: 1 }) }, { suggested_prompts: prompts }),
      },
    ),
    oauth_config: object(
      {},
      {
        redirect_urls: list(string(), { max: 1000 }),
        scopes: object({}, { bot: scopes, user: scopes, bot_optional: scopes, user_optional: scopes }),
        token_management_enabled: flag,
      },
    ),
    settings: object(
      {},
      {
        allowed_ip_address_ranges: list(string(), { max: 50 }),
        event_subscriptions: object(
          {},
          { request_url: address, bot_events: list(string(), { max: 100 }), user_events: list(string(), { max: 100 }) },
        ),
        incoming_webhooks: anything,
        interactivity: object({ is_enabled: flag }, { request_url: address, message_menu_options_url: address }),
        org_deploy_enabled: flag,
        socket_mode_enabled: flag,
        token_rotation_enabled: flag,
        function_runtime: string(),
      },
    ),
    functions: anything,
  },
);

export function wrongInManifest(manifest: unknown): { message: string; pointer: string }[] {
  const problems: string[] = [];
  MANIFEST(manifest, "", problems);
  return problems.map((one) => {
    const [, message = one, pointer = ""] = /^(.*) \[json-pointer:(.*)\]$/s.exec(one) ?? [];
    return { message, pointer };
  });
}
