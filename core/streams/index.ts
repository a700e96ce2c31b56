export { type Channel, channels, listChannels } from "./channel.ts";
export { streamCommands } from "./commands.ts";
export { fillChannels } from "./fill.ts";
