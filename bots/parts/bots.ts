// The surfaces that have a token: each is a folder beside this one.
import type { Chat } from "./chat.ts";
import type { Part } from "./part.ts";

export async function startBots({ bots, door }: Chat): Promise<Part[]> {
  if (bots.length === 0) return [{ line: "bots     none has a token", async stop() {} }];
  const parts: Part[] = [];
  for (const { name, bot } of bots) {
    const connection = await bot.listen?.(door);
    const line = connection?.line ?? "hears by webhook";
    parts.push({ line: `${name.padEnd(8)} ${line}`, stop: async (milliseconds) => connection?.stop(milliseconds) });
  }
  return parts;
}
