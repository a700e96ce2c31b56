// The emulator judged by Slack's own library: what Bolt does against Slack it must be able to do here, in both modes.
import { App, type BlockAction, type ButtonAction, LogLevel } from "@slack/bolt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "./port.ts";
import { openSlack, type Slack } from "./server.ts";
import { BOT, SIGNING_SECRET, TOKENS } from "./world.ts";

const modal = (title: string) => ({
  type: "modal" as const,
  callback_id: "song",
  title: { type: "plain_text" as const, text: title },
  submit: { type: "plain_text" as const, text: "Make" },
  private_metadata: "kept",
  blocks: [
    {
      type: "input" as const,
      block_id: "title",
      label: { type: "plain_text" as const, text: "Title" },
      element: { type: "plain_text_input" as const, action_id: "title", max_length: 20 },
    },
    {
      type: "input" as const,
      block_id: "voice",
      optional: true,
      label: { type: "plain_text" as const, text: "Voice" },
      element: { type: "external_select" as const, action_id: "voice", min_query_length: 0 },
    },
  ],
});

function listeners(app: App): void {
  app.command("/impresario", async ({ command, ack, client, respond }) => {
    await ack();
    if (command.text === "form") await client.views.open({ trigger_id: command.trigger_id, view: modal("A song") });
    else await respond({ text: `You said ${command.text}.`, response_type: "ephemeral" });
  });
  app.event("app_mention", async ({ event, client }) => {
    await client.chat.postMessage({
      channel: event.channel,
      text: "Again?",
      blocks: [
        {
          type: "actions",
          elements: [{ type: "button", action_id: "again", text: { type: "plain_text", text: "Again" }, value: "v1" }],
        },
      ],
    });
  });
  app.action<BlockAction<ButtonAction>>("again", async ({ ack, body, action, client }) => {
    await ack();
    await client.chat.update({
      channel: body.channel!.id,
      ts: body.message!.ts,
      text: `Pressed ${action.value}.`,
      blocks: [],
    });
  });
  app.options("voice", ({ ack, options }) =>
    ack({
      options: ["Alto", "Bass"]
        .filter((o) => o.toLowerCase().startsWith(options.value))
        .map((o) => ({ text: { type: "plain_text", text: o }, value: o.toLowerCase() })),
    }),
  );
  app.view("song", async ({ ack, view, client, body }) => {
    const { title, voice } = view.state.values;
    if (title!.title!.value === "bad") return ack({ response_action: "errors", errors: { title: "Not this one." } });
    await ack();
    const said = `${title!.title!.value}, ${voice!.voice!.selected_option?.value}, ${view.private_metadata}`;
    await client.chat.postEphemeral({ channel: "C0RADIO", user: body.user.id, text: said });
  });
  app.shortcut("from_message", async ({ ack, shortcut, client }) => {
    await ack();
    await client.views.open({ trigger_id: shortcut.trigger_id, view: modal("From a message") });
  });
  app.event("app_home_opened", async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: { type: "home", blocks: [{ type: "divider" }] } });
  });
}

describe.each(["socket", "http"] as const)("Bolt over %s", (mode) => {
  let slack: Slack;
  let app: App;
  beforeAll(async () => {
    slack = await openSlack({ pace: { on: false } });
    const clientOptions = { slackApiUrl: slack.api };
    const token = TOKENS.bot;
    const logLevel = LogLevel.ERROR;
    if (mode === "socket") {
      app = new App({ token, appToken: TOKENS.app, socketMode: true, clientOptions, logLevel });
      listeners(app);
      await app.start();
    } else {
      const port = await freePort();
      app = new App({ token, signingSecret: SIGNING_SECRET, clientOptions, logLevel });
      listeners(app);
      await app.start(port);
      await slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
    }
  });
  afterAll(async () => {
    await app.stop();
    await slack.close();
  });

  test("a command is answered at its own address, for one person", async () => {
    const taken = await slack.slash("/impresario list <all>", { user: "U0BEN" });
    expect(taken.ok).toBe(true);
    await expect.poll(() => slack.seen("C0RADIO", "U0BEN").at(-1)?.text).toBe("You said list &lt;all&gt;.");
    expect(slack.seen("C0RADIO", "U0ANNA")).toEqual([]);
  });

  test("a mention makes a message with a button, and a press edits it", async () => {
    await slack.mention("hello");
    await expect.poll(() => slack.seen().at(-1)?.user).toBe(BOT.user);
    const message = slack.seen().at(-1)!;
    expect((await slack.press(message, "Again")).ok).toBe(true);
    await expect.poll(() => message).toMatchObject({ text: "Pressed v1.", edits: 1, blocks: [] });
  });

  test("a form opens, suggests, refuses and is taken", async () => {
    await slack.slash("/impresario form");
    await expect.poll(() => slack.modal()?.view.title).toMatchObject({ text: "A song" });
    const form = slack.modal()!;
    expect(await slack.type(form, "Voice", "a")).toEqual([{ label: "Alto", value: "alto" }]);
    expect((await slack.submit({ Title: "bad", Voice: "Alto" })).errors).toEqual({ Title: "Not this one." });
    expect(slack.modal()).toBe(form);
    expect((await slack.submit({ Title: "Sun" })).errors).toEqual({});
    expect(slack.modal()).toBe(undefined);
    await expect.poll(() => slack.seen().at(-1)).toMatchObject({ text: "Sun, alto, kept", only: "U0ANNA" });
  });

  test("what a client would not send is not sent", async () => {
    await slack.slash("/impresario form");
    await expect.poll(() => slack.modal() !== undefined).toBe(true);
    await expect(slack.submit()).rejects.toThrow('"Title" is missing');
    await expect(slack.submit({ Title: "x".repeat(21) })).rejects.toThrow("too long");
    await slack.closeModal();
  });

  test("a shortcut of a message opens a form; the home page is written when it is opened", async () => {
    await slack.say("A message");
    const message = slack.seen().findLast((m) => m.text === "A message")!;
    await slack.shortcut("from_message", { message });
    await expect.poll(() => slack.modal()?.view.title).toMatchObject({ text: "From a message" });
    await slack.closeModal();
    await slack.openHome();
    await expect.poll(() => slack.home()?.view.blocks).toMatchObject([{ type: "divider" }]);
  });

  test("files go up in three steps", async () => {
    const { files } = await app.client.filesUploadV2({
      channel_id: "C0RADIO",
      file: Buffer.from("abc"),
      filename: "a.txt",
      initial_comment: "Here",
    });
    expect(files).toHaveLength(1);
    expect(slack.seen().at(-1)).toMatchObject({
      text: "Here",
      files: [{ name: "a.txt", size: 3, mimetype: "text/plain" }],
    });
  });

  test("a stream begins, grows and ends", async () => {
    await slack.say("Start");
    const { ts } = slack.seen().at(-1)!;
    const streamer = app.client.chatStream({
      channel: "C0RADIO",
      thread_ts: ts,
      recipient_user_id: "U0ANNA",
      recipient_team_id: "T0TEAM",
      buffer_size: 1,
    });
    await streamer.append({ markdown_text: "One " });
    await streamer.append({ markdown_text: "two" });
    await streamer.stop();
    expect(slack.seen().at(-1)).toMatchObject({ text: "One two", thread: ts, streaming: false });
  });

  test("nothing went wrong that nobody was told about", () => {
    expect(slack.world.wrong).toEqual([]);
    expect(slack.calls.filter((c) => c.answer.ok !== true)).toEqual([]);
  });
});
