// A connection to a PostgreSQL, and nothing more: what must start fast imports this alone.
import postgres from "postgres";

/** A database that is away is tried anew at each query, soon: by default postgres.js waits up to 20 s between tries, and 30 s for one. */
const CALM = { onnotice: () => {}, connect_timeout: 2, backoff: () => 0.1, keep_alive: 10 };

/** Opens postgres.js by URL. A socket directory is `?host=/path`, as libpq writes it. */
export function open(url: string, options: postgres.Options<Record<string, never>> = {}): postgres.Sql {
  const parsed = new URL(url);
  const socket = parsed.searchParams.get("host");
  const base = { ...CALM, ...options } as postgres.Options<Record<string, never>>;
  if (!socket) return postgres(url, base) as unknown as postgres.Sql;
  return postgres({
    ...base,
    host: socket,
    path: `${socket}/.s.PGSQL.${parsed.searchParams.get("port") || parsed.port || "5432"}`,
    database: decodeURIComponent(parsed.pathname.slice(1)),
    username: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
  } as postgres.Options<Record<string, never>>) as unknown as postgres.Sql;
}
