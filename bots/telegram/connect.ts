// Telegram: long polling by default; a webhook when there is a secret and a public address.
import { fetchAttached } from "../parts/attached.ts";
import type { Read } from "../settings.ts";
import { type Bot, surface as declare, type Kit } from "../surface.ts";
import { SURFACE } from "./decode.ts";
import { examine } from "./examine.ts";
import { fileStore } from "./files.ts";
import type { Ear } from "./hear.ts";
import { setWebhook, webhook } from "./hook.ts";
import type { Desk } from "./letter.ts";
import { WEBHOOK_SECRET } from "./limits.ts";
import { listen } from "./listen.ts";
import { menus, register } from "./manifest.ts";
import { makeSender } from "./send.ts";
import { openSpins } from "./spins.ts";

const TELEGRAM = "https://api.telegram.org";

export type TelegramSettings = { token: string; secret: string | undefined; api: string | undefined };

function settings(read: Read): TelegramSettings | undefined {
  const token = read("TELEGRAM_TOKEN", tokenOf, "the token that @BotFather gave, such as 123456:ABC…");
  const secret = read("TELEGRAM_WEBHOOK_SECRET", secretOf, "16 to 256 letters, digits, _ or -");
  const api = read("TELEGRAM_API_URL", addressOf, "an address such as http://localhost:8081");
  return token === undefined ? undefined : { token, secret, api };
}

const refused = () => new Error("It is not.");
function tokenOf(value: string): string {
  if (!/^\d{1,20}:[A-Za-z0-9_-]{10,100}$/.test(value)) throw refused();
  return value;
}
function secretOf(value: string): string {
  if (value.length < 16 || !WEBHOOK_SECRET.test(value)) throw refused();
  return value;
}
function addressOf(value: string): string {
  const { protocol, href } = new URL(value);
  if (protocol !== "http:" && protocol !== "https:") throw refused();
  return href.replace(/\/+$/, "");
}

async function open({ token, secret, api: apiRoot }: TelegramSettings, kit: Kit): Promise<Bot> {
  const { Api, InputFile: File } = await import("grammy");
  // Longer than a long poll waits.
  const api = new Api(token, { timeoutSeconds: 40, ...(apiRoot ? { apiRoot } : {}) });
  const spins = openSpins();
  const desk: Desk = { api, File, kit, username: "", more: {}, server: {}, spins };
  let known: Promise<Ear> | undefined;
  /** Asked once; a failure is not remembered. */
  function ear(): Promise<Ear> {
    known ??= api.getMe().then(
      ({ id, username }) => {
        desk.username = username;
        return { api, me: { id, username }, token, root: apiRoot ?? TELEGRAM, spins };
      },
      (error: unknown) => {
        known = undefined;
        throw error;
      },
    );
    return known;
  }
  const files = fileStore(ear, kit.log);
  return {
    sender: makeSender(desk),
    async listen(door) {
      desk.more = { base: door.baseUrl, painter: door.painter };
      return secret && door.baseUrl ? setWebhook(ear, door.baseUrl, secret, door) : listen(ear, door);
    },
    fetch: (envelope) => fetchAttached(files, envelope),
    ...(secret ? { hook: webhook(secret, ear) } : {}),
    register: (commands, apply) => register(api, commands, apply),
    examine: (around) => examine({ api, secret, now: kit.sources.now() }, around),
  };
}

export const surface = declare<TelegramSettings>({
  name: SURFACE,
  settings,
  manifest: (commands) => JSON.stringify(menus(commands), null, 2),
  address: ({ api }) => api ?? TELEGRAM,
  open,
});
