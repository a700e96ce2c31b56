// Discord to the contract suite: commands, buttons and dialogues become interactions, signed for the webhook or told over
// the gateway; what is shown is read as Discord's client draws it.
import { generateKeyPairSync, sign } from "node:crypto";
import type { APIInteraction } from "discord-api-types/v10";
import { render, renderPlain } from "../../../bots/discord/render.ts";
import { wrongInMessage } from "../../emulators/discord/check.ts";
import { component, type Dialogue, type From, modal, slash, submitted } from "../../emulators/discord/interactions.ts";
import { openDiscord, type Shown } from "../../emulators/discord/server.ts";
import { openJudge } from "../../emulators/discord/spec.ts";
import { type Node, nodesOf, seenOf } from "../discord-seen.ts";
import {
  type At,
  type Delivery,
  type Driver,
  type Happening,
  type Heard,
  openTroubles,
  type Platform,
  postTo,
  unmarked,
  until,
  type Way,
} from "../driver.ts";
import { BASE, type Paint, READER } from "../paint.ts";

const TOKEN = "emulated-token-of-a-bot";
const GUILD = "500";
const APP = "900";
/** Discord's languages have a country where ours have none. */
const LOCALES: Record<string, string> = { en: "en-US", es: "es-ES" };

type Answer = { type: number; data?: Record<string, unknown> };

