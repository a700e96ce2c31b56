// Twitch's Helix: streams by login, a hundred a call, with a token of the app (dev.twitch.tv/docs/api/reference/#get-streams).
import { ask, countOf, type Reading, Unread, type Watcher } from "./watcher.ts";

const BATCH = 100;

export type TwitchKeys = { id: string; secret: string; api?: string | undefined; login?: string | undefined };

export function twitch(keys: TwitchKeys): Watcher {
  const api = keys.api ?? "https://api.twitch.tv";
  let token: string | undefined;
  const page = async (logins: readonly string[]) => {
    const url = new URL("/helix/streams", api);
    url.searchParams.set("first", String(BATCH));
    for (const login of logins) url.searchParams.append("user_login", login);
    const once = async () => {
      token ??= await tokenOf(keys);
      return ask(url, { headers: { "client-id": keys.id, authorization: `Bearer ${token}` } });
    };
    let answer = await once();
    // It has ended, or was revoked: another one, once.
    if (answer.status === 401) {
      token = undefined;
      answer = await once();
    }
    if (answer.status === 401) token = undefined;
    return answer;
  };
  return {
    kind: "twitch",
    async read(targets) {
      const found = new Map<string, Reading>();
      const byLogin = Map.groupBy(targets, (target) => target.toLowerCase());
      const logins = [...byLogin.keys()];
      for (let n = 0; n < logins.length; n += BATCH) {
        const { status, body } = await page(logins.slice(n, n + BATCH));
        if (status === 401)
          throw new Unread("Twitch refused the app: look at TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET");
        if (status !== 200) throw new Unread(`Twitch answered ${status}`);
        const { data } = body as { data?: { user_login?: unknown; type?: unknown; viewer_count?: unknown }[] };
        if (!Array.isArray(data)) throw new Unread("Twitch answered without a list");
        // One may be listed twice when the order changes between pages: the last word counts, it is not a sum.
        for (const { user_login: login, type, viewer_count: count } of data)
          if (typeof login === "string" && type === "live")
            for (const target of byLogin.get(login.toLowerCase()) ?? [])
              found.set(target, { viewers: countOf(count) ?? 0 });
      }
      for (const target of targets) if (!found.has(target)) found.set(target, "offline");
      return found;
    },
  };
}

async function tokenOf({ id, secret, login = "https://id.twitch.tv" }: TwitchKeys): Promise<string> {
  const body = new URLSearchParams({ client_id: id, client_secret: secret, grant_type: "client_credentials" });
  const { status, body: answer } = await ask(new URL("/oauth2/token", login), { method: "POST", body });
  const token = (answer as { access_token?: unknown } | undefined)?.access_token;
  if (status !== 200 || typeof token !== "string")
    throw new Unread("Twitch refused the app: look at TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET");
  return token;
}
