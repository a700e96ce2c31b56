// Registers our commands at a platform, when they are others than those that it was told of last. A command that cannot
// be registered stays there as it was; the same telling is not tried again.
import { called, isLeft, keepTold, registerCommands, type Step, whatWasTold } from "../core/registration/index.ts";
import { view } from "../core/view/index.ts";
import { type Handler, handler } from "./handler.ts";

/** How a platform is told. The composition root knows them; they are there a moment after the engine is. */
export type Registrar = { print: string; register(): Promise<Step[]> };
export type Registrars = Map<string, Registrar>;

/** Telegram makes those who write its menu often wait for eight minutes. */
const BACKOFF = { first: 20, most: 600 };

export const registerJob = (registrars: Registrars): Handler =>
  handler({
    kind: registerCommands,
    tries: 6,
    minutes: 5,
    backoff: BACKOFF,
    async run({ house, input: { surface, print }, inTx, say }) {
      const registrar = registrars.get(surface);
      if (!registrar) throw new Error(`This worker has no token for ${surface}`);
      if (registrar.print !== print)
        return view(say("{surface}: another version registers its own commands.", { surface }));
      if ((await inTx((act) => whatWasTold(act, surface)))?.print === print)
        return view(say("{surface}: every command is registered as it is now.", { surface }));
      const steps = await registrar.register();
      const left = steps.filter(isLeft);
      if (left.length > 0) house.log.warn({ surface, left }, "commands that could not be registered stay as they were");
      return async (act) => {
        await keepTold(act, surface, print, steps);
        return told(act.say, surface, steps);
      };
    },
  });

type Say = (text: string, vars?: Record<string, string | number>) => string;

function told(say: Say, surface: string, steps: readonly Step[]) {
  const left = steps.filter(isLeft);
  const changed = steps.filter((step) => !isLeft(step)).length;
  const words =
    changed === 0
      ? say("{surface}: every command is registered as it is now.", { surface })
      : say("{surface}: {count, plural, one {# command was changed.} other {# commands were changed.}}", {
          surface,
          count: changed,
        });
  const data = { item: { surface, changed, left } };
  if (left.length === 0) return { view: view(words), data };
  const stays = say(
    "{count, plural, one {# command stays as it was there.} other {# commands stay as they were there.}}",
    { count: left.length },
  );
  const items = left.map((step) => ({ text: called(step), note: step.why ?? "" }));
  return { view: view(words, { kind: "text", text: stays, tone: "warn" }, { kind: "list", items }), data };
}
