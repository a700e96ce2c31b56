// Slack to the contract suite: what people type and press becomes payloads, told over the socket or by signed requests;
// what is shown is read as Slack's client draws it.
import { render, renderPlain } from "../../../bots/slack/render.ts";
import { signature } from "../../../bots/slack/verify.ts";
import { formatWords } from "../../../core/command/index.ts";
import { makeActs } from "../../emulators/slack/acts.ts";
import type { Kind, Taken } from "../../emulators/slack/deliver.ts";
import { respondToCommand, takeSubmission } from "../../emulators/slack/outcome.ts";
import type { Json } from "../../emulators/slack/schema.ts";
import { openSlack, type Slack } from "../../emulators/slack/server.ts";
import { BOT, type Shown, SIGNING_SECRET, TEAM, TOKENS } from "../../emulators/slack/world.ts";
import { wrongIn } from "../../slack-judge.ts";
import { slackSamples, type Told } from "../../slack-samples.ts";
import { type Element, elementsIn, seenOf, wordsOf } from "../../slack-seen.ts";
import {
  type At,
  type Delivery,
  type Driver,
  type Happening,
  type Heard,
  openTroubles,
  type Platform,
  type Seen,
  until,
  type Way,
} from "../driver.ts";
import { BASE, type Paint, READER } from "../paint.ts";

const DONE: Taken = { ok: true, status: 200, milliseconds: 0, body: undefined, tries: 1 };
// What a bot that knows Slack never hears.
const OURS =
  /^(invalid_(blocks|arguments|attachments|form_data|json|metadata)|msg_(too_long|blocks_too_long)|no_text|unknown_method|missing_scope|exchanged_trigger_id)/;

