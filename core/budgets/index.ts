export { budgetCommands } from "./commands.ts";
export { budgetNear, hold, release, type Short, settle, type Use, usedNow } from "./holds.ts";
export { budgetsLeft } from "./left.ts";
