// The surfaces that have a token: each is a folder beside this one. They start together, and one that cannot keeps none of
// the others from it.
import { hideSecrets } from "../../core/observe/index.ts";
import type { Chat } from "./chat.ts";
import type { Part } from "./part.ts";

export async function startBots({ bots, door }: Pick<Chat, "bots" | "door">): Promise<Part[]> {
  if (bots.length === 0) return [{ line: "bots     none has a token", async stop() {} }];
  return Promise.all(bots.map((one) => start(one, door)));
}

async function start({ name, bot }: Chat["bots"][number], door: Chat["door"]): Promise<Part> {
  const line = (words: string) => `${name.padEnd(8)} ${words}`;
  try {
    const connection = await bot.listen?.(door);
    return {
      line: line(connection?.line ?? "hears by webhook"),
      stop: async (milliseconds) => connection?.stop(milliseconds),
    };
  } catch (err) {
    door.house.log.error({ err, surface: name }, "a bot could not start; the others go on without it");
    return { line: line(`does not hear: ${hideSecrets((err as Error).message)}`), async stop() {} };
  }
}
