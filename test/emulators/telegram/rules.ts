// What Telegram refuses, in its own words. The names of fields come from its published description where that is there.
import { wrongCall } from "./judge.ts";
import { parseHtml } from "./markup.ts";

export { spec } from "./judge.ts";
export type Params = Record<string, unknown>;

type Button = { text?: string; callback_data?: string; url?: string };

export function check(method: string, params: Params): void {
  known(method, params);
  const { text, caption, reply_markup: markup } = params;
  if (method === "sendMessage" || method === "editMessageText" || method === "editEphemeralMessageText")
    words(String(text ?? ""), params, 4096, "message is too long");
  if (typeof caption === "string") words(caption, params, 1024, "message caption is too long", true);
  if (markup && typeof markup === "object") keyboard(markup as Params);
  if (method === "sendMediaGroup") {
    const media = params.media as Params[];
    if (media.length < 2 || media.length > 10) throw new Error("Bad Request: wrong number of media in the album");
    for (const one of media) if (one.caption) words(String(one.caption), one, 1024, "message caption is too long");
  }
  if (method === "setMyCommands") menu(params.commands as { command: string; description: string }[]);
}

function known(method: string, params: Params): void {
  const wrong = wrongCall(method, params);
  if (wrong?.startsWith("there is no method")) throw Object.assign(new Error("Not Found"), { code: 404 });
  if (wrong) throw new Error(`Bad Request: ${wrong}`);
}

function words(text: string, { parse_mode: mode }: Params, most: number, long: string, empty = false): void {
  const parsed = mode === "HTML" ? parseHtml(text).text : text;
  if (!empty && parsed.trim() === "") throw new Error("Bad Request: message text is empty");
  if (parsed.length > most) throw new Error(`Bad Request: ${long}`);
  if (!parsed.isWellFormed()) throw new Error("Bad Request: strings must be encoded in UTF-8");
}

function keyboard({ inline_keyboard: rows, input_field_placeholder: hint }: Params): void {
  if (typeof hint === "string" && (hint.length < 1 || hint.length > 64))
    throw new Error("Bad Request: input field placeholder is too long");
  if (!Array.isArray(rows)) return;
  const buttons = (rows as Button[][]).flat();
  if (buttons.length > 100) throw new Error("Bad Request: reply markup is too long");
  for (const { text, callback_data: data, url } of buttons) {
    if (!text?.trim()) throw new Error("Bad Request: text buttons are unallowed in the inline keyboard");
    const bytes = Buffer.byteLength(data ?? "");
    if (!url && (bytes < 1 || bytes > 64)) throw new Error("Bad Request: BUTTON_DATA_INVALID");
  }
}

function menu(commands: { command: string; description: string }[]): void {
  if (commands.length > 100) throw new Error("Bad Request: BOT_COMMANDS_TOO_MUCH");
  for (const { command, description } of commands) {
    if (!/^[a-z0-9_]{1,32}$/.test(command)) throw new Error("Bad Request: BOT_COMMAND_INVALID");
    if (description.length < 1 || description.length > 256)
      throw new Error("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID");
  }
}
