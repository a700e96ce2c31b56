// What `npm run doctor` looks at: whether Discord knows the bot, whether what was set belongs together, whether it is
// heard, and whether the servers that it is in let it have commands.
import type { Around, Finding } from "../surface.ts";
import type { Api, Settings } from "./api.ts";

type App = { id: string; name: string; verify_key?: string; interactions_endpoint_url?: string | null };
type Guild = { id: string; name: string };

/** View a channel, send messages there and in threads, embed links, attach files. */
const PERMISSIONS = (1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 38n);
/** Asking each of a thousand servers would be a load on Discord, and say the same. */
const SERVERS = 5;

export async function examine(api: Api, settings: Settings, around: Around): Promise<Finding[]> {
  const { token, appId, publicKey } = settings;
  if (!token) return withoutToken(around);
  const get = async <T>(route: `/${string}`) => (await api.call({ method: "GET", route, bot: true })).data as T;
  try {
    const app = await get<App>("/applications/@me");
    return [
      { ok: true, what: `Discord knows the token: ${app.name}.` },
      ...matches("DISCORD_APP_ID", appId, app.id),
      ...matches("DISCORD_PUBLIC_KEY", publicKey?.toLowerCase(), app.verify_key?.toLowerCase()),
      ...heard(app, settings, around),
      ...(await starts(get)),
      ...(await servers(api, app.id, get)),
    ];
  } catch (error) {
    return [troubled(error)];
  }
}

function troubled(error: unknown): Finding {
  const { status, message } = error as { status?: number; message: string };
  if (status === 401)
    return {
      ok: false,
      what: "Discord does not know DISCORD_TOKEN.",
      mend: "Make a new one on the bot's page (Bot → Reset Token) and set it; the old one ends at once.",
    };
  return {
    ok: false,
    what: `Discord cannot be asked: ${message}.`,
    mend: "Look at the network and at DISCORD_API_URL, and at https://discordstatus.com.",
  };
}

const withoutToken = ({ baseUrl }: Around): Finding[] => [
  {
    ok: true,
    what: "Discord: commands by webhook, without a token. Later messages and registration need DISCORD_TOKEN.",
  },
  baseUrl
    ? { ok: true, what: `Its Interactions Endpoint URL must be ${endpoint(baseUrl)}.` }
    : {
        ok: false,
        what: "BASE_URL is not set, and Discord reaches us only there.",
        mend: "Set BASE_URL or DISCORD_TOKEN.",
      },
];

const matches = (name: string, ours: string | undefined, theirs: string | undefined): Finding[] =>
  ours === undefined || !theirs
    ? []
    : ours === theirs
      ? [{ ok: true, what: `${name} is this application's.` }]
      : [{ ok: false, what: `${name} is another application's.`, mend: `Set it to ${theirs}.` }];

const endpoint = (baseUrl: URL) => new URL("/hooks/discord", baseUrl).href;

/** Discord sends interactions one way only: where it was told to, else over the gateway. */
function heard({ interactions_endpoint_url: url }: App, { publicKey }: Settings, { baseUrl }: Around): Finding[] {
  const at = "General Information → Interactions Endpoint URL";
  if (!url) return [{ ok: true, what: "Commands come over the gateway." }];
  const ours = baseUrl && endpoint(baseUrl);
  if (url !== ours)
    return [
      {
        ok: false,
        what: `Discord sends commands to ${url}, which is not here.`,
        mend: ours
          ? `Set ${at} to ${ours}, or empty it: then they come over the gateway.`
          : `Empty ${at}: then they come over the gateway. Or set BASE_URL to where we are reached.`,
      },
    ];
  if (publicKey) return [{ ok: true, what: `Commands come to ${url}.` }];
  const mend = "Set it to the Public Key under General Information.";
  return [{ ok: false, what: "Commands come by webhook, and DISCORD_PUBLIC_KEY is not set to verify them.", mend }];
}

async function starts(get: <T>(route: `/${string}`) => Promise<T>): Promise<Finding[]> {
  const { session_start_limit: limit } = await get<{
    session_start_limit: { remaining: number; reset_after: number };
  }>("/gateway/bot");
  if (limit.remaining > 0) return [];
  const hours = Math.ceil(limit.reset_after / 3_600_000);
  return [
    {
      ok: false,
      what: "Discord lets this bot connect no more times today.",
      mend: `Stop what starts it again and again; it may connect again in ${hours} h.`,
    },
  ];
}

async function servers(api: Api, app: string, get: <T>(route: `/${string}`) => Promise<T>): Promise<Finding[]> {
  const link = `https://discord.com/oauth2/authorize?client_id=${app}&scope=bot+applications.commands&permissions=${PERMISSIONS}`;
  const all = await get<Guild[]>("/users/@me/guilds");
  if (all.length === 0) return [{ ok: false, what: "The bot is in no server.", mend: `Add it: ${link}` }];
  const findings: Finding[] = [];
  for (const { id, name } of all.slice(0, SERVERS)) {
    try {
      await get(`/applications/${app}/guilds/${id}/commands`);
    } catch (error) {
      // 50001 Missing Access: the server added the bot without the scope.
      if (api.codeOf(error) !== 50001) throw error;
      const what = `${name} added the bot without the scope applications.commands: nobody sees its commands there.`;
      findings.push({ ok: false, what, mend: `Add it once more: ${link}` });
    }
  }
  return findings.length > 0
    ? findings
    : [{ ok: true, what: `It is in ${all.length} servers and may have commands there.` }];
}
