// One connection that stays open beside the pool: it hears the notices of other processes, and holds locks that end
// with it, however it ends. It opens itself again when it was cut.
import type postgres from "postgres";
import { type Database, open } from "./connect.ts";

export type Ear = {
  /** Takes a lock that at most one process of the cluster holds. True when it is ours now, or was already. */
  lock(name: string): Promise<boolean>;
  /** Whether the lock is still ours, as far as this side knows. */
  holds(name: string): boolean;
  close(): Promise<void>;
};

export type EarOptions = {
  channel: string;
  heard(payload: string): void;
  /** Also after every gap in hearing: something may have been missed. */
  ready?(): void;
  lost?(): void;
  /** How long to wait between tries to reach the database. */
  retry?: number;
};

export function openEar({ appUrl }: Database, { channel, heard, ready, lost, retry = 1000 }: EarOptions): Ear {
  const held = new Set<string>();
  let state: "deaf" | "hearing" | "closed" = "deaf";
  let timer: NodeJS.Timeout | undefined;

  const client = open(appUrl, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 5,
    connection: { application_name: "impresario ear" },
    onnotify: (_channel: string, payload: string) => heard(payload),
    onclose: () => {
      held.clear();
      if (state !== "hearing") return;
      state = "deaf";
      lost?.();
      listen();
    },
  } as postgres.Options<Record<string, never>>);

  const listen = () => {
    client`listen ${client(channel)}`.then(
      () => {
        if (state === "closed") return;
        state = "hearing";
        ready?.();
      },
      () => {
        if (state === "closed") return;
        timer = setTimeout(listen, retry);
        timer.unref();
      },
    );
  };
  listen();

  return {
    async lock(name) {
      if (held.has(name)) return true;
      if (state !== "hearing") return false;
      const [row] = await client<{ got: boolean }[]>`
        select pg_try_advisory_lock(hashtextextended(${name}, 0)) as got`;
      // The line may have been cut while we asked: then the lock went with it.
      if (row?.got && state === "hearing") held.add(name);
      return held.has(name);
    },
    holds: (name) => held.has(name),
    async close() {
      state = "closed";
      clearTimeout(timer);
      held.clear();
      await client.end({ timeout: 1 });
    },
  };
}
