// Gathers a person's data into a file that only the asker may read.
import { saveAsset } from "../core/assets/index.ts";
import { exportPerson, personExport } from "../core/people/index.ts";
import { view } from "../core/view/index.ts";
import { handler } from "./handler.ts";

/** Long enough to fetch it after a weekend; a copy of somebody's life should not lie about. */
const KEPT = 7 * 86_400_000;

export const exportJob = handler({
  kind: personExport,
  lane: "long",
  tries: 3,
  minutes: 30,
  async run({ input }) {
    return async (act) => {
      const { name, bytes } = await exportPerson(act, input.person);
      const file = await saveAsset(act, {
        kind: "export",
        type: "application/json",
        name,
        bytes,
        forPerson: act.person.id,
        expiresAt: new Date(act.now.getTime() + KEPT),
      });
      return {
        view: view(act.say("Here is everything that is kept. The file stays for a week."), {
          kind: "file",
          url: `/api/v1/assets/${file.id}`,
          name: file.name,
          type: file.type,
          bytes: file.bytes,
        }),
        data: { item: { id: file.id, kind: file.kind, name: file.name, bytes: file.bytes } },
      };
    };
  },
});
