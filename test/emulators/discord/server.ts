// A Discord of our own on loopback: it takes what Discord takes, refuses the rest in its words, and fails when told to.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { APIInteraction } from "discord-api-types/v10";
import { brokeOff, fastLine, type SlowLine } from "../slow.ts";
import { applications, dropped, type Facts, openFacts } from "./applications.ts";
import { type Asked, type Body, Problem, readCall } from "./body.ts";
import { wrongInMessage } from "./check.ts";
import { openGateway } from "./gateway.ts";
import { snowflake } from "./interactions.ts";
import { messageOf, type Shown } from "./message.ts";
import { openPace, paceAt, send, slowDown } from "./reply.ts";
import { openSaid, type Saying } from "./said.ts";
import { type Judge, openJudge } from "./spec.ts";

export type { Asked };
export type Fault =
  | { kind: "slow down"; after: number; global?: boolean }
  | { kind: "broken" }
  | { kind: "stall"; milliseconds: number }
  /** The connection ends; `late`: after the message was taken. */
  | { kind: "drop"; late?: boolean };
export type { Shown } from "./message.ts";

export type Discord = {
  api: string;
  /** Everything that was asked, refused or not. */
  asked: Asked[];
  messages: Map<string, Shown>;
  commands: Map<string, Record<string, unknown>>;
  facts: Facts;
  /** What neither Discord's description nor its rules would have let through, of either side. */
  wrong: string[];
  closed: Map<string, number>;
  /** Of one file, in bytes. */
  most: number;
  /** Whether too much at once is refused; a test of something else may do without. */
  paced: boolean;
  /** How much was. */
  slowed: number;
  slow: SlowLine;
  /** Of an interaction's token, in an address. */
  channelOf(path: string): string;
  /** Servers that have thrown the bot out. */
  left: Set<string>;
  fault: (asked: Asked) => Fault | undefined;
  /** A refusal of its own, whatever is asked. */
  refuse: (asked: Asked) => { status: number; code: number } | undefined;
  /** An interaction happened: its token lives from now. `acknowledged`: it was answered over HTTP, so. */
  began(interaction: APIInteraction, acknowledged?: { type: number; data?: { flags?: number } }): void;
  /** The same, told over the gateway. */
  tell(interaction: APIInteraction): void;
  /** A repetition: the same interaction once more. */
  again(interaction: APIInteraction): void;
  /** Somebody writes a message. */
  say(text: string, from?: Saying): { id: string };
  /** Ends every connection of the gateway. */
  hangUp(): void;
  /** The same, without a word. */
  cut(): void;
  gateway: ReturnType<typeof openGateway>["how"];
  connected(): number;
  /** What was attached is given out only then. */
  filesHere: Promise<unknown>;
  /** A file that somebody attached, to be fetched from where it says. */
  keepFile(name: string, bytes: Buffer): { id: string; url: string; size: number };
  close(): Promise<void>;
};

const CLOSED: Record<number, string> = { 50001: "Missing Access", 50007: "Cannot send messages to this user" };
const bytesOf = ({ sizes }: Pick<Asked, "sizes">): number => sizes.reduce((sum, n) => sum + n, 0);

type Content = Pick<Asked, "body" | "files"> & Partial<Pick<Asked, "bytes">>;
type Live = {
  at: number;
  channel: string;
  user: string | undefined;
  private: boolean;
  original: string | undefined;
  acked: boolean;
  app: string;
};

