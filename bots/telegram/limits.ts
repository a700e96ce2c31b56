// What Telegram allows, each number with where it is published. Lengths are UTF-16 units, counted after markup is read.

/** sendMessage, `text`: "1-4096 characters after entities parsing". */
export const TEXT = 4096;
/** sendPhoto and the like, `caption`: "0-1024 characters after entities parsing". */
export const CAPTION = 1024;
/** InlineKeyboardButton, `callback_data`: "1-64 bytes". */
export const CALLBACK_BYTES = 64;
/** No published limit of the text of a button; clients cut what is longer than the screen is wide. */
export const BUTTON_LABEL = 64;
/** Observed: a keyboard with more buttons is refused ("reply markup is too long"). */
export const BUTTONS = 100;
/** ForceReply, `input_field_placeholder`: "1-64 characters". */
export const PLACEHOLDER = 64;
/** sendMediaGroup: "must include 2-10 items". */
export const ALBUM = 10;
/** setMyCommands: "At most 100 commands"; we take fewer, so that the menu can be read (ruling G). */
export const COMMANDS = 60;
/** BotCommand, `description`: "1-256 characters". */
export const DESCRIPTION = 256;
/** BotCommand, `command`: "1-32 characters. Can contain only lowercase English letters, digits and underscores". */
export const COMMAND_NAME = /^[a-z0-9_]{1,32}$/;
/** Observed: a list of commands with more text than this is refused ("BOT_COMMANDS_TOO_MUCH"). */
export const COMMANDS_TEXT = 5_700;
/** "Sending files": a bot may upload 50 MB, and 10 MB as a photo. */
export const UPLOAD_BYTES = 50_000_000;
export const PHOTO_BYTES = 10_000_000;
/** getFile: "The maximum file size to download is 20 MB". */
export const DOWNLOAD_BYTES = 20_000_000;
/** setWebhook, `secret_token`: "1-256 characters. Only characters A-Z, a-z, 0-9, _ and - are allowed". */
export const WEBHOOK_SECRET = /^[A-Za-z0-9_-]{1,256}$/;
/** getUpdates, `limit`: "Values between 1-100 are accepted". */
export const UPDATES = 100;

/** Bot FAQ, "My bot is hitting limits": 30 a second in all, one a second in a chat, 20 a minute in a group. */
export const PACE_ALL = { limit: 30, per: 1_000 };
export const PACE_CHAT = { limit: 1, per: 1_000 };
export const PACE_GROUP = { limit: 20, per: 60_000 };
