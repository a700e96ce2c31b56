export { consentCommands } from "./commands.ts";
export { consentChanged, hasConsent, needsConsent } from "./consent.ts";
export type { Purpose } from "./purposes.ts";
