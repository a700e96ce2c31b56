// What `npm run doctor` looks at: whether Telegram knows the bot, where it sends what people write, and whether that
// arrives.
import type { Api } from "grammy";
import type { Around, Finding } from "../surface.ts";
import { isRefused } from "./trouble.ts";

/** Telegram tells the last error of a webhook long after it was mended. */
const RECENT_MS = 3_600_000;
/** More than a busy minute leaves behind. */
const MANY = 100;

type How = { api: Api; secret: string | undefined; now: Date };

export async function examine({ api, secret, now }: How, { baseUrl }: Around): Promise<Finding[]> {
  try {
    const me = await api.getMe();
    const info = await api.getWebhookInfo();
    const hooked = secret !== undefined && baseUrl !== undefined;
    const findings: Finding[] = [
      { ok: true, what: `Telegram knows the token: @${me.username}.` },
      whereTo(info.url ?? "", hooked ? new URL("/hooks/telegram", baseUrl).href : ""),
    ];
    if (secret && !baseUrl)
      findings.push({
        ok: false,
        what: "TELEGRAM_WEBHOOK_SECRET is set and BASE_URL is not: messages are polled for, not sent.",
        mend: "Set BASE_URL for a webhook, or unset the secret.",
      });
    if (hooked && baseUrl.protocol !== "https:")
      findings.push({ ok: false, what: "Telegram calls https addresses only.", mend: "Give BASE_URL one." });
    const { last_error_message: error, last_error_date: at, pending_update_count: waiting } = info;
    if (info.url && error && now.getTime() - (at ?? Number.POSITIVE_INFINITY) * 1000 < RECENT_MS)
      findings.push({
        ok: false,
        what: `Its webhook failed within the hour: ${error}.`,
        mend: "Open BASE_URL from outside: it needs HTTPS on port 443, 80, 88 or 8443.",
      });
    if (waiting > MANY)
      findings.push({ ok: false, what: `${waiting} messages wait at Telegram.`, mend: "Start the bot: npm start." });
    if (me.can_join_groups === false)
      findings.push({
        ok: false,
        what: "The bot cannot be added to groups.",
        mend: "Ask @BotFather: /setjoingroups → Enable.",
      });
    if (me.can_read_all_group_messages)
      findings.push({
        ok: true,
        what: "Privacy mode is off: it is sent all that is written in groups, which it does not need.",
      });
    return findings;
  } catch (error) {
    return [troubled(error)];
  }
}

function whereTo(url: string, ours: string): Finding {
  if (url === ours) return { ok: true, what: ours ? `Messages are sent to ${ours}.` : "Messages are polled for." };
  if (url === "") return { ok: true, what: `The webhook is not set yet: a start sets it to ${ours}.` };
  return {
    ok: false,
    what: `Telegram sends messages to ${url}, which is not ours.`,
    mend: "A start takes them over. If another deployment uses this bot, give one of them a bot of its own.",
  };
}

function troubled(error: unknown): Finding {
  // A token that is no token at all is answered with 404.
  if (isRefused(error) && (error.error_code === 401 || error.error_code === 404))
    return {
      ok: false,
      what: "Telegram does not know TELEGRAM_TOKEN.",
      mend: "Copy it again, or get a new one from @BotFather (/token).",
    };
  const why = isRefused(error) ? `: ${error.description}` : "";
  return { ok: false, what: `Telegram cannot be asked${why}.`, mend: "Look at the network and at TELEGRAM_API_URL." };
}
