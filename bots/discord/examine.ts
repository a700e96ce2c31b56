// What `npm run doctor` looks at: whether Discord knows the bot, and whether what was set belongs together.
import type { Finding } from "../surface.ts";
import type { Api, Settings } from "./api.ts";

export async function examine(api: Api, { token, appId, publicKey }: Settings): Promise<Finding[]> {
  if (!token) return [{ ok: true, what: "Discord: interactions by webhook, without a token" }];
  try {
    const { data } = await api.call({ method: "GET", route: "/applications/@me", bot: true });
    const app = data as { id: string; name: string; verify_key?: string };
    return [
      { ok: true, what: `Discord: ${app.name}` },
      matches("DISCORD_APP_ID", appId, app.id),
      matches("DISCORD_PUBLIC_KEY", publicKey?.toLowerCase(), app.verify_key?.toLowerCase()),
    ];
  } catch (error) {
    const mend = "Check DISCORD_TOKEN; make a new one on the bot's page at Discord when it was lost.";
    return [{ ok: false, what: `Discord does not answer this token: ${(error as Error).message}`, mend }];
  }
}

const matches = (name: string, ours: string | undefined, theirs: string | undefined): Finding =>
  ours === undefined || theirs === undefined || ours === theirs
    ? { ok: true, what: name }
    : { ok: false, what: `${name} is another application's`, mend: `Set it to ${theirs}.` };
