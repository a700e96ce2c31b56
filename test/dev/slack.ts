// Slack on somebody's screen: a channel, direct messages, the app's home, modals.
import { blocksOf, type On } from "../emulators/slack/find.ts";
import type { Json } from "../emulators/slack/schema.ts";
import { openSlack } from "../emulators/slack/server.ts";
import { BOT, type Modal, type Shown, TOKENS } from "../emulators/slack/world.ts";
import { type At, type Client, type Dialog, type Drawn, type Field, makeOrder, type Room } from "./screen.ts";
import { slackParts } from "./slack-blocks.ts";

/** The words of the manifest's slash commands come from the bot; these are typed by people here. */
const COMMAND = "/impresario";

export async function slackClient(): Promise<Client> {
  // Whoever develops starts the product again and again.
  const slack = await openSlack({ pace: { free: ["apps.connections.open"] } });
  const { world } = slack;
  const order = makeOrder();
  const typed: { id: string; channel: string; user: string; text: string }[] = [];
  const nameOf = (id: string) => world.users.get(id)?.real_name ?? id;

  const userOf = ({ person }: At): string => {
    const id = `U0${person.name.toUpperCase()}`;
    const known = world.users.get(id) ?? world.addUser(id, person.name);
    known.locale = person.locale === "de" ? "de-DE" : "en-US";
    world.channels.get("C0RADIO")!.members.add(id);
    return id;
  };
  const channelOf = (at: At) => (at.room === "group" ? "C0RADIO" : world.direct(userOf(at)).id);
  const told = (at: At) => {
    const here = (room: Room) =>
      slack.seen(channelOf({ ...at, room }), userOf(at)).filter((m) => m.user === BOT.user).length;
    return { group: here("group"), direct: here("direct") };
  };
  const byId = (at: At, id: string): On => {
    const home = world.homes.get(userOf(at));
    const found = home?.id === id ? home : slack.seen(channelOf(at), userOf(at)).find((m) => m.ts === id);
    if (!found) throw new Error("This message is gone.");
    return found;
  };
  const fileUrl = (id: string) => `/file/slack/${id}`;
  const say = { nameOf, fileUrl };

  const drawn = (m: Shown): Drawn => ({
    id: m.ts,
    author: m.user === BOT.user ? "Impresario" : nameOf(m.user),
    bot: m.user === BOT.user,
    parts: slackParts(m, say),
    only: m.only !== undefined,
    edits: m.edits,
    ...(m.thread && m.thread !== m.ts ? { thread: m.thread } : {}),
  });
  const line = (id: string, author: string, text: string, bot = false): Drawn => ({
    id,
    author,
    bot,
    parts: [{ kind: "text", spans: [{ text, code: !bot }] }],
    only: true,
    edits: 0,
  });

  function dialogOf(modal: Modal): Dialog {
    const { title, submit } = modal.view as { title: { text: string }; submit?: { text: string } };
    const blocks = blocksOf(modal);
    const values = world.values.get(modal.id) ?? {};
    return {
      id: modal.id + modal.hash,
      title: title.text,
      ...(submit ? { submit: submit.text } : {}),
      parts: slackParts({ text: "", blocks: blocks.filter((b) => b.type !== "input"), files: [] }, say),
      fields: blocks.flatMap((b) =>
        b.type === "input" ? [fieldOf(b, values[String(b.block_id)]?.[actionOf(b)])] : [],
      ),
    };
  }

  return {
    name: "slack",
    rooms: ["group", "direct", "home"],
    env: { SLACK_BOT_TOKEN: TOKENS.bot, SLACK_APP_TOKEN: TOKENS.app, SLACK_API_URL: slack.api },
    screen(at) {
      const user = userOf(at);
      const modal = slack.modal(user);
      const connected = slack.delivery.connected() > 0;
      const more = { told: told(at), ...(modal ? { dialog: dialogOf(modal) } : {}) };
      if (at.room === "home") {
        const home = slack.home(user);
        const parts = home ? slackParts({ text: "", blocks: blocksOf(home), files: [] }, say) : [];
        const page: Drawn = {
          id: home?.id ?? "home",
          author: "Impresario",
          bot: true,
          parts,
          only: true,
          edits: 0,
          ...(home ? {} : { thinking: true }),
        };
        return { connected, messages: [page], ...more };
      }
      const messages = slack.seen(channelOf(at), user).map((m) => ({ at: order(m.ts), drawn: drawn(m) }));
      const lines = typed
        .filter((t) => t.channel === channelOf(at) && t.user === user)
        .map((t) => ({ at: order(t.id), drawn: line(t.id, nameOf(t.user), t.text) }));
      const notices = world.notices.flatMap((n, i) =>
        n.user === user ? [{ at: order(`notice${i}`), drawn: line(`notice${i}`, "Slackbot", n.text, true) }] : [],
      );
      return {
        connected,
        messages: [...messages, ...lines, ...notices].sort((a, b) => a.at - b.at).map((m) => m.drawn),
        ...more,
      };
    },
    async type(at, text, thread) {
      const act = { user: userOf(at), channel: channelOf(at), ...(thread ? { thread } : {}) };
      if (!text.startsWith("/")) {
        // Nobody waits for the event to be taken: it may come again minutes later.
        void slack.say(text.replace(/@Impresario\b/gi, `<@${BOT.user}>`), act);
        return;
      }
      for (const m of slack.seen(act.channel, act.user)) order(m.ts);
      const id = `typed${typed.length}`;
      order(id);
      typed.push({ id, channel: act.channel, user: act.user, text });
      await slack.slash(text, act);
    },
    async offers(_at, text) {
      const known = [{ insert: `${COMMAND} `, label: COMMAND, hint: "Run your media business" }];
      return text.startsWith("/") ? known.filter((o) => o.label.startsWith(text.trimEnd()) && text !== o.insert) : [];
    },
    press: async (at, message, key) => void (await slack.press(byId(at, message), key, { user: userOf(at) })),
    async choose(at, message, menu, values) {
      await slack.choose(byId(at, message), menu, values.length === 1 ? values[0]! : values, { user: userOf(at) });
    },
    async ask(at, message, menu, query) {
      const on = message === undefined ? slack.modal(userOf(at)) : byId(at, message);
      return on ? slack.type(on, menu, query, { user: userOf(at) }) : [];
    },
    async submit(at, values) {
      const user = userOf(at);
      const modal = slack.modal(user);
      if (!modal) return {};
      const fields = dialogOf(modal).fields;
      const given = Object.entries(values).filter(([, all]) => all.some((v) => v !== ""));
      try {
        const { errors } = await slack.submit(
          Object.fromEntries(
            given.map(([id, all]) => [id, fields.find((f) => f.id === id)?.kind === "many" ? all : all[0]!]),
          ),
          { user },
        );
        return Object.fromEntries(
          Object.entries(errors).map(([label, words]) => [fields.find((f) => f.label === label)?.id ?? "", words]),
        );
      } catch (error) {
        return { "": (error as Error).message };
      }
    },
    async dismiss(at) {
      if (slack.modal(userOf(at))) await slack.closeModal({ user: userOf(at) });
    },
    async open(at) {
      if (at.room === "home") await slack.openHome({ user: userOf(at) });
    },
    async file(id) {
      const upload = world.uploads.get(id);
      return (
        upload?.bytes && {
          type: /\.png$/.test(upload.name) ? "image/png" : "application/octet-stream",
          bytes: upload.bytes,
        }
      );
    },
    wrong: () => [
      ...world.wrong,
      ...slack.calls.flatMap((c) => (c.answer.ok === false ? [`${c.method}: ${String(c.answer.error)}`] : [])),
    ],
    close: slack.close,
  };
}