export async function openSlackPlatform(way: Way, now: () => Date): Promise<Platform & { slack: Slack }> {
  const slack = await openSlack({ now: () => now().getTime(), pace: { free: ["apps.connections.open"] } });
  const { world, delivery } = slack;
  const bot = { url: "" };
  const next = { person: 0, place: 0 };
  const troubles = openTroubles();
  const answered = new Set<string>();
  const wrong: string[] = [];
  slack.rules.fault = ({ method, params }) => {
    if (!/^chat\.(post|update)/.test(method)) return undefined;
    const trouble = troubles.next(String(params.channel));
    return trouble?.kind === "slow down" ? { kind: "slow down", after: Math.ceil(trouble.after / 1000) } : trouble;
  };

  /** What an act would tell the app, told later. */
  const captured: Told[] = [];
  const keep = (kind: Kind, payload: Json): Promise<Taken> => {
    captured.push({ kind, payload });
    return Promise.resolve(DONE);
  };
  const acts = makeActs(world, { ...delivery, tell: keep, event: (payload) => keep("events_api", payload) });
  function happening(act: () => Promise<unknown>): Happening {
    captured.length = 0;
    const acting = act();
    acting.catch((error: unknown) => void wrong.push(String(error)));
    const told = [...captured];
    const { event_id, trigger_id } = told[0]!.payload;
    return { id: String(event_id ?? trigger_id), what: told };
  }

  const enter = ({ who, where }: At) => void world.channels.get(where.id)?.members.add(who.id);
  const act = (at: At) => {
    enter(at);
    return { user: at.who.id, channel: at.where.id };
  };
  const said = (at: At, line: string, more: Json = {}) =>
    happening(() => acts.say(at.where.direct ? line : `<@${BOT.user}> ${line}`, act(at), more));

  async function send({ id, what }: Happening): Promise<Heard> {
    delivery.ways.address = way === "webhook" ? `${bot.url}/hooks/slack` : undefined;
    const told = what as Told[];
    const all = await Promise.all(told.map(({ kind, payload }) => delivery.tell(kind, payload)));
    const [taken] = all;
    if (taken!.ok) acknowledged({ id, what }, taken!.body);
    return { status: all.every((t) => t.ok) ? 200 : taken!.status, milliseconds: taken!.milliseconds };
  }

  /** What was typed is shown, or answered, once. */
  function acknowledged({ id, what }: Happening, answer: unknown): void {
    const [{ kind, payload }] = what as [Told];
    if (kind === "slash_commands" && !answered.has(id))
      respondToCommand(world, { channel: String(payload.channel_id), user: String(payload.user_id) }, answer);
    answered.add(id);
  }

  const inReach = ({ who, where }: At): Shown[] =>
    world.messages.filter(
      (m) =>
        m.user === BOT.user &&
        (m.only ? m.only === who.id : m.channel === where.id || m.channel === world.direct(who.id).id),
    );
  function find(at: At, what: string, right: (element: Element) => boolean): { on: Shown; element: Element } {
    for (const on of inReach(at).toReversed()) {
      const element = elementsIn(on.blocks).find(right);
      if (element) return { on, element };
    }
    throw new Error(`There is no ${what} in ${at.where.id}.`);
  }
  const isButton = (label: string) => (e: Element) => e.type === "button" && wordsOf(e) === label;

  async function fill(at: At, values: Record<string, string>): Promise<void> {
    const user = at.who.id;
    if (!world.modals.has(user)) {
      const { on, element } = find(at, "form", (e) => e.action_id?.startsWith("form:") ?? false);
      await send(happening(() => acts.press(on, element.action_id!, { user })));
      if (!(await until(() => world.modals.get(user)))) throw new Error("No dialogue opened.");
    }
    const modal = world.modals.get(user)!;
    // The recorder answers as an app that has nothing against it; the app itself is asked after it.
    const sent = happening(() => acts.submit(values, { user }));
    const [{ kind, payload }] = sent.what as [Told];
    delivery.ways.address = way === "webhook" ? `${bot.url}/hooks/slack` : undefined;
    const errors = takeSubmission(world, modal, await delivery.tell(kind, payload));
    if (Object.keys(errors).length > 0) throw new Error(JSON.stringify(errors));
  }

  async function suggest(at: At, command: string, option: string, typed: string): Promise<string[]> {
    delivery.ways.address = way === "webhook" ? `${bot.url}/hooks/slack` : undefined;
    const user = at.who.id;
    enter(at);
    await acts.say("Here.", { user, channel: at.where.id });
    const message = world.messages.findLast((m) => m.channel === at.where.id)!;
    world.modals.delete(user);
    await slack.shortcut("run-with", { user, message });
    const modal = await until(() => world.modals.get(user));
    if (!modal) throw new Error("No dialogue opened.");
    const offered = await slack.type(modal, "command", command, { user });
    if (!offered.some((o) => o.value === command)) return [];
    await slack.submit({ command }, { user });
    const found = await slack.type(world.modals.get(user)!, option, typed, { user });
    world.modals.delete(user);
    return found.map((o) => o.label);
  }

  const platform: Platform & { slack: Slack } = {
    slack,
    surface: "slack",
    way,
    tenant: TEAM.id,
    env: {
      SLACK_API_URL: slack.api,
      SLACK_BOT_TOKEN: TOKENS.bot,
      ...(way === "webhook" ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: TOKENS.app }),
    },
    bot,
    newPerson(name, locale = "en") {
      const id = `U0P${++next.person}`;
      world.addUser(id, name, { name, locale });
      return { id, name, locale };
    },
    newPlace() {
      const id = `C0P${++next.place}`;
      world.addChannel(id, `place-${next.place}`, [BOT.user]);
      return { id };
    },
    strangePlace: () => platform.newPlace(),
    directPlace: ({ id }) => ({ id: world.direct(id).id, direct: true }),
    make(at, command, options = {}, files = []) {
      const line = formatWords({ name: command }, options).slice(1);
      if (files.length > 0) return said(at, line, { subtype: "file_share", files: files.map((f) => keptFile(f)) });
      return happening(() => acts.slash(`/impresario ${line}`, act(at)));
    },
    makePress(at, label) {
      const { on } = find(at, `button "${label}"`, isButton(label));
      return happening(() => acts.press(on, label, { user: at.who.id }));
    },
    makeWords: said,
    makeBotWords: (at, line) =>
      happening(() => acts.say(line, act(at), { bot_id: "B0OTHER", subtype: "bot_message", app_id: "A0OTHER" })),
    send,
    acknowledged: (happening, answer) => acknowledged(happening, answer === "" ? undefined : JSON.parse(answer)),
    /** Events come again; commands and presses do not. */
    redelivers: ({ what }) => (what as Told[]).every(({ kind }) => kind === "events_api"),
    reorders: true,
    choose(at, choice) {
      const { on, element } = find(
        at,
        `choice "${choice}"`,
        (e) => e.options?.some((o) => o.text.text === choice) ?? false,
      );
      return send(happening(() => acts.choose(on, element.action_id!, choice, { user: at.who.id })));
    },
    suggest,
    fill,
    seen: () => [...world.messages.filter((m) => m.user === BOT.user).map(seenOf), ...openModals()],
    rawPayloads: () => slack.calls.filter((c) => c.method.startsWith("chat.")).map((c) => c.params),
    slowed: () => slack.calls.filter((c) => c.answer.error === "ratelimited").length,
    wrong: () => {
      const bad = slack.calls.filter((c) => OURS.test(String(c.answer.error ?? "")));
      wrong.push(...world.wrong.splice(0), ...bad.map((c) => `${c.method}: ${JSON.stringify(c.answer)}`));
      for (const call of bad) call.answer = {};
      return wrong;
    },
    trouble: troubles.add,
    calm: troubles.calm,
    slowLine: (bytes, milliseconds) => void Object.assign(slack.rules.slow, { bytes, milliseconds }),
    holdFiles: (until) => void Object.assign(slack.rules, { filesHere: until }),
    // What only one person sees is in no history that could be read.
    tellsTwice: (alone) => alone,
    throwOut({ id }) {
      const channel = world.channels.get(id)!;
      channel.kind = "private";
      channel.members.delete(BOT.user);
    },
    block({ id }) {
      world.refusing.add(id);
      for (const channel of world.channels.values()) if (channel.kind !== "im") channel.members.delete(id);
    },
    delivery({ what }, forgery): Delivery {
      const [{ kind, payload }] = what as [Told];
      const { body, type } = delivery.encoded(kind, payload);
      const off = forgery === "old" ? -301_000 : forgery === "from the future" ? 302_000 : 0;
      if (forgery === "another key") delivery.ways.secret = "0000000000000000ffffffffffffffff";
      const headers = delivery.signed(body, type, 0, "", now().getTime() + off);
      delivery.ways.secret = SIGNING_SECRET;
      const proof = headers["x-slack-signature"]!;
      if (forgery === "unsigned") delete headers["x-slack-signature"];
      if (forgery === "cut proof") headers["x-slack-signature"] = proof.slice(0, -2);
      return { path: "/hooks/slack", headers, body: forgery === "changed body" ? `${body}&x=1` : body };
    },
    reseal({ path, headers }, body) {
      const stamp = String(Math.floor(now().getTime() / 1000));
      const proof = signature(SIGNING_SECRET, stamp, body);
      return { path, headers: { ...headers, "x-slack-request-timestamp": stamp, "x-slack-signature": proof }, body };
    },
    changed: ({ id, what }, change) => ({
      id,
      what: (what as Told[]).map(({ kind, payload }) => {
        const other = (change(payload) ?? {}) as Json;
        return { kind, payload: kind === "slash_commands" ? asForm(other) : other };
      }),
    }),
    samples(at) {
      const [plain] = platform.make(at, "test note", { note: "x" }).what as [Told];
      return slackSamples(world, plain, act(at)).map((told) => ({
        id: String(told.payload.event_id ?? told.payload.trigger_id ?? ""),
        what: [told],
      }));
    },
    hangUp: () => delivery.hangUp(),
    close: () => slack.close(),
  };

  function keptFile({ name, type, bytes }: { name: string; type: string; bytes: Buffer }): Json {
    const id = world.nextId("F");
    world.uploads.set(id, { id, name, length: bytes.length, bytes, done: true });
    return { id, name, mimetype: type, size: bytes.length, url_private_download: `${world.url}/files/${id}` };
  }

  const openModals = (): Seen[] =>
    [...world.modals.values()].map(({ id, user, view }) => ({
      ...seenOf({ ts: id, channel: "", blocks: view.blocks as Json[], files: [], edits: 0 } as unknown as Shown),
      only: user,
      asks: true,
    }));

  return platform;
}

/** Commands come as a form: whatever is in it is words. */
const asForm = (payload: Json): Json =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name.toWellFormed(),
      typeof value === "string" ? value.toWellFormed() : (JSON.stringify(value) ?? ""),
    ]),
  );

const paint: Paint = (view) => {
  const drawn = [render(view, READER, { files: true, baseUrl: BASE }), renderPlain(view, READER)];
  const { messages, files, lost } = drawn[0]!;
  return { payloads: [...messages, ...files], wrong: drawn.flatMap((d) => d.messages.flatMap(wrongIn)), lost };
};

export const driver: Driver = { surface: "slack", paint, ways: ["webhook", "socket"], open: openSlackPlatform };
