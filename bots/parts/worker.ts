// The worker part: the engine works off jobs as soon as it is started; here is what it says and when it ends.
import type { Base, Part } from "./part.ts";

export function startWorker({ engine }: Base): Part {
  return {
    line: `worker   ${engine.carriers.length === 1 ? "one database" : `${engine.carriers.length} databases`}`,
    // The engine ends with the ground it stands on, after everything that puts work into it.
    async stop() {},
  };
}
