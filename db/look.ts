// What is so with the databases, for whoever wants to know before a start: nothing is made, migrated or secured.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "./connect.ts";
import { MIGRATIONS } from "./migrate.ts";
import { appPassword, asApp, codeOf, LEAST, locate, type OpenOptions, placeOf } from "./open.ts";
import { APP_ROLE } from "./secure.ts";
import { Trouble } from "./trouble.ts";

export type Sight = {
  name: string;
  version: string;
  /** Migrations that a start will apply, and those that a newer version has applied already. */
  waiting: number;
  newer: number;
  /** What time it is there. */
  now: Date;
  /** Whether the app's login works with our key; a start makes it so where it may. */
  login: "ours" | "another key" | "not made yet";
};

type Options = Omit<OpenOptions, "secretKey" | "max" | "waitMs"> & { secretKey: string | undefined };

/** The folder of the embedded server holds a database already. */
export const isMade = (dataDir: string): boolean => existsSync(join(dataDir, "postgres", "PG_VERSION"));

/** Each database, or why it cannot be used. The embedded one is started for the moment when nobody runs it. */
export async function lookAtDatabases(options: Options): Promise<(Sight | Trouble)[]> {
  const { sources, release } = await locate(options);
  try {
    return await Promise.all(sources.map((source) => lookAt(source, options.secretKey)));
  } finally {
    await release();
  }
}

type Source = Awaited<ReturnType<typeof locate>>["sources"][number];

async function lookAt({ name, variable, ownerUrl, appUrl }: Source, key: string | undefined): Promise<Sight | Trouble> {
  const about = { name: variable, place: placeOf(ownerUrl) };
  const owner = open(ownerUrl, { max: 1, connect_timeout: 10 });
  try {
    const [row] = await owner<{ number: number; version: string; now: Date; made: boolean; role: boolean }[]>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
        clock_timestamp() as now, to_regclass('drizzle.__drizzle_migrations') is not null as made,
        exists (select from pg_roles where rolname = ${APP_ROLE}) as role`;
    const { number, version, now, made, role } = row!;
    if (number < LEAST * 10_000) return new Trouble("old", { ...about, found: version });
    const applied = made
      ? (await owner<{ at: string }[]>`select created_at::text as at from drizzle.__drizzle_migrations`).map(
          (r) => r.at,
        )
      : [];
    const ours = migrations();
    return {
      name,
      version: version.split(" ")[0]!,
      waiting: ours.filter((at) => !applied.includes(at)).length,
      newer: applied.filter((at) => !ours.includes(at)).length,
      now,
      login: !role || key === undefined ? "not made yet" : await login(appUrl ?? asApp(ownerUrl, appPassword(key))),
    };
  } catch (error) {
    if (error instanceof Trouble) return error;
    return new Trouble(codeOf(error).startsWith("28") ? "login" : "away", about, error);
  } finally {
    await owner.end({ timeout: 1 });
  }
}

async function login(appUrl: string): Promise<Sight["login"]> {
  const app = open(appUrl, { max: 1, connect_timeout: 10 });
  try {
    await app`select 1`;
    return "ours";
  } catch (error) {
    if (codeOf(error).startsWith("28")) return "another key";
    throw error;
  } finally {
    await app.end({ timeout: 1 });
  }
}

/** When each migration of this version was made: drizzle notes the same with what it applies. */
function migrations(): string[] {
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, "meta", "_journal.json"), "utf8")) as {
    entries: { when: number }[];
  };
  return journal.entries.map(({ when }) => String(when));
}
