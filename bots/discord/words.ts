// A message in plain words as an envelope: what is said to us in a direct message, or after our name. Pure. Discord gives
// us the text of such messages, and of no others, without a privileged intent.
import type { APIGuildMember, APIMessage } from "discord-api-types/v10";
import { parseWords, type Registry } from "../../core/command/index.ts";
import type { Content, Envelope } from "../../core/inbox/index.ts";
import type { Attached } from "../parts/attached.ts";
import type { Hints } from "./decode.ts";
import { TEXT_TYPES } from "./limits.ts";

/** As the gateway tells it; a message that is read from a channel's history lacks both. */
export type Said = Pick<
  APIMessage,
  "id" | "channel_id" | "author" | "content" | "type" | "attachments" | "mentions"
> & {
  webhook_id?: string;
  guild_id?: string;
  member?: Pick<APIGuildMember, "nick" | "roles">;
};
/** The application, and its user: for old bots these are two numbers. */
export type Me = { app: string; user: string };

/** Undefined: it is not for us, or another program said it. We answer no program, so that none can answer us for ever. */
export function heard(said: Said, me: Me, commands: Registry): Envelope | undefined {
  if (said.author.bot || said.author.system || said.webhook_id || !TEXT_TYPES.includes(said.type)) return undefined;
  const content = contentOf(said, me, commands);
  if (!content) return undefined;
  const { author, member, guild_id: guild } = said;
  const name = member?.nick ?? author.global_name ?? author.username;
  // What only the asker may see cannot be whispered after a message: it goes to them directly.
  const alone = guild !== undefined && commands.find(content.name)?.reply === "private";
  const hints: Partial<Hints> = { message: said.id, user: author.id, ...(alone ? { private: true } : {}) };
  return {
    surface: "discord",
    tenant: guild ?? me.app,
    place: said.channel_id,
    delivery: said.id,
    ...(guild ? { whole: true } : {}),
    account: {
      id: author.id,
      ...(name ? { name } : {}),
      ...(member ? { roles: member.roles.filter((role) => typeof role === "string") } : {}),
    },
    content,
    hints,
  };
}

function contentOf({ content, guild_id, mentions, attachments }: Said, me: Me, commands: Registry) {
  // Without our name the text is another's business, also where an operator lets us read it.
  if (guild_id !== undefined && !mentions.some((m) => m.id === me.user)) return undefined;
  const mention = [`<@${me.user}>`, `<@!${me.user}>`];
  const words = parseWords(commands, content, { mention });
  if (!words) return mention.includes(content.trim()) ? asked("help", {}) : undefined;
  if (guild_id !== undefined && !words.addressed) return undefined;
  if (!words.known) {
    const first = words.name.toLowerCase();
    // "generate" alone opens what is behind it, as it does everywhere.
    const group = commands.all().some((c) => c.name.startsWith(`${first} `));
    return group ? asked("help", { topic: first }) : asked(words.name, words.options);
  }
  return asked(words.name, { ...words.options, ...filesFor(commands, words, attachments) });
}

const asked = (name: string, options: Record<string, unknown>): Content & { kind: "command" } => ({
  kind: "command",
  name,
  options,
});

/** What was attached fills the options that are files, in their order. */
function filesFor(
  commands: Registry,
  { name, options }: { name: string; options: Record<string, string> },
  attachments: Said["attachments"],
): Record<string, Attached> {
  const wanted = Object.entries(commands.find(name)?.options ?? {})
    .filter(([option, { kind }]) => kind === "file" && options[option] === undefined)
    .slice(0, attachments.length);
  return Object.fromEntries(
    wanted.map(([option], n) => {
      const { filename, content_type = "", url: where, size } = attachments[n]!;
      return [option, { attachment: { name: filename, type: content_type, where, size } }];
    }),
  );
}
