// A channel that is closed to us may be one that we may not see, or the whole server may have thrown us out: then all its
// channels are gone at once, and none is tried again.
import { appOf } from "./api.ts";
import type { Desk } from "./letter.ts";

export function leaver({ api, more, kit }: Desk, appId: string | undefined): (tenant: string) => Promise<void> {
  let app = appId;
  return async (tenant) => {
    if (!api.hasToken || !more.closed) return;
    try {
      app ??= await appOf(api);
      // Direct messages are of the application, which is no server.
      if (tenant === app) return;
      await api.call({ method: "GET", route: `/guilds/${tenant}`, bot: true });
    } catch (error) {
      if (api.classify(error).kind === "gone") await more.closed(tenant);
      else kit.log.warn({ err: error, tenant }, "whether we are still in a server could not be asked");
    }
  };
}
