// What others may use of the audience: our own listeners as they are heard, figures by channel and together.
export { audienceCommands } from "./commands.ts";
export { activityOf, audienceOf, isCounted, overlapOf, saveReactions, viewersOf, watchHoursOf } from "./figures.ts";
export { HERE_MS, openHearing } from "./hearing.ts";
export { countActivity, readAudience } from "./read.ts";
export { openWatchers } from "./sources/open.ts";
export type { Watcher } from "./sources/watcher.ts";
export { forgetAudience, saveListened } from "./store.ts";
