// A database that is away must not make anybody wait for it. postgres.js knows when a connection is refused or breaks;
// it does not know when one is accepted and never answered (a proxy before a dead server, a network that swallows).
import type postgres from "postgres";

/** A transaction that takes longer than this makes us ask whether the server is there at all. */
const PATIENCE_MS = 900;
/** To connect, log in and be answered once. With PATIENCE_MS: about two seconds until a caller knows. */
const PROBE_MS = 1100;

/** Whether a server answers. Many who ask at once share one question. */
export type Reachable = () => Promise<boolean>;

export function reachable(connect: () => postgres.Sql): Reachable {
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= probe(connect()).finally(() => {
      asked = null;
    });
    return asked;
  };
}

async function probe(client: postgres.Sql): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  // When we were busy ourselves, the answer may lie there unread: look once more before giving up.
  const timer = setTimeout(() => setTimeout(() => setImmediate(() => late.resolve(false)), 20), PROBE_MS);
  const answered = client`select 1`.then(
    () => true,
    // A server that refuses us is there, unless it says that it is going or not yet ready (57P01 to 57P03).
    ({ code = "" }: { code?: string }) => /^[0-9A-Z]{5}$/.test(code) && !code.startsWith("57P"),
  );
  const there = await Promise.race([answered, late.promise]);
  clearTimeout(timer);
  void client.end({ timeout: 0 });
  return there;
}

/** Its code is one of those that mean "away" everywhere. */
class Away extends Error {
  readonly code = "CONNECT_TIMEOUT";
}

/** Waits for work on a database for as long as the server answers others. */
export function untilAway<T>(db: { reachable: Reachable }, start: (over: () => boolean) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    let timer: NodeJS.Timeout;
    const finish = (settle: () => void) => {
      over = true;
      clearTimeout(timer);
      settle();
    };
    const look = async () => {
      const there = await db.reachable();
      if (over) return;
      if (there) timer = setTimeout(look, PATIENCE_MS);
      else finish(() => reject(new Away("The database does not answer.")));
    };
    timer = setTimeout(look, PATIENCE_MS);
    start(() => over).then(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    );
  });
}
