// A message as Discord answers it.
import type { Body } from "./body.ts";

export type Shown = {
  id: string;
  channel: string;
  body: Body;
  files: string[];
  bytes?: Map<string, Buffer> | undefined;
  private: boolean;
  /** Who asked, when it is an answer. */
  user?: string | undefined;
  edits: number;
};

const AUTHOR = {
  id: "900",
  username: "impresario",
  avatar: null,
  discriminator: "0",
  public_flags: 0,
  flags: 0,
  global_name: null,
  primary_guild: null,
  bot: true,
};

export function messageOf({ id, channel, body, private: alone }: Shown): Record<string, unknown> {
  const at = new Date(Number((BigInt(id) >> 22n) + 1_420_070_400_000n)).toISOString();
  return {
    id,
    channel_id: channel,
    type: 0,
    content: "",
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    timestamp: at,
    edited_timestamp: null,
    flags: (Number(body.flags) || 0) | (alone ? 64 : 0),
    components: [],
    author: AUTHOR,
    pinned: false,
    mention_everyone: false,
    tts: false,
  };
}
