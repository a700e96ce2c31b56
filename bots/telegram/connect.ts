// Telegram: long polling by default; a webhook when there is a secret and a public address.
import type { Read } from "../settings.ts";
import { type Bot, surface as declare, type Finding, type Kit } from "../surface.ts";
import { SURFACE } from "./decode.ts";
import { setWebhook, webhook } from "./hook.ts";
import type { Desk } from "./letter.ts";
import { WEBHOOK_SECRET } from "./limits.ts";
import { menus, register } from "./manifest.ts";
import { poll } from "./poll.ts";
import { makeSender } from "./send.ts";
import type { Ear } from "./take.ts";
import { isRefused } from "./trouble.ts";

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

async function open({ token, secret, api: apiRoot }: TelegramSettings, house: Kit): Promise<Bot> {
  const { Api, InputFile: File } = await import("grammy");
  // Longer than a long poll waits.
  const api = new Api(token, { timeoutSeconds: 40, ...(apiRoot ? { apiRoot } : {}) });
  const desk: Desk = { api, File, house, username: "", more: {} };
  let known: Promise<Ear> | undefined;
  /** Asked once; a failure is not remembered. */
  function ear(): Promise<Ear> {
    known ??= api.getMe().then(
      ({ id, username }) => {
        desk.username = username;
        return { api, me: { id, username }, token, root: apiRoot ?? TELEGRAM };
      },
      (error: unknown) => {
        known = undefined;
        throw error;
      },
    );
    return known;
  }
  return {
    sender: makeSender(desk),
    async listen(door) {
      desk.more = { base: door.baseUrl, painter: door.painter };
      return secret && door.baseUrl ? setWebhook(ear, door.baseUrl, secret, door) : poll(ear, door);
    },
    ...(secret ? { hook: webhook(secret, ear) } : {}),
    register: (commands, apply) => register(api, commands, apply),
    examine: () => examine(ear, secret !== undefined),
  };
}

async function examine(ear: () => Promise<Ear>, hooked: boolean): Promise<Finding[]> {
  try {
    const { api, me } = await ear();
    const { url, last_error_message: error, pending_update_count: waiting } = await api.getWebhookInfo();
    const findings: Finding[] = [{ ok: true, what: `Telegram knows the token: @${me.username}.` }];
    if (url && !hooked)
      findings.push({ ok: false, what: `It has a webhook (${url}) that is not ours.`, mend: "A start removes it." });
    if (error)
      findings.push({
        ok: false,
        what: `Its webhook fails: ${error}; ${waiting} updates wait.`,
        mend: "Open BASE_URL from outside: it needs HTTPS on port 443, 80, 88 or 8443.",
      });
    return findings;
  } catch (error) {
    const unknown = isRefused(error) && (error.error_code === 401 || error.error_code === 404);
    return [
      unknown
        ? { ok: false, what: "Telegram does not know TELEGRAM_TOKEN.", mend: "Get a new one from @BotFather (/token)." }
        : { ok: false, what: "Telegram cannot be reached.", mend: "Look at the network and at TELEGRAM_API_URL." },
    ];
  }
}

export const surface = declare<TelegramSettings>({
  name: SURFACE,
  settings,
  manifest: (commands) => JSON.stringify(menus(commands), null, 2),
  address: ({ api }) => api ?? TELEGRAM,
  open,
});
