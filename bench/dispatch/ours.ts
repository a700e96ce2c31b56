import type { Act } from "../../core/act.ts";
import { type Command, command, dispatch, registry, text, whole } from "../../core/command/index.ts";
import { uuidv7 } from "../../core/ids.ts";
import { view } from "../../core/view/index.ts";
import { say } from "../../core/words/say.ts";
import { measure } from "./measure.ts";

await measure(
  {
    name: "impresario",
    async prepare(count) {
      let handled = 0;
      const commands: Command[] = Array.from({ length: count }, (_, n) =>
        command({
          name: `song c${n}`,
          says: "Make a song",
          role: "member",
          options: {
            title: text("Its title", { max: 100 }),
            count: whole("How many", { min: 1, max: 20, default: 1 }),
          },
          run({ options, act }) {
            handled++;
            return view(act.say("Made {title}.", { title: options.title }));
          },
        }),
      );
      const all = registry(commands);
      const act = {
        workspace: { id: "w", slug: "w", name: "W", locale: "en", currency: "USD", zone: "UTC" },
        person: { id: "p", name: "P", role: "member", locale: "en" },
        role: "member",
        locale: "en",
        surface: "bench",
        place: { surface: "bench", tenant: "t", external: "c" },
        now: new Date(),
        newId: uuidv7,
        random: Math.random,
        say: (words, vars) => say("en", words, vars),
      } as Act;
      let replied = 0;
      return {
        async once(title) {
          const outcome = await dispatch(
            all,
            { name: `song c${count - 1}`, options: { title } },
            { ...act, run: uuidv7() },
          );
          replied += outcome.view.text.length > 0 && outcome.status === "done" ? 1 : 0;
        },
        handled: () => Math.min(handled, replied),
      };
    },
  },
  [1, 20, 100, 500],
);