const actionOf = (block: Json) => String((block.element as Json).action_id);

function fieldOf(block: Json, value: Json | undefined): Field {
  const element = block.element as Json;
  const words = (text: unknown) => (text as { text?: string } | undefined)?.text;
  const type = String(element.type);
  const kind =
    type === "number_input"
      ? "number"
      : type === "datepicker"
        ? "date"
        : type === "timepicker"
          ? "time"
          : type === "external_select"
            ? "asks"
            : type === "checkboxes" || type.startsWith("multi_")
              ? "many"
              : /select$|^radio/.test(type)
                ? "one"
                : element.multiline === true
                  ? "lines"
                  : "line";
  const option = value?.selected_option as { value?: string } | undefined;
  const held = value?.value ?? value?.selected_date ?? value?.selected_time ?? option?.value;
  const hint = words(block.hint);
  const placeholder = words(element.placeholder);
  return {
    id: actionOf(block),
    label: words(block.label) ?? "",
    ...(hint ? { hint } : {}),
    kind,
    choices: ((element.options ?? []) as { text: { text: string }; value: string }[]).map((o) => ({
      value: o.value,
      label: o.text.text,
    })),
    required: block.optional !== true,
    ...(typeof held === "string" ? { value: held } : {}),
    ...(placeholder ? { placeholder } : {}),
  };
}
