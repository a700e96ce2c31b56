// The worker part: the engine works off jobs as soon as it is started, and channels that are wanted are kept on the air.
import { startPlayout } from "../../jobs/playout/index.ts";
import type { Base, Part } from "./part.ts";

export function startWorker({ engine, house, settings }: Base): Part[] {
  const databases = engine.carriers.length;
  const playout = startPlayout(house, {
    host: engine.name,
    dataDir: settings.dataDir,
    env: settings.env,
  });
  return [
    {
      line: `worker   ${databases === 1 ? "one database" : `${databases} databases`}`,
      // The engine ends with the ground it stands on, after everything that puts work into it.
      async stop() {},
    },
    { line: "playout  keeps wanted channels on the air", stop: () => playout.stop() },
  ];
}
