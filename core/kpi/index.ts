// What the business measures, as numbers of a time beside those of the time before. An area that measures something adds
// its line to measures.ts.
export { kpiCommands } from "./commands.ts";
