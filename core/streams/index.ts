export { fillChannels } from "./fill.ts";