async function open(way: Way, now: () => Date): Promise<Platform> {
  const discord = await openDiscord(now, TOKEN);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const other = generateKeyPairSync("ed25519").privateKey;
  const key = Buffer.from(String(publicKey.export({ format: "jwk" }).x), "base64url").toString("hex");
  const bot = { url: "" };
  const next = { person: 4200, place: 6000 };
  const troubles = openTroubles();
  const answers = new Map<string, Answer>();
  discord.fault = ({ method, path }) => {
    const message = /\/messages|^\/webhooks\//.test(path) && method !== "GET";
    const where = /^\/channels\/(\d+)/.exec(path)?.[1] ?? discord.channelOf(path);
    const trouble = message ? troubles.next(where) : undefined;
    return trouble?.kind === "slow down" ? { ...trouble } : trouble;
  };

  const from = ({ who, where }: At): From => ({
    at: now(),
    guild: where.tenant ?? GUILD,
    channel: where.id,
    user: who.id,
    nick: who.name,
    locale: LOCALES[who.locale] ?? who.locale,
    direct: where.direct ?? false,
  });
  const happened = (interaction: APIInteraction): Happening => ({ id: interaction.id, what: interaction });

  function proven(body: string | Buffer<ArrayBuffer>, forgery?: string): Delivery {
    const seconds = Math.floor(now().getTime() / 1000);
    const late = forgery === "old" ? -301 : forgery === "from the future" ? 301 : 0;
    const timestamp = String(seconds + late);
    const signed = Buffer.concat([Buffer.from(timestamp), Buffer.from(body)]);
    const proof = sign(null, signed, forgery === "another key" ? other : privateKey).toString("hex");
    const headers: Record<string, string> = { "content-type": "application/json", "x-signature-timestamp": timestamp };
    if (forgery !== "unsigned") headers["x-signature-ed25519"] = forgery === "cut proof" ? proof.slice(2) : proof;
    return { path: "/hooks/discord", headers, body: forgery === "changed body" ? `${body} ` : body };
  }
  const delivery = ({ what }: Happening, forgery?: string) => proven(JSON.stringify(what), forgery);

  async function send(happening: Happening): Promise<Heard> {
    const interaction = happening.what as APIInteraction;
    return way === "webhook" ? post(happening, interaction) : tell(interaction);
  }

  async function post(happening: Happening, interaction: APIInteraction): Promise<Heard> {
    const { status, milliseconds, text } = await postTo(bot.url, delivery(happening));
    if (status === 200) acknowledged(interaction, text);
    return { status, milliseconds };
  }

  function acknowledged(interaction: APIInteraction, text: string): void {
    const answer = JSON.parse(text) as Answer;
    if (!answers.has(interaction.id) && answer.type !== 8) discord.began(interaction, answer);
    answers.set(interaction.id, answer);
  }

  async function tell(interaction: APIInteraction): Promise<Heard> {
    const began = performance.now();
    const path = `/interactions/${interaction.id}/${interaction.token}/callback`;
    const before = discord.asked.length;
    if (answers.has(interaction.id)) discord.again(interaction);
    else discord.tell(interaction);
    const heard = await until(() => discord.asked.slice(before).find((a) => a.path.startsWith(path)), 3_000);
    if (heard) answers.set(interaction.id, heard.body as Answer);
    return { status: heard ? 200 : 0, milliseconds: performance.now() - began };
  }

  const inReach = ({ who, where }: At): Shown[] =>
    [...discord.messages.values()].filter(
      (m) => m.channel === where.id && (!m.private || m.user === undefined || m.user === who.id),
    );

  function find<T>(at: At, what: string, pick: (node: Node) => T | undefined): { on: Shown; found: T } {
    for (const on of inReach(at).toReversed()) {
      for (const node of nodesOf(on.body)) {
        const found = pick(node);
        if (found !== undefined) return { on, found };
      }
    }
    throw new Error(`There is no ${what} in ${at.where.id}.`);
  }

  const onMessage = (at: At, { id, channel }: Pick<Shown, "id" | "channel">): From => ({
    ...from(at),
    message: { id, channel_id: channel },
  });

  function makePress(at: At, label: string): Happening {
    const { on, found } = find(at, `button "${label}"`, (n) =>
      n.type === 2 && n.custom_id && unmarked(n.label ?? "") === label ? n.custom_id : undefined,
    );
    return happened(component(found, undefined, onMessage(at, on)));
  }

  async function fill(at: At, values: Record<string, string>): Promise<void> {
    const { on, found } = find(at, "form", (n) => (n.custom_id?.startsWith("form:") ? n.custom_id : undefined));
    const pressed = happened(component(found, undefined, onMessage(at, on)));
    await send(pressed);
    const dialogue = answers.get(pressed.id);
    if (dialogue?.type !== 9) throw new Error(`No dialogue opened: ${JSON.stringify(dialogue)}`);
    await send(happened(submitted(dialogue.data as Dialogue, values, onMessage(at, on))));
  }

  return {
    surface: "discord",
    way,
    tenant: GUILD,
    env: {
      DISCORD_API_URL: discord.api,
      DISCORD_TOKEN: TOKEN,
      ...(way === "webhook" ? { DISCORD_PUBLIC_KEY: key } : {}),
    },
    bot,
    newPerson: (name, locale = "en") => ({ id: String(++next.person), name, locale }),
    // A server is connected as a whole: a place of its own is one channel of it.
    newPlace: () => ({ id: String(++next.place) }),
    strangePlace: () => ({ id: String(++next.place), tenant: String(++next.place) }),
    directPlace: ({ id }) => ({ id: `1000${id}`, direct: true, tenant: APP }),
    make: (at, command, options = {}, files = []) => {
      const attached = files.map(({ option, name, type, bytes }) => ({
        option,
        name,
        type,
        ...discord.keepFile(name, bytes),
      }));
      return happened(slash(command, options, { ...from(at), files: attached }));
    },
    makePress,
    send,
    acknowledged: ({ what }, answer) => acknowledged(what as APIInteraction, answer),
    redelivers: () => false,
    reorders: true,
    choose(at, choice) {
      const { on, found } = find(at, `choice "${choice}"`, (n) => {
        const option = n.options?.find((o) => unmarked(o.label) === choice);
        return option && { menu: n.custom_id!, value: option.value };
      });
      return send(happened(component(found.menu, [found.value], onMessage(at, on))));
    },
    async suggest(at, command, option, typed) {
      const asked = slash(command, { [option]: typed }, { ...from(at), focused: option });
      await send(happened(asked));
      const choices = (answers.get(asked.id)?.data?.choices ?? []) as { name: string }[];
      return choices.map((c) => c.name);
    },
    fill,
    seen: () => [...discord.messages.values()].flatMap((m) => seenOf(m)),
    rawPayloads: () => discord.asked.filter((a) => /\/messages|^\/webhooks\//.test(a.path)),
    slowed: () => discord.slowed,
    pace: () => Object.assign(discord, { paced: true }),
    wrong: () => discord.wrong,
    trouble: troubles.add,
    calm: troubles.calm,
    slowLine: (bytes, milliseconds) => void Object.assign(discord.slow, { bytes, milliseconds }),
    holdFiles: (until) => void Object.assign(discord, { filesHere: until }),
    tellsTwice: () => false,
    throwOut: ({ id }) => void discord.closed.set(id, 50001),
    block: ({ id }) => void discord.closed.set(`1000${id}`, 50007),
    delivery,
    reseal: (_, body) => proven(body),
    samples(at) {
      const on = onMessage(at, { id: "777", channel: at.where.id });
      const file = {
        option: "file",
        type: "text/csv",
        name: "a.csv",
        ...discord.keepFile("a.csv", Buffer.from("a,b")),
      };
      const menu = { type: 2, id: "8", name: "Save as request", target_id: "777" };
      const command = slash("test note", { note: "x" }, from(at)) as object;
      return [
        slash("test note", { note: "x" }, from(at)),
        slash("test options", { count: 7, share: 1.5, loud: true, words: "a b" }, from(at)),
        slash("test upload", {}, { ...from(at), files: [file] }),
        slash("test options", { station: "no" }, { ...from(at), focused: "station" }),
        component("rAAAAAAAAAAAAAA", undefined, on),
        component("select:1", ["uBBBBBBBBBBBBBB"], on),
        component("form:rAAAAAAAAAAAAAA:test book:title,kind", undefined, on),
        modal("form:rAAAAAAAAAAAAAA:test book:title,kind", { title: "x", kind: ["live"] }, on),
        { ...command, data: menu } as APIInteraction,
        { id: "1", type: 1, application_id: APP, token: "t", version: 1 } as unknown as APIInteraction,
      ].map(happened);
    },
    hangUp: () => discord.hangUp(),
    close: () => discord.close(),
  };
}

const judge = openJudge();
const paint: Paint = (view) => {
  const drawn = [render(view, READER, { charts: true, baseUrl: BASE }), renderPlain(view, READER)];
  const wrong = drawn.flatMap(({ messages }) =>
    messages.flatMap(({ body, files }) => [
      ...wrongInMessage(
        body,
        files.map((f) => f.name),
      ),
      ...judge("IncomingWebhookUpdateRequestPartial", body),
      ...(body.allowed_mentions.parse.length > 0 ? ["somebody may be called"] : []),
    ]),
  );
  return { payloads: drawn[0]!.messages, wrong, lost: drawn[0]!.lost };
};

export const driver: Driver = { surface: "discord", paint, ways: ["webhook", "socket"], open };
