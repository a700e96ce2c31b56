// Whom we can ask, by the keys that the environment has.
import { icecast } from "./icecast.ts";
import { twitch } from "./twitch.ts";
import type { Watcher } from "./watcher.ts";
import { youtube } from "./youtube.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The addresses are for tests and proxies. */
export function openWatchers(env: Env): readonly Watcher[] {
  const { YOUTUBE_API_KEY: key, TWITCH_CLIENT_ID: id, TWITCH_CLIENT_SECRET: secret } = env;
  return [
    icecast(),
    ...(key ? [youtube({ key, base: env.YOUTUBE_API_URL })] : []),
    ...(id && secret ? [twitch({ id, secret, api: env.TWITCH_API_URL, login: env.TWITCH_LOGIN_URL })] : []),
  ];
}
