// What `npm run doctor` looks at: whether Slack knows our tokens, what they may do, and whether Slack can reach us.
import type { Around, Finding } from "../surface.ts";
import { type Api, type Settings, SlackSays } from "./api.ts";
import { obj, str } from "./json.ts";
import { SCOPES } from "./manifest.ts";

export async function examine(api: Api, settings: Settings, { baseUrl }: Around): Promise<Finding[]> {
  return [...(await bot(api)), ...(await socket(api, settings)), ...webhook(settings, baseUrl)];
}

const away = (error: unknown): Finding => ({
  ok: false,
  what: `Slack cannot be reached: ${(error as Error).message}`,
  mend: "Look at the network and at SLACK_API_URL.",
});

async function bot(api: Api): Promise<Finding[]> {
  try {
    const answer = await api.call("auth.test");
    const found: Finding = { ok: true, what: `Slack knows the token: ${str(answer.user)} in ${str(answer.team)}.` };
    const given = obj(answer.response_metadata).scopes;
    const missing = Array.isArray(given) ? SCOPES.filter((scope) => !given.includes(scope)) : [];
    if (missing.length === 0) return [found];
    const mend = "Put what `npm run manifest` prints into the app's manifest, then install the app again.";
    return [found, { ok: false, what: `The Slack app lacks scopes: ${missing.join(", ")}.`, mend }];
  } catch (error) {
    if (!(error instanceof SlackSays)) return [away(error)];
    const mend = "Copy the Bot User OAuth Token from the app's page, OAuth & Permissions.";
    return [{ ok: false, what: `Slack does not take SLACK_BOT_TOKEN: ${error.word}.`, mend }];
  }
}

async function socket(api: Api, { appToken, signingSecret }: Settings): Promise<Finding[]> {
  if (!appToken) {
    if (signingSecret) return [];
    const mend = "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET and BASE_URL for requests.";
    return [{ ok: false, what: "Slack has no way to reach us.", mend }];
  }
  try {
    await api.call("apps.connections.open", {}, appToken);
    return [{ ok: true, what: "Slack opens a socket for SLACK_APP_TOKEN." }];
  } catch (error) {
    if (!(error instanceof SlackSays)) return [away(error)];
    const mend = "Make an app-level token with the scope connections:write, and turn Socket Mode on.";
    return [{ ok: false, what: `Slack opens no socket for SLACK_APP_TOKEN: ${error.word}.`, mend }];
  }
}

function webhook({ appToken, signingSecret }: Settings, baseUrl: URL | undefined): Finding[] {
  if (!signingSecret) return [];
  if (appToken) return [{ ok: true, what: "Slack is heard over the socket; its signed requests are taken as well." }];
  if (baseUrl?.protocol === "https:")
    return [{ ok: true, what: `Slack calls ${new URL("/hooks/slack", baseUrl).href}.` }];
  const mend = "Set BASE_URL to the public https address, and put the printed manifest into the app.";
  return [{ ok: false, what: "Slack cannot call us: it needs an https address.", mend }];
}
