// Files that were handed over come as addresses that only our token opens.
import type { Log } from "../../core/house.ts";
import type { Attached, Store } from "../parts/attached.ts";
import type { Api } from "./api.ts";
import { type Json, str } from "./json.ts";
import { FILE_BYTES } from "./limits.ts";

export function attachedOf(file: Json): Attached | undefined {
  const where = str(file.url_private_download) || str(file.url_private);
  if (!where) return undefined;
  const size = typeof file.size === "number" ? file.size : 0;
  return { attachment: { name: str(file.name), type: str(file.mimetype), where, size } };
}

export const fileStore = (api: Pick<Api, "download">, log: Log): Store => ({
  most: FILE_BYTES.in,
  log,
  async get(where, most, signal) {
    const bytes = await api.download(where, signal);
    if (!bytes) throw new Error("Slack did not give the file out.");
    return bytes.length <= most ? bytes : undefined;
  },
});
