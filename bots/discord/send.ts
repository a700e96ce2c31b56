// What waits in the outbox, sent. An answer goes with its interaction's token while that lives; later it is a message.
import type { Outgoing, Sender, Sent } from "../../core/outbox/index.ts";
import type { Kit } from "../surface.ts";
import { type Answer, type Api, type Call, Refused } from "./api.ts";
import type { Hints } from "./decode.ts";
import { FLAG, momentOf, TOKEN_MS } from "./limits.ts";
import { escaped } from "./plain.ts";
import { type Desk, prepare, type Ready, readerFor } from "./ready.ts";
import type { Message } from "./render.ts";

type Post = (body: object, files: Ready["files"]) => Promise<Answer>;

// The token is not known any more: unknown webhook, unknown interaction, invalid webhook token.
const EXPIRED = new Set([10015, 10062, 50027]);
// Invalid form body, and what V2 messages are refused by.
const MALFORMED = new Set([50035, 50006]);
const UNKNOWN_MESSAGE = 10008;
/** The last of the numbers of parts. */
const NOTE = 99;
/** The person takes no messages from members of the server. */
const NO_DIRECT = 50007;

export function makeSender(house: Kit, api: Api, desk: Desk): Sender {
  const expired = new Set<string>();

  const lives = ({ interaction, token }: Partial<Hints>): boolean =>
    !!interaction &&
    !!token &&
    !expired.has(interaction) &&
    house.sources.now().getTime() - momentOf(interaction) < TOKEN_MS;

  /** The first part goes where `first` says, the others after it. Answers with all their ids. */
  async function deliver(message: Outgoing, hints: Partial<Hints>, first: Post, next: Post): Promise<Sent> {
    const { parts, lost, linked, plain } = await prepare(house, desk, message, hints);
    try {
      return { ...(await sendAll(parts, first, next)), lost };
    } catch (error) {
      if (api.isTooLarge(error))
        return { ...(await sendAll(await linked(), first, next)), lost: [...lost, "its files: the server takes less"] };
      if (!MALFORMED.has(api.codeOf(error) ?? 0)) throw error;
      house.log.warn({ message: message.id, err: error }, "Discord did not take what we drew; sent as text");
      return { ...(await sendAll(plain(), first, next)), lost: [...lost, "drawn as text"] };
    }
  }

  async function answerByToken(message: Outgoing, hints: Hints, signal: AbortSignal): Promise<Sent> {
    const hook = `/webhooks/${hints.app}/${hints.token}` as const;
    const first: Post = (body, files) =>
      api.call({ method: "PATCH", route: `${hook}/messages/@original`, body: edited(body), files, signal });
    const next: Post = (body, files) => api.call({ method: "POST", route: `${hook}?wait=true`, body, files, signal });
    return deliver(message, hints, first, next);
  }

  async function post(message: Outgoing, hints: Partial<Hints>, signal: AbortSignal): Promise<Sent> {
    if (!api.hasToken) throw new Refused("Without DISCORD_TOKEN nothing can be sent but answers within 15 minutes.");
    if (hints.private) return postAlone(message, hints, signal);
    const write = writer(message, message.place, signal);
    return deliver(message, hints, (body, files) => write({ ...repliesTo(hints), ...body }, files), write);
  }

  /** Each part of a message has a nonce: a repetition is not shown twice. */
  function writer(message: Outgoing, channel: string, signal: AbortSignal, part = 0): Post {
    let n = part;
    return (body, files) =>
      api.call({
        method: "POST",
        route: `/channels/${channel}/messages`,
        body: { ...body, ...visible(body), nonce: nonceOf(message.id, n++), enforce_nonce: true },
        files,
        bot: true,
        signal,
      });
  }

  /** Asked before everybody, and not for everybody to read: the channel learns where the answer is. */
  async function postAlone(message: Outgoing, hints: Partial<Hints>, signal: AbortSignal): Promise<Sent> {
    const { say } = readerFor(hints);
    const note = async (text: string) => {
      const said = { components: [{ type: 10, content: escaped(text) }], allowed_mentions: { parse: [] } };
      if (hints.message) await writer(message, message.place, signal, NOTE)({ ...repliesTo(hints), ...said }, []);
    };
    try {
      const channel = await directChannel(hints, signal);
      const write = writer(message, channel, signal);
      const { external, ...sent } = await deliver(message, hints, write, write);
      await note(say("I answered you in our own chat."));
      return { ...sent, ...(external ? { external: `@${channel} ${external}` } : {}) };
    } catch (error) {
      if (!hints.message || api.codeOf(error) !== NO_DIRECT) throw error;
      await note(say("My answer is only for you, and I may not write to you. Use the slash command here."));
      return { lost: ["the answer: the person takes no direct messages from us"] };
    }
  }

  /** What only one person may see, and can no longer be whispered, goes to them directly. */
  async function directChannel({ user }: Partial<Hints>, signal: AbortSignal): Promise<string> {
    if (!user) throw new Refused("A private answer has nobody to go to.");
    const { data } = await api.call({
      method: "POST",
      route: "/users/@me/channels",
      body: { recipient_id: user },
      bot: true,
      signal,
    });
    return (data as { id: string }).id;
  }

  async function edit(message: Outgoing, signal: AbortSignal): Promise<Sent> {
    const target = message.target!;
    const hints = { ...target.hints, ...message.hints } as Partial<Hints>;
    const { ids, channel } = readExternal(target.external);
    const [id = "", ...more] = ids;
    const at = placeOf(channel ?? message.place, hints, lives(hints), channel !== undefined);
    const patch =
      (one: string): Post =>
      (body, files) =>
        api.call({ ...at(one), method: "PATCH", body: edited(body), files, signal });
    const lost: string[] = [];
    const next: Post = async (body, files) => {
      const one = more.shift();
      if (one) return patch(one)(body, files);
      lost.push("a part that the first answer did not have");
      return { data: undefined, learned: {} };
    };
    const sent = await deliver(message, hints, patch(id), next);
    return { ...sent, external: target.external, lost: [...(sent.lost ?? []), ...lost] };
  }

  async function remove(message: Outgoing, signal: AbortSignal): Promise<Sent> {
    const target = message.target!;
    const hints = target.hints as Partial<Hints>;
    const { ids, channel } = readExternal(target.external);
    const at = placeOf(channel ?? message.place, hints, lives(hints), channel !== undefined);
    for (const id of ids) {
      try {
        await api.call({ ...at(id), method: "DELETE", signal });
      } catch (error) {
        // It is gone already, which is what was wanted.
        if (api.codeOf(error) !== UNKNOWN_MESSAGE) throw error;
      }
    }
    return {};
  }

  /** With the token while it lives; a private message can be reached by nothing else. */
  function placeOf(
    channel: string,
    hints: Partial<Hints>,
    alive: boolean,
    direct: boolean,
  ): (id: string) => Pick<Call, "route" | "bot"> {
    if (alive && !direct) return (id) => ({ route: `/webhooks/${hints.app}/${hints.token}/messages/${id}` });
    if (hints.private && !direct) throw new Refused("A private answer can be changed for 15 minutes only.");
    if (!api.hasToken) throw new Refused("Without DISCORD_TOKEN an answer can be changed for 15 minutes only.");
    return (id) => ({ route: `/channels/${channel}/messages/${id}`, bot: true });
  }

  async function send(message: Outgoing, signal: AbortSignal): Promise<Sent> {
    const hints = (
      message.kind === "post" || message.kind === "answer" ? message.hints : (message.target?.hints ?? {})
    ) as Partial<Hints>;
    const alive = lives(hints);
    try {
      if (message.kind === "edit") return await edit(message, signal);
      if (message.kind === "delete") return await remove(message, signal);
      return await (alive && message.kind === "answer"
        ? answerByToken(message, hints as Hints, signal)
        : post(message, hints, signal));
    } catch (error) {
      if (!alive || !EXPIRED.has(api.codeOf(error) ?? 0)) throw error;
      // Discord's clock decides, not ours.
      if (expired.size > 1000) expired.clear();
      expired.add(hints.interaction!);
      return send(message, signal);
    }
  }

  return {
    surface: "discord",
    send,
    classify: api.classify,
    bucketOf({ tenant, place, kind, hints, target }) {
      const { interaction } = (target?.hints ?? hints) as Partial<Hints>;
      return kind !== "post" && interaction && lives((target?.hints ?? hints) as Partial<Hints>)
        ? `interaction ${interaction}`
        : `${tenant}\n${place}`;
    },
    pace: { all: { limit: 45, per: 1000 } },
  };
}

