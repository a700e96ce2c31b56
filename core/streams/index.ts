export { type Channel, channels } from "./channel.ts";
export { streamCommands } from "./commands.ts";
export { fillChannels } from "./fill.ts";
