export { budgetCommands } from "./commands.ts";
export { budgetNear, type Held, release, type Short, settle, shortOf, tellNear, usedNow } from "./holds.ts";
export { budgetsLeft } from "./left.ts";
export { nearView, tellOfBudget } from "./near.ts";