export async function openDiscord(
  now: () => Date = () => new Date(),
  token = "emulated-token-of-a-bot",
): Promise<Discord> {
  const judge: Judge = openJudge();
  const live = new Map<string, Live>();
  const nonces = new Map<string, string>();
  const gateway = openGateway(token);
  const pace = openPace();
  const said = openSaid(now);
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      discord.wrong.push(String(error));
      response.destroy();
    });
  });
  gateway.attach(server);

  const discord: Discord = {
    api: "",
    asked: [],
    messages: new Map(),
    commands: new Map(),
    facts: openFacts(),
    wrong: [],
    closed: new Map(),
    most: 10_485_760,
    paced: false,
    slowed: 0,
    left: new Set(),
    filesHere: Promise.resolve(),
    slow: fastLine(),
    channelOf: (path) => live.get(/^\/webhooks\/\d+\/([^/?]+)/.exec(path)?.[1] ?? "")?.channel ?? "",
    fault: () => undefined,
    refuse: () => undefined,
    began(interaction, acknowledged) {
      const at = now().getTime();
      const one: Live = {
        at,
        channel: interaction.channel?.id ?? "600",
        user: (interaction.member?.user ?? interaction.user)?.id,
        private: false,
        original: undefined,
        acked: false,
        app: interaction.application_id,
      };
      live.set(interaction.token, one);
      if (acknowledged) acknowledge(one, acknowledged, interaction);
      else pending.set(interaction.id, interaction);
    },
    tell(interaction) {
      discord.began(interaction);
      gateway.tell("INTERACTION_CREATE", interaction);
    },
    again: (interaction) => gateway.tell("INTERACTION_CREATE", interaction),
    say(text, from) {
      const told = said.add(text, from);
      gateway.tell("MESSAGE_CREATE", told);
      return told;
    },
    hangUp: gateway.hangUp,
    cut: gateway.cut,
    gateway: gateway.how,
    connected: gateway.connected,
    keepFile(name, bytes) {
      const id = snowflake(now());
      attached.set(id, bytes);
      return { id, url: `${discord.api}/attachments/${id}/${encodeURIComponent(name)}`, size: bytes.length };
    },
    async close() {
      gateway.hangUp();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const pending = new Map<string, APIInteraction>();
  const attached = new Map<string, Buffer>();

  function acknowledge(
    one: Live,
    { type, data }: { type: number; data?: { flags?: number } },
    interaction: APIInteraction,
  ): void {
    if (one.acked) throw new Problem(400, 40060, "Interaction has already been acknowledged.");
    one.acked = true;
    one.private = ((data?.flags ?? 0) & 64) !== 0;
    if (type === 5) one.original = show(one, { body: {}, files: [] }, one.private).id;
    if (type === 6) one.original = interaction.type === 3 ? interaction.message.id : undefined;
    if (type === 4) one.original = show(one, { body: (data ?? {}) as Body, files: [] }, one.private).id;
  }

  type Spot = { channel: string; user?: string | undefined };
  function show({ channel, user }: Spot, { body, files, bytes }: Content, alone: boolean): Shown {
    const made: Shown = { id: snowflake(now()), channel, user, body, files, bytes, private: alone, edits: 0 };
    discord.messages.set(made.id, made);
    return made;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = /^\/api\/attachments\/(\d+)\//.exec(request.url ?? "")?.[1];
    if (wanted) return void discord.filesHere.then(() => response.end(attached.get(wanted)));
    const asked = await readCall(request);
    discord.asked.push(asked);
    const fault = discord.fault(asked);
    if (fault?.kind === "drop" && !fault.late) return void response.destroy();
    if (fault?.kind === "broken") return send(response, 500, { message: "500: Internal Server Error", code: 0 });
    if (fault?.kind === "slow down") return slowDown(response, fault);
    if (fault?.kind === "stall") await new Promise((done) => setTimeout(done, fault.milliseconds));
    const turn = discord.paced && asked.auth ? pace(asked.path, performance.now()) : undefined;
    if (turn && turn.wait > 0) discord.slowed++;
    if (turn && turn.wait > 0) return slowDown(response, { ...turn, kind: "slow down", after: turn.wait });
    if (await brokeOff(discord.slow, bytesOf(asked), response)) return;
    try {
      const { status, body } = answer(asked);
      if (fault?.kind === "drop") return void response.destroy();
      send(response, status, body, turn?.headers ?? (discord.paced ? {} : paceAt(now())));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      send(response, error.status, { message: error.message, code: error.code });
    }
  }

  const right = (schema: string, asked: Asked) => {
    const bad = [...judge(schema, asked.body), ...wrongInMessage(asked.body, asked.files)];
    if (bad.length === 0) return;
    discord.wrong.push(...bad);
    throw new Problem(400, 50035, `Invalid Form Body: ${bad.join("; ")}`);
  };
  const size = ({ sizes }: Asked) => {
    if (bytesOf({ sizes }) > 25 * 1024 * 1024 || sizes.some((n) => n > discord.most))
      throw new Problem(413, 40005, "Request entity too large");
  };
  const bot = ({ auth }: Asked) => {
    if (auth !== `Bot ${token}`) throw new Problem(401, 0, "401: Unauthorized");
  };
  const channel = (id: string) => {
    const code = discord.closed.get(id);
    if (code) throw new Problem(code < 50000 ? 404 : 403, code, CLOSED[code] ?? "Unknown Channel");
  };
  const shown = (id: string | undefined): Shown => {
    const found = id === undefined ? undefined : discord.messages.get(id);
    if (!found) throw new Problem(404, 10008, "Unknown Message");
    return found;
  };
  const told = (message: Shown) => {
    const body = messageOf(message);
    const bad = message.files.length === 0 ? judge("MessageResponse", body) : [];
    discord.wrong.push(...bad.map((b) => `our own: ${b}`));
    return { status: 200, body };
  };
  const change = (message: Shown, { body, files, bytes }: Asked) => {
    Object.assign(message, { body, files, bytes, edits: message.edits + 1 });
    return told(message);
  };

  function answer(asked: Asked): { status: number; body?: unknown } {
    const refused = discord.refuse(asked);
    if (refused) throw new Problem(refused.status, refused.code, "Refused, as it was told to.");
    size(asked);
    const [area = "", id = "", third = "", kind, which] = asked.path.split("?")[0]!.split("/").slice(1);
    const what = `${asked.method} ${area}`;
    if (area === "interactions") return callback(asked, id, third);
    if (area === "webhooks") return webhook(asked, third, which);
    bot(asked);
    if (what === "GET gateway") return { status: 200, body: gateway.address(discord.api, discord.facts.starts) };
    if (asked.path.startsWith("/users/@me/guilds")) return { status: 200, body: discord.facts.guilds };
    if (area === "users") return { status: 200, body: { id: `1000${asked.body.recipient_id}`, type: 1 } };
    if (area === "applications") return applications(discord, judge, now, asked);
    if (area === "guilds" && discord.left.has(id)) throw new Problem(403, 50001, "Missing Access");
    if (what === "GET guilds" && !third) return { status: 200, body: { id, name: "A server" } };
    if (what === "GET guilds") return { status: 200, body: said.member(kind ?? "") };
    if (area !== "channels") throw new Problem(404, 0, "404: Not Found");
    channel(id);
    if (asked.method === "GET")
      return { status: 200, body: said.history(id, new URLSearchParams(asked.path.split("?")[1])) };
    if (asked.method === "POST") {
      right("MessageCreateRequest", asked);
      const nonce = String(asked.body.nonce ?? "");
      const before = asked.body.enforce_nonce ? nonces.get(nonce) : undefined;
      if (before) return told(shown(before));
      const made = show({ channel: id }, asked, false);
      if (nonce) nonces.set(nonce, made.id);
      return told(made);
    }
    const message = shown(kind);
    if (asked.method === "DELETE") return dropped(discord.messages, message.id);
    right("MessageEditRequestPartial", asked);
    return change(message, asked);
  }

  function callback(asked: Asked, id: string, secret: string) {
    const one = live.get(secret);
    const interaction = pending.get(id);
    if (!one || !interaction || now().getTime() - one.at > 3000) throw new Problem(404, 10062, "Unknown interaction");
    const schema = {
      4: "CreateMessageInteractionCallbackRequest",
      8: "ApplicationCommandAutocompleteCallbackRequest",
      9: "ModalInteractionCallbackRequest",
    }[Number(asked.body.type)];
    if (schema) discord.wrong.push(...judge(schema, asked.body));
    acknowledge(one, asked.body as { type: number }, interaction);
    return { status: 204 };
  }

  function webhook(asked: Asked, secret: string, which: string | undefined) {
    const one = live.get(secret);
    if (!one || now().getTime() - one.at > 15 * 60_000) throw new Problem(401, 50027, "Invalid Webhook Token");
    if (!one.acked) throw new Problem(404, 10015, "Unknown Webhook");
    if (asked.method === "POST") {
      right("IncomingWebhookRequestPartial", asked);
      return told(show(one, asked, ((Number(asked.body.flags) || 0) & 64) !== 0));
    }
    const message = shown(which === "@original" ? one.original : which);
    if (asked.method === "DELETE") return dropped(discord.messages, message.id);
    if ((Number(asked.body.flags) & 64) !== 0) discord.wrong.push("An edit cannot make a message private.");
    right("IncomingWebhookUpdateRequestPartial", asked);
    return change(message, asked);
  }

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  discord.api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  return discord;
}
