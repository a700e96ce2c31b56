// Attached files come as addresses at Discord's own servers.
import type { Log } from "../../core/house.ts";
import { bodyOf, Refused, type Store } from "../parts/attached.ts";
import type { Settings } from "./api.ts";

const MOST = 10 * 1024 * 1024;
const HOSTS = /^(cdn|media)\.discordapp\.(com|net)$/;

export const fileStore = ({ apiUrl }: Pick<Settings, "apiUrl">, log: Log): Store => ({
  most: MOST,
  log,
  async get(where, most, signal) {
    const host = URL.canParse(where) ? new URL(where).host : "";
    if (!HOSTS.test(host) && host !== new URL(apiUrl).host) throw new Refused("This is no file of Discord's.");
    return bodyOf(await fetch(where, { signal, redirect: "error" }), most);
  },
});
