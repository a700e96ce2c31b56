// What people do in Slack: they say, press, choose, type and fill in. Each answers what became of it at the app.

import { show } from "./chat.ts";
import type { makeDelivery, Taken } from "./deliver.ts";
import { filled, type Given, offers, touch } from "./fill.ts";
import { find, isModal, type On, unfilled } from "./find.ts";
import { echoOf, hears, mentionsUs, toldOf } from "./hearing.ts";
import { respondToCommand, takeSubmission } from "./outcome.ts";
import type { Json } from "./schema.ts";
import { told } from "./views.ts";
import { APP, BOT, channelOf, messageOf, type Shown, TEAM, VERIFICATION, type World } from "./world.ts";

export type Act = { user?: string; channel?: string; thread?: string };
const ANNA = "U0ANNA";
const RADIO = "C0RADIO";

export function makeActs(world: World, delivery: ReturnType<typeof makeDelivery>) {
  const team = { id: TEAM.id, domain: TEAM.domain };
  const common = { token: VERIFICATION, api_app_id: APP, is_enterprise_install: false, enterprise: null };
  const actor = (id: string) => {
    const { name } = world.users.get(id)!;
    return { id, username: name, name, team_id: TEAM.id };
  };
  const placed = (id: string) => ({ id, name: world.channels.get(id)?.name ?? "" });

  function event(inside: Json): Promise<Taken> {
    const event_time = Math.floor(world.now() / 1000);
    const authorizations = [
      { enterprise_id: null, team_id: TEAM.id, user_id: BOT.user, is_bot: true, is_enterprise_install: false },
    ];
    return delivery.event({
      token: VERIFICATION,
      team_id: TEAM.id,
      context_team_id: TEAM.id,
      api_app_id: APP,
      event: inside,
      type: "event_callback",
      event_id: world.nextId("Ev"),
      event_time,
      authorizations,
      is_ext_shared_channel: false,
      event_context: "4-context",
    });
  }

  function container(on: On): Json {
    if (isModal(on)) return { container: { type: "view", view_id: on.id }, view: told(world, on) };
    const about = { type: "message", message_ts: on.ts, channel_id: on.channel, is_ephemeral: on.only !== undefined };
    return {
      container: { ...about, ...(on.thread ? { thread_ts: on.thread } : {}) },
      channel: placed(on.channel),
      // A message that only one person sees is not told again.
      ...(on.only ? {} : { message: messageOf(on) }),
    };
  }

  async function act(on: On, user: string, block: Json, element: Json, chosen: Json): Promise<Taken> {
    const key = isModal(on) ? on.id : on.ts;
    const answers = isModal(on)
      ? {}
      : {
          response_url: world.door({
            channel: on.channel,
            user,
            message: on,
            ...(on.thread ? { thread: on.thread } : {}),
          }),
        };
    const { action_id, type } = element;
    return delivery.tell("interactive", {
      type: "block_actions",
      user: actor(user),
      ...common,
      team,
      ...container(on),
      ...(isModal(on) ? {} : { state: { values: world.values.get(key) ?? {} } }),
      trigger_id: world.trigger(user),
      ...answers,
      actions: [{ action_id, block_id: block.block_id, type, ...chosen, action_ts: world.nextTs() }],
    });
  }

  /** What somebody said, as the event that our app gets, if it may hear it. */
  function say(
    text: string,
    { user = ANNA, channel = RADIO, thread }: Act = {},
    more: Json = {},
  ): Promise<Taken | undefined> {
    const message = show(world, { user, channel, text, ...(thread ? { thread } : {}), ...more });
    const inside = { ...toldOf(world, message), client_msg_id: world.nextId("m"), ...more };
    const heard = [
      ...(mentionsUs(world, message) ? [event({ ...inside, type: "app_mention" })] : []),
      ...(hears(world, channel) ? [event(inside)] : []),
    ];
    return Promise.all(heard).then((all) => all[0]);
  }

  /** An app is told what it says itself, too: that is how two of them talk to each other for ever. */
  function echo(): void {
    for (const done of world.done.splice(0))
      if (delivery.present() && hears(world, done.message.channel)) void event(echoOf(world, done));
  }

  return {
    event,
    echo,
    say,
    mention: (text: string, act_: Act = {}) => say(`<@${BOT.user}> ${text}`, act_),
    dm: (text: string, { user = ANNA, thread }: Act = {}) =>
      say(text, { user, channel: world.direct(user).id, ...(thread ? { thread } : {}) }),

    /** A slash command, as typed: "/impresario generate song". Slack knows none in threads. */
    async slash(typed: string, { user = ANNA, channel = RADIO, thread }: Act = {}): Promise<Taken> {
      const [command = "", ...words] = typed.split(" ");
      const notice = (text: string) => void world.notices.push({ user, text });
      if (thread) {
        notice(`${command} is not supported in threads. Sorry!`);
        return { ok: false, status: 0, milliseconds: 0, body: undefined, error: "not_in_threads", tries: 0 };
      }
      const at = channelOf(world.channels.get(channel)!);
      const taken = await delivery.tell("slash_commands", {
        token: VERIFICATION,
        team_id: TEAM.id,
        team_domain: TEAM.domain,
        channel_id: channel,
        channel_name: String(at.name ?? "directmessage"),
        user_id: user,
        user_name: world.users.get(user)!.name,
        command,
        // `should_escape` is off: what was typed, except that & < and > are written out.
        text: words.join(" ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
        api_app_id: APP,
        is_enterprise_install: "false",
        response_url: world.door({ channel, user }),
        trigger_id: world.trigger(user),
      });
      if (taken.ok) respondToCommand(world, { channel, user }, taken.body);
      else
        notice(
          `${command} failed with the error "${taken.error === "dispatch_failed" ? "dispatch_failed" : /timeout/.test(taken.error ?? "") ? "operation_timeout" : "http_service_error"}"`,
        );
      return taken;
    },

    /** Presses the button that says this (or has this `action_id`). */
    async press(on: On, label: string, { user = ANNA }: Act = {}): Promise<Taken> {
      const { block, element } = find(on, label, ["button", "icon_button", "feedback_buttons", "workflow_button"]);
      const chosen = { text: element.text, ...(element.value === undefined ? {} : { value: element.value }) };
      return act(on, user, block, element, { ...chosen, ...(element.style ? { style: element.style } : {}) });
    },
    /** Chooses in a menu, a date picker, radio buttons, checkboxes…: by the words one sees, or the value. */
    async choose(on: On, element_: string, choice: Given, { user = ANNA }: Act = {}): Promise<Taken> {
      const { block, element } = find(on, element_);
      const value = filled(element, choice, world.values.get(`${isModal(on) ? on.id : on.ts}/offers`) as never);
      touch(world, isModal(on) ? on.id : on.ts, block, element, value);
      return act(on, user, block, element, value);
    },
    /** Types into a menu whose choices come from the app: what it offers. */
    async type(
      on: On,
      element_: string,
      query: string,
      { user = ANNA }: Act = {},
    ): Promise<{ label: string; value: string }[]> {
      const { block, element } = find(on, element_, ["external_select", "multi_external_select"]);
      if (query.length < Number(element.min_query_length ?? 3)) return [];
      const { channel, container: inside, view, message } = container(on) as Json;
      const taken = await delivery.tell("interactive", {
        type: "block_suggestion",
        user: actor(user),
        ...common,
        team,
        container: inside,
        ...(view ? { view } : {}),
        ...(channel ? { channel } : {}),
        ...(message ? { message } : {}),
        action_id: element.action_id,
        block_id: block.block_id,
        value: query,
      });
      return offers(world, isModal(on) ? on.id : on.ts, taken);
    },
    /** Fills in the modal on top, by the labels one sees or by `action_id`, and sends it. What the app found wrong, if it did. */
    async submit(
      given: Record<string, Given> = {},
      { user = ANNA }: Act = {},
    ): Promise<Taken & { errors: Record<string, string> }> {
      const modal = world.modals.get(user);
      if (!modal) throw new Error("No modal is open.");
      for (const [name, value] of Object.entries(given)) {
        const { block, element } = find(modal, name);
        touch(world, modal.id, block, element, filled(element, value, world.values.get(`${modal.id}/offers`) as never));
      }
      const missing = unfilled(world, modal);
      if (missing.length > 0) throw new Error(`Slack would not send it: ${missing.join("; ")}`);
      const view = told(world, modal);
      const taken = await delivery.tell("interactive", {
        type: "view_submission",
        team,
        user: actor(user),
        ...common,
        trigger_id: world.trigger(user),
        view,
        response_urls: [],
      });
      return { ...taken, errors: takeSubmission(world, modal, taken) };
    },
    /** Closes the modal on top; the app is told when it asked to be. */
    async closeModal({ user = ANNA }: Act = {}): Promise<Taken | undefined> {
      const modal = world.modals.get(user);
      if (!modal) throw new Error("No modal is open.");
      const view = told(world, modal);
      if (modal.previous) world.modals.set(user, modal.previous);
      else world.modals.delete(user);
      if (modal.view.notify_on_close !== true) return undefined;
      return delivery.tell("interactive", {
        type: "view_closed",
        team,
        user: actor(user),
        ...common,
        view,
        is_cleared: false,
      });
    },
    /** A shortcut: of the whole team, or of a message. */
    shortcut(callback_id: string, { user = ANNA, message }: Act & { message?: Shown } = {}): Promise<Taken> {
      const about = {
        callback_id,
        trigger_id: world.trigger(user),
        user: actor(user),
        team,
        ...common,
        action_ts: world.nextTs(),
      };
      if (!message) return delivery.tell("interactive", { type: "shortcut", ...about });
      return delivery.tell("interactive", {
        type: "message_action",
        ...about,
        message_ts: message.ts,
        channel: placed(message.channel),
        message: messageOf(message),
        response_url: world.door({ channel: message.channel, user }),
      });
    },
    openHome({ user = ANNA }: Act = {}, tab: "home" | "messages" = "home"): Promise<Taken> {
      const home = world.homes.get(user);
      const channel = world.direct(user).id;
      return event({
        type: "app_home_opened",
        user,
        channel,
        tab,
        event_ts: world.nextTs(),
        ...(home ? { view: told(world, home) } : {}),
      });
    },
  };
}
