// AzuraCast as an engine, over its REST API: a station's files and requests. Files are put there under our ids, and what it
// says of itself is found again by them.
import { readFile } from "node:fs/promises";
import type { Playout } from "../../playout.ts";
import { askedPlayout } from "./common.ts";

export type AzuracastOptions = { url: string; key: string; station: string; everyMs?: number; wall(): number };

const ANSWER_MS = 20_000;
const LOOK_MS = 5_000;
const STATION = /^[\w-]{1,60}$/;
const ID = /^[0-9a-f-]{36}$/;

type NowPlaying = { is_online?: boolean; now_playing?: { elapsed?: number; song?: { album?: string } } };

export function azuracastPlayout({ url, key, station, everyMs = LOOK_MS, wall }: AzuracastOptions): Playout {
  if (!STATION.test(station)) throw new Error("A station of AzuraCast is a number or a short name.");

  async function call<T>(method: "GET" | "POST" | "PUT", path: string, body?: object): Promise<T> {
    const answer = await fetch(new URL(`/api${path}`, url), {
      method,
      headers: { "x-api-key": key, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!answer.ok) throw new Error(`AzuraCast says ${answer.status}.`);
    return (await answer.json()) as T;
  }
  const own = `/station/${station}`;

  return askedPlayout({
    name: "azuracast",
    everyMs,
    wall,
    async playing() {
      const { is_online: online, now_playing: now } = await call<NowPlaying>("GET", `/nowplaying/${station}`);
      if (online === false) throw new Error("The station is not on the air.");
      return { id: ID.exec(now?.song?.album ?? "")?.[0], sinceMs: (now?.elapsed ?? 0) * 1000 };
    },
    async give(item) {
      const file = (await readFile(item.file)).toString("base64");
      const path = `impresario/${item.id}.mp3`;
      const made = await call<{ id: number; unique_id: string }>("POST", `${own}/files`, { path, file });
      // The album is where our id is shown again; a title is a value of JSON and nothing more.
      await call("PUT", `${own}/file/${Number(made.id)}`, { title: item.title, album: item.id });
      await call("POST", `${own}/request/${encodeURIComponent(made.unique_id)}`);
    },
    skip: async () => void (await call("POST", `${own}/backend/skip`)),
    restart: async () => void (await call("POST", `${own}/restart`)),
  });
}
