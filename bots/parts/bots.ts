// The surfaces that have a token: each is a folder beside this one.
import type { Base, Part } from "./part.ts";

export function startBots(_ground: Base): Part[] {
  return [{ line: "bots     none has a token", async stop() {} }];
}
