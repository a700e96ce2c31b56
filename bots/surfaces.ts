// The surfaces that are there: every folder beside this file that has a `connect.ts`. A new one costs its folder only.
import { existsSync, readdirSync } from "node:fs";
import { reader, type Settings, WrongSettings } from "./settings.ts";
import type { Surface } from "./surface.ts";

export type Chosen = { surface: Surface; settings: unknown };

export async function allSurfaces(folder = new URL("./", import.meta.url)): Promise<Surface[]> {
  const found: Surface[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = new URL(`${entry.name}/connect.ts`, folder);
    if (!entry.isDirectory() || !existsSync(file)) continue;
    const { surface } = (await import(file.href)) as { surface?: Surface };
    if (!surface) throw new Error(`bots/${entry.name}/connect.ts must export its surface.`);
    found.push(surface);
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Those that have what they need to run, with their settings. A wrong value is refused with its name. */
export async function chosenSurfaces({ env }: Pick<Settings, "env">, surfaces?: Surface[]): Promise<Chosen[]> {
  const { read, problems } = reader(env);
  const chosen = (surfaces ?? (await allSurfaces())).flatMap((surface) => {
    const settings = surface.settings(read);
    return settings === undefined ? [] : [{ surface, settings }];
  });
  if (problems.length > 0) throw new WrongSettings(problems);
  return chosen;
}
