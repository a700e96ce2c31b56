// Icecast, YouTube and Twitch as far as they say how many watch: their own words, and their faults.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type WatchedThere = {
  url: string;
  /** Mounts, videos and logins with what they count. */
  mounts: Map<string, number>;
  videos: Map<string, string | undefined>;
  streams: Map<string, number>;
  fault: "none" | "quota" | "key" | "expired" | "hang" | "broken" | "twice";
  asked: { path: string; ids: number }[];
  close(): Promise<void>;
};

export async function watchEmulator(): Promise<WatchedThere> {
  let issued = 0;
  const state: WatchedThere = {
    url: "",
    mounts: new Map(),
    videos: new Map(),
    streams: new Map(),
    fault: "none",
    asked: [],
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const json = (to: ServerResponse, status: number, body: unknown) =>
    to.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

  function icecast(to: ServerResponse): unknown {
    const all = [...state.mounts].map(([mount, listeners]) => ({
      listenurl: `http://name-of-its-owner:8000${mount}`,
      listeners,
      server_type: "audio/mpeg",
    }));
    // As Icecast does: nothing for none, an object for one, a list for more.
    const source = all.length === 0 ? {} : { source: all.length === 1 ? all[0] : all };
    return json(to, 200, { icestats: { server_id: "Icecast 2.4.4", ...source } });
  }

  function youtube(url: URL, to: ServerResponse): unknown {
    const ids = url.searchParams.get("id")?.split(",") ?? [];
    state.asked.push({ path: "videos", ids: ids.length });
    const wrong = (status: number, reason: string) =>
      json(to, status, { error: { code: status, message: reason, errors: [{ reason, domain: "youtube.quota" }] } });
    if (ids.length > 50) return wrong(400, "invalidFilters");
    if (state.fault === "quota") return wrong(403, "quotaExceeded");
    if (state.fault === "key" || url.searchParams.get("key") !== "yt-key") return wrong(400, "badRequest");
    const items = ids.flatMap((id) => {
      if (!state.videos.has(id)) return [];
      const count = state.videos.get(id);
      return [
        { kind: "youtube#video", id, liveStreamingDetails: count === undefined ? {} : { concurrentViewers: count } },
      ];
    });
    return json(to, 200, { kind: "youtube#videoListResponse", items });
  }

  function twitch(url: URL, from: IncomingMessage, to: ServerResponse): unknown {
    if (state.fault === "expired") {
      state.fault = "none";
      issued++;
    }
    if (state.fault === "key" || from.headers.authorization !== `Bearer token-${issued}`)
      return json(to, 401, { error: "Unauthorized", status: 401, message: "Invalid OAuth token" });
    const logins = url.searchParams.getAll("user_login");
    state.asked.push({ path: "streams", ids: logins.length });
    if (logins.length > 100) return json(to, 400, { error: "Bad Request", status: 400, message: "too many" });
    const live = logins.flatMap((login) =>
      state.streams.has(login) ? [{ user_login: login, type: "live", viewer_count: state.streams.get(login) }] : [],
    );
    return json(to, 200, { data: state.fault === "twice" ? [...live, ...live] : live, pagination: {} });
  }

  const server = createServer((from, to) => {
    const url = new URL(from.url ?? "/", "http://here");
    if (state.fault === "hang") return;
    if (state.fault === "broken") return void to.end("<html>maintenance</html>");
    if (url.pathname === "/status-json.xsl") return icecast(to);
    if (url.pathname === "/youtube/v3/videos") return youtube(url, to);
    if (url.pathname === "/oauth2/token")
      return json(to, 200, { access_token: `token-${issued}`, expires_in: 5_000_000 });
    if (url.pathname === "/helix/streams") return twitch(url, from, to);
    json(to, 404, {});
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}
