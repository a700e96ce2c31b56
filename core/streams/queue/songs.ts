// What may be put on the air: works that are let out and can be heard. The library is asked when it is needed, for the
// library itself knows channels.
import type { Act } from "../../act.ts";
import type { Entity } from "../../command/index.ts";
import { listWorks, type Work, works } from "../../library/index.ts";

const OFFERED = 25;
const isHeard = (work: Work) => work.type.startsWith("audio/");

export const songs: Entity<Work> = {
  name: "song",
  async find(act, raw) {
    const found = await works.find(act, raw);
    return found && isHeard(found) ? found : undefined;
  },
  async search(act, typed) {
    const found = await listWorks(act as Act, { query: typed, status: "approved" }, OFFERED * 2);
    return found
      .filter(isHeard)
      .slice(0, OFFERED)
      .map((w) => ({ value: w.id, label: w.title }));
  },
};
