import { connectCommands } from "./commands-connect.ts";
import { workspaceCommands as settingCommands } from "./commands-workspace.ts";

export {
  BLUEPRINT_NAMES,
  type Blueprint,
  type BlueprintName,
  type BudgetData,
  type StageData,
  type TargetData,
} from "./blueprints/blueprint.ts";
export { blueprints } from "./blueprints/index.ts";
export { createWorkspace, type Listed, listWorkspaces, type NewWorkspace, writeWorkspace } from "./create.ts";
export { type Doors, doorkeeper, type Entered, enter, findPlace, openDoors, type Visitor } from "./doors.ts";
export { type First, inFirst, MAIN } from "./first.ts";
export { type Bound, bindPlace, listPlaces, placeBound, placeLeft } from "./place.ts";
export { workspaceChanged } from "./settings.ts";
export { setup, workspaceSetup } from "./setup.ts";
export const workspaceCommands = [...connectCommands, ...settingCommands];
