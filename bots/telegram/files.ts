// The bytes of a file that a person sent: Telegram says where it lies, for an hour.
import type { Log } from "../../core/house.ts";
import { bodyOf, Refused, type Store } from "../parts/attached.ts";
import type { Ear } from "./hear.ts";
import { DOWNLOAD_BYTES } from "./limits.ts";
import { isRefused } from "./trouble.ts";

export const fileStore = (ear: () => Promise<Ear>, log: Log): Store => ({
  most: DOWNLOAD_BYTES,
  log,
  async get(id, most, signal) {
    const { api, root, token } = await ear();
    const found = await api.raw
      .getFile({ file_id: id }, signal as unknown as Parameters<typeof api.getMe>[0])
      .catch((err: unknown) => {
        if (!isRefused(err) || err.error_code !== 400) throw err;
        if (/file is too big/i.test(err.description)) return undefined;
        throw new Refused(err.description);
      });
    if (!found) return undefined;
    const { file_path: path, file_size: size = 0 } = found;
    // A server of one's own may answer with a path on its disk, which is nothing to us.
    if (!path || path.startsWith("/") || path.includes("..")) throw new Refused("Telegram gave no path for the file.");
    if (size > most) return undefined;
    // The address holds the token, so it is never told to anybody.
    return bodyOf(await fetch(`${root}/file/bot${token}/${path}`, { signal, redirect: "error" }), most);
  },
});
