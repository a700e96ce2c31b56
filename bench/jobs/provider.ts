// A provider's machine in a process of its own: it takes orders for clips and answers what became of them.
import { minimax } from "../../test/emulators/providers/makers.ts";
import { openProvider } from "../../test/emulators/providers/server.ts";

const world = await openProvider(minimax);
let orders = 0;
let calls = 0;
world.fault = ({ method, path }) => {
  calls++;
  if (method === "POST" && path === "/v2/video_generation") orders++;
  // What was asked is not kept: there is much of it.
  world.seen.length = 0;
  return undefined;
};
process.on("message", () => process.send?.({ orders, calls, cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit());
process.send?.(world.url);
