// Whether this process can do its work: database, migrations, queue.
import type { House } from "../../core/house.ts";
import { within } from "../../core/within.ts";
import type { Engine } from "../../jobs/engine.ts";
import type { Check } from "./web.ts";

const PATIENCE = 2_000;

export function readiness(house: Pick<House, "databases">, engine: Pick<Engine, "carriers">): () => Promise<Check[]> {
  return async () => {
    const databases = await Promise.all(
      house.databases.map(async ({ name, client }) => {
        const label = house.databases.length > 1 ? ` ${name}` : "";
        const answers = await check(`database${label}`, client`select 1`);
        // We migrated before we listened; here somebody else may have put an older database in its place.
        const schema = await check(`migrations${label}`, client`select 1 from session limit 0`);
        return [answers, schema];
      }),
    );
    const queues = await Promise.all(
      engine.carriers.map(({ database, alive }) => {
        const label = engine.carriers.length > 1 ? ` ${database.name}` : "";
        return check(`queue${label}`, alive([]));
      }),
    );
    return [...databases.flat(), ...queues];
  };
}

async function check(name: string, work: PromiseLike<unknown>): Promise<Check> {
  try {
    await within(PATIENCE, work, () => {
      throw new Error("no answer");
    });
    return { name, ok: true };
  } catch {
    // Why is for the log of whoever runs it: strangers see only that it is so.
    return { name, ok: false, detail: "no answer" };
  }
}