async function sendAll(parts: readonly Ready[], first: Post, next: Post): Promise<Sent> {
  const ids: string[] = [];
  let learned: Answer["learned"] = {};
  for (const [n, { body, files }] of parts.entries()) {
    const answer = await (n === 0 ? first : next)(body, files);
    const { id } = (answer.data ?? {}) as { id?: string };
    if (id) ids.push(id);
    if (n === 0 || answer.learned.bucket) learned = answer.learned;
  }
  return { ...(ids.length > 0 ? { external: ids.join(" ") } : {}), learned };
}

/** Who sees a message is fixed by its first acknowledgement; an edit must not say it again. */
const edited = (body: object) => ({ ...(body as Message), flags: FLAG.components });
const visible = edited;

/** What went to a person directly says where: `@channel id id`. */
function readExternal(external: string): { ids: string[]; channel?: string } {
  const [first = "", ...rest] = external.split(" ");
  return first.startsWith("@") ? { ids: rest, channel: first.slice(1) } : { ids: [first, ...rest] };
}

/** What was said in words is answered below it. That it is gone by now is no reason not to answer. */
const repliesTo = ({ message }: Partial<Hints>) =>
  message === undefined ? {} : { message_reference: { type: 0, message_id: message, fail_if_not_exists: false } };

/** A nonce has 25 letters at most: the id's 16 bytes in 22 of them, and which part it is. */
export const nonceOf = (id: string, part: number): string =>
  `${Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url").slice(0, 22)}.${part % 100}`;
