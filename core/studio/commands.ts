import { reviewCommands } from "./commands-again.ts";
import { generateCommands } from "./commands-generate.ts";
import { providerCommands } from "./commands-provider.ts";

export const studioCommands = [...generateCommands, ...reviewCommands, ...providerCommands];
